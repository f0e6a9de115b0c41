"""The desk's list: what is mine, what is late, what came back; the chosen matter beside it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.forms.filtering import FilterForm
from linli.domains.matters.queries import Queue
from linli.domains.matters.services.exporting import export_sheet
from linli.domains.matters.views.rail import rail
from linli.domains.matters.views.several import act_on_several, may_act_on_several
from linli.domains.matters.views.showing import PANEL, in_panel, record_context, words_of
from linli.domains.matters.views.words import QUEUES
from linli.engines.workflow.queries import workflow_of
from linli.kernel import clock
from linli.kernel.errors import NotFound
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, reads_and_writes
from linli.kernel.sheets import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linli.domains.matters.models import Matter

ROWS = 50
MOST_COUNTED = 10_000
MOST_EXPORTED = 10_000


@needs("matters.view")
@reads_and_writes
def desk(request: LinliRequest) -> HttpResponse:
    """One queue, filtered by the address; `open` shows a matter beside the list.

    A form posted here acts on the rows that were marked.
    """
    if request.method == "POST":
        return act_on_several(request, rail=rail(request))
    if in_panel(request):
        wanted = _opened(request, request.GET.get("open", ""))
        return page(request, "matters/desk.html", {"record": wanted}, island=PANEL)
    return page(request, "matters/desk.html", _list(request), island="list")


def _list(request: LinliRequest) -> dict[str, object]:
    actor, now = request.actor, clock.now()
    queue = queue_asked(request)
    filters = FilterForm(request.GET, seen_by=actor)
    found = filters.apply(queries.desk(queue, seen_by=actor, at=now))
    rows = queries.page_of(found, cursor=request.GET.get("cursor", "")[:300], limit=ROWS)
    count = found.order_by()[: MOST_COUNTED + 1].count()
    chips = filters.chips(request.GET)
    return {
        "queue": queue.value,
        "words": QUEUES[queue],
        "rail": rail(request, current=queue),
        "filters": filters,
        "chips": chips,
        "rows": [_row(request, matter) for matter in rows.items],
        "count": count if count <= MOST_COUNTED else None,
        "most": MOST_COUNTED,
        "next_url": _with(request, cursor=rows.next) if rows.next else "",
        "first_url": _with(request, cursor="") if request.GET.get("cursor") else "",
        "here": _with(request, cursor=request.GET.get("cursor", "")),
        "bare_url": f"{reverse('matters:desk')}?queue={queue.value}",
        "empty_next": _empty_next(QUEUES[queue].next),
        "export_url": f"{reverse('matters:export')}{_with(request, queue=queue.value, cursor='')}",
        "most_exported": MOST_EXPORTED,
        "address": _address(request, queue),
        "text": _as_text(
            rows.items, label=str(QUEUES[queue].label), address=_address(request, queue)
        ),
        "may_report": actor.may("matters.report"),
        "may_act": may_act_on_several(actor),
        "open_id": request.GET.get("open", ""),
        "record": _opened(request, request.GET.get("open", "")),
    }


def _row(request: LinliRequest, matter: Matter) -> dict[str, object]:
    state = workflow_of(matter.work.definition_id).states[matter.work.state]
    return {
        "matter": matter,
        "title": queries.title_of(matter.matter_class),
        "state": words_of(state.title),
        "url": reverse("matters:matter", args=[matter.id]),
        "open_url": _with(request, open=str(matter.id)),
    }


def _opened(request: LinliRequest, wanted: str) -> dict[str, object] | None:
    """The matter asked for; one that is not there and one that may not be seen are both none."""
    try:
        return record_context(request, queries.get_matter(UUID(wanted), seen_by=request.actor))
    except (ValueError, NotFound):
        return None


def _empty_next(queue: Queue | None) -> tuple[str, object] | None:
    if queue is None:
        return None
    return f"{reverse('matters:desk')}?queue={queue.value}", QUEUES[queue].label


def queue_asked(request: LinliRequest) -> Queue:
    """The queue of this name; a search without one looks everywhere, anything else is one's own work."""
    text = request.GET.get("queue", "")
    if text in set(Queue):
        return Queue(text)
    return Queue.ALL if request.GET.get("q", "").strip() else Queue.MINE


def _with(request: LinliRequest, **changes: str) -> str:
    """The present address with some values changed; an empty value takes it out."""
    kept = {key: value for key, value in request.GET.items() if key not in {"open", *changes}}
    return f"?{urlencode({**kept, **{k: v for k, v in changes.items() if v}})}"


def _address(request: LinliRequest, queue: Queue) -> str:
    """The whole address of this view, for a bookmark or a colleague."""
    return request.build_absolute_uri(_with(request, queue=queue.value, cursor=""))


def _as_text(matters: Sequence[Matter], *, label: str, address: str) -> str:
    """The rows for a messaging group: what, where and until when, and nothing a resident wrote."""
    lines = [f"{label} · {clock.local(clock.now()):%Y-%m-%d %H:%M}"]
    for number, matter in enumerate(matters, start=1):
        due = _moment(matter.work.due_at)
        parts = (queries.title_of(matter.matter_class), matter.area.name, due, matter.number)
        lines.append(f"{number}. {' · '.join(part for part in parts if part)}")
    return "\n".join([*lines, address])


def _moment(at: datetime | None) -> str:
    return f"{clock.local(at):%m-%d %H:%M}" if at else ""


@needs("matters.view")
@reads
def export(request: LinliRequest) -> HttpResponse:
    """At most ten thousand rows of the list as it is filtered, as a sheet."""
    actor, now = request.actor, clock.now()
    filters = FilterForm(request.GET, seen_by=actor)
    found = filters.apply(queries.desk(queue_asked(request), seen_by=actor, at=now))
    sheet = export_sheet(list(found[:MOST_EXPORTED]), by=actor, at=now)
    response = HttpResponse(sheet, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="matters-{now:%Y%m%d-%H%M}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response
