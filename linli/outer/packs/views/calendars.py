"""The working calendar: which years it knows, a new year, and what a change has moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from linli.domains.matters.queries import numbers_of
from linli.engines.workflow import queries as workflow
from linli.kernel import clock
from linli.kernel.errors import Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, reads_and_writes
from linli.outer.packs.forms import YearFileForm, YearForm
from linli.outer.packs.queries import Contents
from linli.outer.packs.rules.sense.calendars import AHEAD
from linli.outer.packs.rules.years import read_days
from linli.outer.packs.views.editing import Sheet, edit
from linli.outer.packs.views.items import now

ROWS = 50


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year as the calendar knows it: only the days that differ from the week."""

    number: int
    holidays: tuple[date, ...]
    make_up_days: tuple[date, ...]
    source: str


@needs("calendar.manage")
@reads
def calendar(request: LinliRequest) -> HttpResponse:
    """Every year with the days that differ from the week, and until when limits can be counted."""
    data = now().data("calendar")
    last = date.fromisoformat(str(data["last_day"]))
    left = (last - clock.local(clock.now()).date()).days
    context = {
        "years": _years(data),
        "basis": data["basis"],
        "last_day": last,
        "left": left,
        "ends_soon": left < AHEAD.days,
        "recounts": workflow.recounts()[:5],
    }
    return page(request, "packs/calendar.html", context)


def _years(data: Mapping[str, Any]) -> list[YearRow]:
    first, last = (date.fromisoformat(data[key]).year for key in ("first_day", "last_day"))
    sources = data.get("sources", {})

    def of(key: str, year: int) -> tuple[date, ...]:
        return tuple(date.fromisoformat(day) for day in data[key] if day[:4] == str(year))

    return [
        YearRow(
            year, of("holidays", year), of("make_up_days", year), sources.get(str(year), "")
        )
        for year in range(last, first - 1, -1)
    ]


@needs("calendar.manage")
@reads_and_writes
def year(request: LinliRequest) -> HttpResponse:
    """A year from a file or typed in; both are looked at before anything changes."""
    contents = now()
    item = contents.whole("calendar")
    from_file = YearFileForm(request.POST or None, request.FILES or None)
    if not request.FILES:
        form = YearForm(request.POST or None, says=item.says)
        return edit(request, _sheet(form, contents), contents)
    form = YearForm(request.POST, says=item.says)
    if from_file.is_valid():
        file = from_file.cleaned_data["file"]
        try:
            off, worked = read_days(file.name, file.read())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            form = YearForm(_filled(request, off, worked), says=item.says)
    else:
        for error in from_file.errors.get("file", []):
            form.add_error(None, error)
    return edit(request, _sheet(form, contents), contents)


def _filled(
    request: LinliRequest, off: tuple[date, ...], worked: tuple[date, ...]
) -> dict[str, object]:
    typed = {key: request.POST.get(key, "") for key in ("year", "source")}
    return {
        **typed,
        "holidays": "\n".join(map(str, off)),
        "make_up_days": "\n".join(map(str, worked)),
    }


def _sheet(form: YearForm, contents: Contents) -> Sheet:
    item = contents.whole("calendar")
    return Sheet(
        title=_("A year of the calendar"),
        back_url=reverse("packs:calendar"),
        file=item.file,
        form=form,
        edits=lambda: item.changed(form),
        lead=_("As the State Council has announced it. Running limits are counted again."),
        file_form=YearFileForm(),
    )


@needs("calendar.manage")
@reads
def recount(request: LinliRequest, recount_id: UUID) -> HttpResponse:
    """The running limits that end at another time since the calendar has changed."""
    wanted = workflow.get_recount(recount_id)
    found = workflow.shifts_of(wanted, seen_by=request.actor, permission="calendar.manage")
    after = request.GET.get("after", "")
    rows = list(found.filter(id__gt=_key(after))[: ROWS + 1] if after else found[: ROWS + 1])
    numbers = numbers_of([shift.work.subject_id for shift in rows])
    context = {
        "recount": wanted,
        "rows": [(shift, numbers.get(shift.work.subject_id, "")) for shift in rows[:ROWS]],
        "next_url": f"?after={rows[ROWS - 1].id}" if len(rows) > ROWS else "",
        "first_url": reverse("packs:recount", args=[wanted.id]) if after else "",
    }
    return page(request, "packs/recount.html", context, island="rows")


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
