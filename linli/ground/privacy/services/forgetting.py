"""One engine ends every term: batch by batch, each in a transaction of its own."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.utils import OperationalError

from linli.ground.audit.services import note
from linli.ground.privacy.events import TermsEnded
from linli.ground.privacy.models import Kept, Run, RunLine, Tombstone
from linli.ground.privacy.rules import MOST_IN_A_BATCH, cutoff, keep_of
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound
from linli.kernel.events import publish
from linli.kernel.privacy import STORES, Batch, Piece
from linli.kernel.refs import Ref

# A phone that was away for hours tells an end that lies before the last run's.
_LOOK_BACK = timedelta(days=7)
# Whoever works at a record is waited for no longer than this; the batch is tried the next night.
_LOCK_TIMEOUT_MS = 2000


@transaction.atomic
def begin_run(*, by: Actor, at: datetime) -> Run:
    """Begin a run over all terms; one that has not ended is gone on with instead."""
    unended = Run.objects.filter(ended_at=None).order_by("-begun_at").first()
    if unended is not None:
        return unended
    run = Run(begun_at=at)
    run.save(force_insert=True)
    kept = {row.term: keep_of(row.keep) for row in Kept.objects.all()}
    RunLine.objects.bulk_create(
        RunLine(run=run, term=term, before=cutoff(kept[term], at=at))
        for term in STORES
        if term in kept
    )
    note("privacy.begin_run", Ref("retention_run", run.id), by=by, at=at)
    return run


def go_on(run_id: UUID, *, seconds: float, rest: float = 1.0, by: Actor, at: datetime) -> bool:
    """Forget batch after batch for so many seconds; True when nothing is left to do.

    After each batch it rests for as long as the batch took, times `rest`: whoever works at a
    desk has the database to themselves half of the time.
    """
    until = time.monotonic() + seconds
    try:
        run = Run.objects.get(id=run_id)
    except Run.DoesNotExist:
        raise NotFound from None
    for line in RunLine.objects.filter(run=run, left=None).order_by("id"):
        if not _end_term(line, until=until, rest=rest, by=by, at=at):
            return False
    _end_run(run, by=by, at=at)
    return True


def _end_term(line: RunLine, *, until: float, rest: float, by: Actor, at: datetime) -> bool:
    """Batches of one term; False when the time was up before the term was."""
    while True:
        begun = time.monotonic()
        try:
            batch = _forget_batch(line, by=by, at=at)
        except OperationalError:  # somebody holds a record: leave the rest for the next night
            break
        if batch.count == 0:
            break
        if time.monotonic() >= until:
            return False
        time.sleep((time.monotonic() - begun) * rest)
    line.left = STORES[line.term].due(line.before)
    line.save(update_fields=["left"])
    return True


@transaction.atomic
def _forget_batch(line: RunLine, *, by: Actor, at: datetime) -> Batch:
    """Forget the next records of a term, leave a tombstone for each, and note how many."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {_LOCK_TIMEOUT_MS}")
    kept = Kept.objects.filter(term=line.term).first()
    since = kept.done_before - _LOOK_BACK if kept and kept.done_before else None
    batch = STORES[line.term].forget(Piece(line.before, since, MOST_IN_A_BATCH, at))
    if batch.count == 0:
        return batch
    bury(batch.refs, term=line.term, ground="term", at=at)
    Kept.objects.filter(term=line.term).update(done_before=batch.until)
    RunLine.objects.filter(id=line.id).update(forgotten=F("forgotten") + batch.count)
    note(
        "privacy.forget",
        Ref("retention_run", line.run_id),
        by=by,
        at=at,
        fields=[line.term],
        ground=f"{batch.count} records",
    )
    return batch


def bury(refs: Iterable[Ref], *, term: str, ground: str, at: datetime) -> None:
    """Leave a tombstone for each record: that something was kept, and since when it is gone."""
    Tombstone.objects.bulk_create(
        [
            Tombstone(term=term, ref_kind=ref.kind, ref_id=ref.id, ground=ground, at=at)
            for ref in refs
        ],
        update_conflicts=True,
        unique_fields=["ref_kind", "ref_id", "term"],
        update_fields=["ground", "at"],
    )


@transaction.atomic
def _end_run(run: Run, *, by: Actor, at: datetime) -> None:
    Run.objects.filter(id=run.id, ended_at=None).update(ended_at=at)
    note("privacy.end_run", Ref("retention_run", run.id), by=by, at=at)
    publish(TermsEnded(at=at, run_id=run.id))
