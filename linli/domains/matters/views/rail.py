"""The queues down the side of every desk page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.queries import Queue
from linli.domains.matters.views.words import QUEUES
from linli.kernel import clock

if TYPE_CHECKING:
    from linli.domains.matters.views.words import QueueWords
    from linli.kernel.actor import Actor
    from linli.kernel.requests import LinliRequest


@dataclass(frozen=True, slots=True)
class RailQueue:
    """One queue in the rail."""

    queue: Queue
    words: QueueWords
    url: str
    count: int | None
    current: bool


# Where somebody looks first who owns nothing: what is late, what came back, what nobody has taken.
ASKING = (Queue.LATE, Queue.RETURNED, Queue.SOON, Queue.NEW, Queue.TRIAGE, Queue.FEEDBACK)


def first_queue_url(*, seen_by: Actor, at: datetime) -> str:
    """One's own work; where there is none, the first queue in which something asks for somebody."""
    counts = queries.queue_counts(seen_by=seen_by, at=at)
    home = reverse("matters:desk")
    if counts[Queue.MINE]:
        return home
    asking = next((queue for queue in ASKING if counts[queue]), None)
    return f"{home}?queue={asking.value}" if asking else home


def rail(request: LinliRequest, *, current: Queue | None = None) -> list[RailQueue]:
    """The queues with their counts, as the rail of every desk page shows them; one query."""
    counts = queries.queue_counts(seen_by=request.actor, at=clock.now())
    home = reverse("matters:desk")
    return [
        RailQueue(
            queue, words, f"{home}?queue={queue.value}", counts.get(queue), queue is current
        )
        for queue, words in QUEUES.items()
        if words.in_rail or queue is current
    ]
