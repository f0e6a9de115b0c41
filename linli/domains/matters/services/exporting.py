"""The list as a sheet: exactly what is filtered, without persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.engines.workflow.queries import workflow_of
from linli.ground.audit.queries import head
from linli.ground.audit.services import note
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import _
from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref
from linli.kernel.sheets import sheet_of

_HEAD = (
    _("Number"),
    _("Class"),
    _("Summary"),
    _("Area"),
    _("State"),
    _("Post"),
    _("Reported"),
    _("Due"),
    _("Ended"),
)
_WIDTHS = (24, 24, 24, 24, 18, 18, 18, 18, 18)


@transaction.atomic
def export_sheet(matters: Sequence[Matter], *, by: Actor, at: datetime) -> bytes:
    """These matters as an xlsx file; the export and its size are recorded, and where the trail stood."""
    note("matters.export", Ref("export", uuid7()), by=by, at=at, ground=f"{len(matters)} rows")
    return sheet_of(_HEAD, map(_row, matters), widths=_WIDTHS, comment=f"操作日志存证 {head()}")


def _row(matter: Matter) -> list[str]:
    work = matter.work
    state = workflow_of(work.definition_id).states[work.state].title
    return [
        matter.number,
        queries.title_of(matter.matter_class),
        matter.summary,
        matter.area.name,
        queries.in_language(state.zh, state.en),
        work.owner.name if work.owner else "",
        _moment(matter.reported_at),
        _moment(work.due_at),
        _moment(work.closed_at),
    ]


def _moment(at: datetime | None) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else ""
