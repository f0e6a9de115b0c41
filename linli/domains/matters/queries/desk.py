from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from linli.domains.matters.models import Matter
from linli.domains.matters.queries.paging import Page, page_by
from linli.engines.workflow.spec import OPEN
from linli.kernel.actor import Actor
from linli.kernel.fields import holding
from linli.kernel.words import query_words

SOON = timedelta(hours=4)


class Queue(StrEnum):
    """The questions a desk asks of its matters."""

    MINE = "mine"
    NEW = "new"
    TRIAGE = "triage"
    WITH_UNIT = "with_unit"
    WAITING = "waiting"
    CHECK = "check"
    FEEDBACK = "feedback"
    RETURNED = "returned"
    SOON = "soon"
    LATE = "late"
    ENDED = "ended"
    ALL = "all"


def _where(queue: Queue, actor: Actor, at: datetime) -> Q:
    opened = Q(work__closed_at=None)
    return {
        Queue.MINE: opened & Q(work__owner__in=actor.post_ids),
        Queue.NEW: Q(work__phase="new"),
        Queue.TRIAGE: Q(work__phase="triage"),
        Queue.WITH_UNIT: Q(work__phase="with_unit"),
        Queue.WAITING: Q(work__phase__in=["waiting_reporter", "on_hold"]),
        Queue.CHECK: Q(work__phase="check"),
        Queue.FEEDBACK: Q(work__phase="feedback"),
        Queue.RETURNED: opened & Q(work__returned=True),
        Queue.SOON: opened & Q(work__due_at__gte=at, work__due_at__lt=at + SOON),
        Queue.LATE: opened & Q(work__due_at__lt=at),
        Queue.ENDED: Q(work__phase__in=["done", "void"]),
        Queue.ALL: Q(),
    }[queue]


def desk(queue: Queue, *, seen_by: Actor, at: datetime) -> QuerySet[Matter]:
    """One queue, first what is due first; what has ended, the latest first."""
    order = ["-work__changed_at", "id"] if queue == Queue.ENDED else ["work__due_at", "id"]
    return (
        Matter.objects.visible_to(seen_by)
        .filter(_where(queue, seen_by, at))
        .select_related("work__owner", "matter_class", "area", "work__definition")
        .order_by(*order)
    )


def open_in_post(post_id: UUID, *, seen_by: Actor, at: datetime) -> QuerySet[Matter]:
    """What a post owns and the reader may see, first what is due first."""
    mine = desk(Queue.ALL, seen_by=seen_by, at=at)
    return mine.filter(work__owner=post_id, work__closed_at=None)


def queue_counts(*, seen_by: Actor, at: datetime) -> dict[Queue, int]:
    """How many matters each queue holds, in one query; ended ones are not counted."""
    asked = [queue for queue in Queue if queue not in {Queue.ENDED, Queue.ALL}]
    counts = (
        Matter.objects.visible_to(seen_by)
        .filter(work__phase__in=OPEN)
        .aggregate(
            **{queue.value: Count("id", filter=_where(queue, seen_by, at)) for queue in asked}
        )
    )
    return {queue: counts[queue.value] for queue in asked}


def search(matters: QuerySet[Matter], text: str) -> QuerySet[Matter]:
    """Those of a number, or whose words hold everything that was typed."""
    wanted = text.strip()
    if not wanted:
        return matters
    if wanted.isascii() and wanted.isdigit():
        return matters.filter(Q(number=wanted) | Q(number__endswith=wanted))
    return matters.filter(words=holding(query_words(wanted) or [wanted]))


def page_of(matters: QuerySet[Matter], *, cursor: str, limit: int) -> Page:
    """The rows of a queue after a cursor."""
    if "-work__changed_at" in matters.query.order_by:
        return page_by(matters, "work__changed_at", cursor=cursor, limit=limit, later=False)
    return page_by(matters, "work__due_at", cursor=cursor, limit=limit, later=True)


def in_areas(matters: QuerySet[Matter], paths: list[str]) -> QuerySet[Matter]:
    """Those that lie in any of these areas."""
    where = Q(pk__in=[])
    for path in paths:
        where |= Q(area__path__startswith=path)
    return matters.filter(where)
