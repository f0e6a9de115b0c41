"""The one place that reads the time. Doors ask here and pass `at=` down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

_offset = timedelta(0)


def now() -> datetime:
    """The present moment in UTC, moved by the offset of a demo or a test."""
    return datetime.now(UTC) + _offset


def local(at: datetime) -> datetime:
    """The same moment on the installation's wall clock."""
    return timezone.localtime(at)


def set_offset(offset: timedelta) -> None:
    """Move the clock, so that a story may advance days; only the demo and tests can."""
    global _offset  # noqa: PLW0603 - one clock for the process is the point of this module
    if not settings.CLOCK_CAN_MOVE:
        raise RuntimeError("the clock can only be moved in the demo and in tests")
    _offset = offset
