"""Puts a pack's workflows and calendar into their tables; running work keeps its version."""

from __future__ import annotations

from datetime import datetime

from linli.engines.workflow.models import Calendar, Definition
from linli.engines.workflow.spec import Calendar as CalendarSpec
from linli.engines.workflow.spec import Workflow
from linli.ground.audit.services import digest_of
from linli.kernel.versions import install_version


def install_workflow(name: str, spec: Workflow, *, at: datetime) -> None:
    """Make this the version that new work begins with."""
    body = spec.model_dump(mode="json")
    install_version(Definition, name, body=body, digest=digest_of(body), at=at)


def install_calendar(name: str, spec: CalendarSpec, *, at: datetime) -> None:
    """Make these the working days and hours that new limits are counted by."""
    body = spec.model_dump(mode="json")
    Calendar.objects.update_or_create(
        name=name, defaults={"body": body, "digest": digest_of(body), "installed_at": at}
    )
