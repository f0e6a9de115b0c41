"""Reading the trail: of one record, of posts, of a week's sensitive reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from linli.ground.audit.models import Entry
from linli.ground.audit.rules.reads import REFUSED, OddRead, Read, is_sensitive, odd_reads
from linli.kernel.actor import Actor
from linli.kernel.clock import local
from linli.kernel.refs import Ref

# Whoever handled a record within these days had it as a task.
TASK_DAYS: Final = timedelta(days=30)


def entries_about(subject: Ref) -> QuerySet[Entry]:
    """Everything done to one record, oldest first."""
    return Entry.objects.filter(ref_kind=subject.kind, ref_id=subject.id).order_by("at", "id")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader of the trail looks for; what is left out asks for everything."""

    posts: frozenset[UUID] | None = None
    record_id: UUID | None = None
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


def trail(asked: Asked, *, within: QuerySet[Any, UUID] | None) -> QuerySet[Entry]:
    """The newest first; `within` are the posts whose acts the reader may see (None: everybody's)."""
    entries = Entry.objects.order_by("-heard_at", "-id")
    if within is not None:
        entries = entries.filter(post_id__in=within)
    if asked.posts is not None:
        entries = entries.filter(post_id__in=asked.posts)
    if asked.record_id is not None:
        entries = entries.filter(ref_id=asked.record_id)
    if asked.verb:
        entries = entries.filter(verb=asked.verb)
    if asked.since is not None:
        entries = entries.filter(heard_at__gte=asked.since)
    if asked.until is not None:
        entries = entries.filter(heard_at__lt=asked.until)
    return entries


def before(entries: QuerySet[Entry], heard_at: datetime, entry_id: UUID) -> QuerySet[Entry]:
    """The rows of a list that come after this one: the key of its paging."""
    older = Q(heard_at__lt=heard_at) | Q(heard_at=heard_at, id__lt=entry_id)
    # The first condition alone can use the index; the second settles ties.
    return entries.filter(older, heard_at__lte=heard_at)


def verbs() -> list[str]:
    """Every verb there is in the trail; jumps from one to the next in the index."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE found AS (
                (SELECT verb FROM audit_entry ORDER BY verb LIMIT 1)
                UNION ALL
                SELECT (SELECT verb FROM audit_entry WHERE verb > found.verb
                        ORDER BY verb LIMIT 1)
                FROM found WHERE found.verb IS NOT NULL
            ) SELECT verb FROM found WHERE verb IS NOT NULL
            """
        )
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Week:
    """The sensitive reads of seven days, and which of them are unusual."""

    reads: int
    odd: tuple[OddRead, ...]


def odd_week(begins: datetime, *, within: QuerySet[Any, UUID] | None = None) -> Week:
    """Found anew from the trail each time, by rules anybody can read; four queries."""
    wanted = [verb for verb in verbs() if is_sensitive(verb)]
    entries = trail(Asked(since=begins, until=begins + timedelta(days=7)), within=within)
    entries = entries.filter(verb__in=[*wanted, REFUSED], actor_kind__in=["person", "token"])
    reads = [
        Read(e.id, local(e.heard_at), e.post_id, e.actor_key, e.verb, (e.ref_kind, e.ref_id))
        for e in entries.iterator()
    ]
    odd = odd_reads(reads, worked_on=_worked_on(reads, wanted))
    return Week(sum(read.verb != REFUSED for read in reads), tuple(odd))


def last_weeks_odd_reads(_seen_by: Actor, at: datetime) -> int:
    """How many the weekly look found, when it looked within the last seven days."""
    noted = Entry.objects.filter(verb="audit.odd_reads", heard_at__gt=at - timedelta(days=7))
    last = noted.order_by("-heard_at").first()
    return int(last.ground.rpartition(": ")[2].partition(" ")[0]) if last else 0


def _worked_on(
    reads: Iterable[Read], sensitive: list[str]
) -> set[tuple[UUID | None, tuple[str, UUID]]]:
    """Posts, and the records read that they handled about that time."""
    moments = [read.at for read in reads]
    if not moments:
        return set()
    acts = Entry.objects.filter(
        ref_id__in={read.record[1] for read in reads},
        heard_at__gte=min(moments) - TASK_DAYS,
        heard_at__lte=max(moments) + TASK_DAYS,
    ).exclude(verb__in=[*sensitive, REFUSED])
    rows = acts.values_list("post_id", "ref_kind", "ref_id").distinct()
    return {(post_id, (kind, ref_id)) for post_id, kind, ref_id in rows}
