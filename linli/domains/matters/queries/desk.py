from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from linli.domains.matters.models import Matter
from linli.domains.matters.queries.paging import Page, page_by
from linli.engines.workflow.spec import OPEN
from linli.kernel.actor import Actor
from linli.kernel.clock import local
from linli.kernel.fields import holding
from linli.kernel.words import query_words

SOON = timedelta(hours=4)
MONTH_DAYS = 30


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
    OPEN = "open"
    TODAY = "today"
    MONTH = "month"
    ENDED = "ended"
    ALL = "all"


# Queues that look back are read from the latest on; all others from what is due first.
_LATEST_FIRST = {
    Queue.ENDED: "-work__changed_at",
    Queue.TODAY: "-work__opened_at",
    Queue.MONTH: "-work__opened_at",
    Queue.ALL: "-work__opened_at",
}
_NOT_COUNTED = {Queue.OPEN, *_LATEST_FIRST}


def day_begins(at: datetime) -> datetime:
    """The midnight before, by the wall clock."""
    here = local(at)
    return datetime.combine(here.date(), time(), here.tzinfo)


def month_begins(at: datetime) -> datetime:
    """The midnight from which a month's intake is counted."""
    return day_begins(at) - timedelta(days=MONTH_DAYS)


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
        Queue.OPEN: opened,
        Queue.TODAY: Q(work__opened_at__gte=day_begins(at)),
        Queue.MONTH: Q(work__opened_at__gte=month_begins(at)),
        Queue.ENDED: Q(work__closed_at__isnull=False),
        Queue.ALL: Q(),
    }[queue]


def desk(queue: Queue, *, seen_by: Actor, at: datetime) -> QuerySet[Matter]:
    """One queue, first what is due first; where one looks back, the latest first."""
    # By the work's own key, so that one index of that table gives the order.
    order = [_LATEST_FIRST.get(queue, "work__due_at"), "work_id"]
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
    """How many matters each queue holds, in one query; those that look back are not counted."""
    asked = [queue for queue in Queue if queue not in _NOT_COUNTED]
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
    first = str(matters.query.order_by[0])
    return page_by(
        matters, first.removeprefix("-"), cursor=cursor, limit=limit, later=first[0] != "-"
    )


def in_areas(matters: QuerySet[Matter], paths: list[str]) -> QuerySet[Matter]:
    """Those that lie in any of these areas."""
    where = Q(pk__in=[])
    for path in paths:
        where |= Q(area__path__startswith=path)
    return matters.filter(where)
