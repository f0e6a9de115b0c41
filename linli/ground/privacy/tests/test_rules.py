from __future__ import annotations

from datetime import UTC, datetime

import pytest

from linli.ground.privacy.rules import KeepUnreadable, cutoff, keep_of, next_run

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("keep", "before"),
    [
        ("7 days", datetime(2026, 3, 24, 12, 0, tzinfo=UTC)),
        ("1 months", datetime(2026, 2, 28, 12, 0, tzinfo=UTC)),
        ("13 months", datetime(2025, 2, 28, 12, 0, tzinfo=UTC)),
        ("3 years", datetime(2023, 3, 31, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_term_is_counted_on_the_calendar(keep: str, before: datetime) -> None:
    assert cutoff(keep_of(keep), at=NOON) == before


@pytest.mark.parametrize("text", ["", "soon", "3", "-1 days", "3 weeks", "3  years"])
def test_a_term_nobody_can_count_is_refused(text: str) -> None:
    with pytest.raises(KeepUnreadable):
        keep_of(text)


def test_the_next_run_is_tonight_or_tomorrow_night() -> None:
    assert next_run(at=NOON, hour=18, minute=30) == NOON.replace(hour=18, minute=30)
    assert next_run(at=NOON, hour=6, minute=0) == datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
