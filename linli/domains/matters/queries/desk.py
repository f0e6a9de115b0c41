from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from linli.domains.matters.models import Matter
from linli.engines.workflow.spec import OPEN
from linli.kernel.actor import Actor
from linli.kernel.errors import Invalid, _
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


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a queue and where the next ones begin."""

    items: list[Matter]
    next: str | None


class CursorWrong(Invalid):
    """A page address that this house did not make."""

    message = _("This page address is not valid. Start again from the first page.")


def page_of(matters: QuerySet[Matter], *, cursor: str, limit: int) -> Page:
    """The rows after a cursor, by key: the last page costs what the first does."""
    field = "changed_at" if "-work__changed_at" in matters.query.order_by else "due_at"
    later = field == "due_at"
    if cursor:
        at, after = _read_cursor(cursor)
        matters = matters.filter(_beyond(f"work__{field}", at, after, later=later))
    rows = list(matters[: limit + 1])
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    return Page(rows[:limit], _cursor(getattr(last.work, field), last.id))


def _beyond(name: str, at: datetime | None, after: UUID, *, later: bool) -> Q:
    """Keyset comparison; rows without a limit stand at the end, as the database sorts them."""
    if at is None:
        return Q(**{f"{name}__isnull": True, "id__gt": after})
    sign = "gt" if later else "lt"
    beyond = Q(**{f"{name}__{sign}": at}) | Q(**{name: at, "id__gt": after})
    return beyond | Q(**{f"{name}__isnull": True}) if later else beyond


def _cursor(at: datetime | None, last: UUID) -> str:
    plain = f"{at.isoformat() if at else ''}|{last}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime | None, UUID]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _sign, last = plain.partition("|")
        moment = datetime.fromisoformat(at) if at else None
        if moment is not None and moment.tzinfo is None:
            raise ValueError("a moment without its zone")
        return moment, UUID(last)
    except ValueError:
        raise CursorWrong(field="cursor") from None
