"""The desk's list: what is mine, what is late, what came back; the chosen matter beside it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.forms.filtering import FilterForm
from linli.domains.matters.queries import Queue
from linli.domains.matters.services.exporting import export_sheet
from linli.domains.matters.views.record import record_context
from linli.domains.matters.views.words import QUEUES, QueueWords
from linli.engines.workflow.queries import workflow_of
from linli.kernel import clock
from linli.kernel.errors import NotFound
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads

ROWS = 50
MOST_EXPORTED = 10_000
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class RailQueue:
    """One queue in the rail."""

    queue: Queue
    words: QueueWords
    url: str
    count: int | None
    current: bool


@needs("matters.view")
@reads
def desk(request: LinliRequest) -> HttpResponse:
    """One queue, filtered by the address; `open` shows a matter beside the list."""
    actor, now = request.actor, clock.now()
    queue = queue_named(request.GET.get("queue", ""))
    filters = FilterForm(request.GET, seen_by=actor)
    found = filters.apply(queries.desk(queue, seen_by=actor, at=now))
    rows = queries.page_of(found, cursor=request.GET.get("cursor", "")[:300], limit=ROWS)
    context = {
        "queue": queue.value,
        "words": QUEUES[queue],
        "rail": rail(request, current=queue),
        "filters": filters,
        "chips": filters.chips(request.GET),
        "rows": [
            {
                "matter": matter,
                "title": queries.title_of(matter.matter_class),
                "state": workflow_of(matter.work.definition_id).states[matter.work.state].title,
                "url": reverse("matters:matter", args=[matter.id]),
                "open_url": _with(request, open=str(matter.id)),
            }
            for matter in rows.items
        ],
        "next_url": _with(request, cursor=rows.next) if rows.next else "",
        "first_url": _with(request, cursor="") if request.GET.get("cursor") else "",
        "export_url": f"{reverse('matters:export')}?{request.GET.urlencode()}",
        "may_report": actor.may("matters.report"),
        "record": _opened(request),
    }
    return page(request, "matters/desk.html", context, island="list")


def _opened(request: LinliRequest) -> dict[str, object] | None:
    wanted = request.GET.get("open", "")
    try:
        return record_context(request, queries.get_matter(UUID(wanted), seen_by=request.actor))
    except (ValueError, NotFound):
        return None


def rail(request: LinliRequest, *, current: Queue | None) -> list[RailQueue]:
    """The queues with their counts, as the rail of every desk page shows them."""
    counts = queries.queue_counts(seen_by=request.actor, at=clock.now())
    home = reverse("matters:desk")
    return [
        RailQueue(
            queue, words, f"{home}?queue={queue.value}", counts.get(queue), queue is current
        )
        for queue, words in QUEUES.items()
    ]


def queue_named(text: str) -> Queue:
    """The queue of this name; a name nobody knows is one's own work."""
    return Queue(text) if text in set(Queue) else Queue.MINE


def _with(request: LinliRequest, **changes: str) -> str:
    """The present address with some values changed; an empty value takes it out."""
    kept = {key: value for key, value in request.GET.items() if key not in {"open", *changes}}
    return f"?{urlencode({**kept, **{k: v for k, v in changes.items() if v}})}"


@needs("matters.view")
@reads
def export(request: LinliRequest) -> HttpResponse:
    """At most ten thousand rows of the list as it is filtered, as a sheet."""
    actor, now = request.actor, clock.now()
    filters = FilterForm(request.GET, seen_by=actor)
    queue = queue_named(request.GET.get("queue", ""))
    found = filters.apply(queries.desk(queue, seen_by=actor, at=now))
    sheet = export_sheet(list(found[:MOST_EXPORTED]), by=actor, at=now)
    response = HttpResponse(sheet, content_type=SHEET)
    response["Content-Disposition"] = f'attachment; filename="matters-{now:%Y%m%d-%H%M}.xlsx"'
    return response
