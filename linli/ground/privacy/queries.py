from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from linli.ground.audit.models import Entry
from linli.ground.privacy.models import Glass, Kept, Run, RunLine, Tombstone
from linli.ground.privacy.rules import cutoff, keep_of, next_run
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound
from linli.kernel.privacy import STORES
from linli.kernel.refs import Ref

# Every night at 02:30 in China. The scheduler counts in UTC.
RUN_HOUR, RUN_MINUTE = 18, 30


def forgotten(term: str, *, kind: str, key: str, since: str) -> Exists:
    """Whether the record named by column `key` was forgotten after the moment in column `since`.

    A matter that was reopened and ended again has an end of its own, and is forgotten again.
    """
    return Exists(
        Tombstone.objects.filter(
            term=term, ref_kind=kind, ref_id=OuterRef(key), at__gte=OuterRef(since)
        )
    )


def tombstones_of(subject: Ref) -> Mapping[str, datetime]:
    """What of a record is gone, by term, and since when; one query."""
    rows = Tombstone.objects.filter(ref_kind=subject.kind, ref_id=subject.id)
    return dict(rows.values_list("term", "at"))


def last_run() -> Run | None:
    """The run that began last, ended or not."""
    return Run.objects.order_by("-begun_at", "-id").first()


def lines_of(run: Run) -> Mapping[str, RunLine]:
    """What a run did, by term."""
    return {line.term: line for line in RunLine.objects.filter(run=run).order_by("id")}


def run_next(*, at: datetime) -> datetime:
    """When the nightly run begins next."""
    return next_run(at=at, hour=RUN_HOUR, minute=RUN_MINUTE)


@dataclass(frozen=True, slots=True)
class TermNow:
    """A term as it stands: how long, on which ground, and how much of it has run out."""

    term: str
    keep: str
    basis: str
    before: datetime
    due: int | None


def terms_in_force(*, at: datetime, count: bool = True) -> list[TermNow]:
    """Every term of the installed pack; counted, with what a run beginning now would forget."""
    kept = {row.term: row for row in Kept.objects.all()}
    return [_term_now(kept[term], at=at, count=count) for term in STORES if term in kept]


def _term_now(row: Kept, *, at: datetime, count: bool) -> TermNow:
    before = cutoff(keep_of(row.keep), at=at)
    due = STORES[row.term].due(before) if count else None
    return TermNow(row.term, row.keep, row.basis, before, due)


def keep_until(term: str, *, ended_at: datetime) -> datetime | None:
    """Until when what ended then is kept under a term; None where the pack names no such term."""
    row = Kept.objects.filter(term=term).first()
    if row is None:
        return None
    return ended_at + (ended_at - cutoff(keep_of(row.keep), at=ended_at))


# Every act that shows masked fields in full; `open_masked` notes them.
LOOKS = ("matters.open_contact", "people.unmask", "matters.copy_own")


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody opened a record: when, in which post, what for; never by name."""

    at: datetime
    post_id: UUID | None
    purpose: str


def looks_at(subject: Ref) -> list[Look]:
    """Who opened what is masked in a record, the latest first: what its person may ask to know.

    The caller has made sure that this person, or somebody who may see the record, asks.
    """
    entries = Entry.objects.filter(
        ref_kind=subject.kind, ref_id=subject.id, verb__in=LOOKS
    ).order_by("-at", "-id")[:200]
    return [Look(entry.at, entry.post_id, entry.ground) for entry in entries]


def glass_over(subject: Ref, *, account_id: UUID | None, at: datetime) -> bool:
    """Whether this person has broken the glass of this record and its time is not up."""
    if account_id is None:
        return False
    return Glass.objects.filter(
        ref_kind=subject.kind,
        ref_id=subject.id,
        account_id=account_id,
        opened_at__lte=at,
        until__gt=at,
    ).exists()


def get_glass(glass_id: UUID, *, held: bool = False) -> Glass:
    """The broken glass, or NotFound; held until the transaction ends when it will be changed."""
    rows = Glass.objects.select_for_update() if held else Glass.objects.all()
    try:
        return rows.get(id=glass_id)
    except Glass.DoesNotExist:
        raise NotFound from None


@dataclass(frozen=True, slots=True)
class GlassPage:
    """Some broken glasses, and before which one the next begin."""

    items: list[Glass]
    next: UUID | None


def glasses(
    *, seen_by: Actor, reviewed: bool, before: UUID | None = None, limit: int = 50
) -> GlassPage:
    """Glasses to be reviewed, or reviewed ones, the latest first; none for who reviews nothing."""
    if not seen_by.may("privacy.review"):
        return GlassPage([], None)
    rows = Glass.objects.filter(reviewed_at__isnull=not reviewed)
    if before is not None:
        last = get_glass(before)
        rows = rows.filter(opened_at__lte=last.opened_at).exclude(id=last.id)
        rows = rows.exclude(opened_at=last.opened_at, id__gt=last.id)
    found = list(rows.order_by("-opened_at", "-id")[: limit + 1])
    more = found[limit - 1].id if len(found) > limit else None
    return GlassPage(found[:limit], more)


def to_review(*, seen_by: Actor) -> int:
    """How many broken glasses wait for this reader's verdict."""
    waiting = Glass.objects.filter(reviewed_at=None)
    if seen_by.account_id is None:
        return 0
    return waiting.exclude(account_id=seen_by.account_id).count()


def looks_under(found: Iterable[Glass]) -> Mapping[UUID, int]:
    """How often each of these glasses was looked through; one query."""
    by_subject = {(glass.ref_id, glass.account_id): glass for glass in found}
    entries = Entry.objects.filter(
        verb__in=LOOKS, ground="broken_glass", ref_id__in={ref for ref, _who in by_subject}
    )
    counted: Counter[UUID] = Counter()
    for ref_id, who, at in entries.values_list("ref_id", "actor_key", "at"):
        glass = by_subject.get((ref_id, who)) if who else None
        if glass is not None and glass.opened_at <= at < glass.until:
            counted[glass.id] += 1
    return counted
