"""The list as a sheet: exactly what is filtered, without persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import xlsxwriter
from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.engines.workflow.queries import workflow_of
from linli.ground.audit.services import note
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import _
from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref

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


@transaction.atomic
def export_sheet(matters: Sequence[Matter], *, by: Actor, at: datetime) -> bytes:
    """These matters as an xlsx file; the export and its size are recorded."""
    note("matters.export", Ref("export", uuid7()), by=by, at=at, ground=f"{len(matters)} rows")
    written = BytesIO()
    # Cells are written as text: what a resident typed must never be run as a formula.
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for column, head in enumerate(_HEAD):
        sheet.write_string(0, column, str(head), bold)
    for line, matter in enumerate(matters, start=1):
        for column, cell in enumerate(_row(matter)):
            sheet.write_string(line, column, cell)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 3, 24)
    sheet.set_column(4, 8, 18)
    book.close()
    return written.getvalue()


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
