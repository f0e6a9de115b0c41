from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from django.db import models, transaction

from linli.engines.workflow import queries
from linli.engines.workflow.models import Clock, Recount, Shift, Work
from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.engines.workflow.services.running import clock_at, counted_anew, set_alarms
from linli.ground.audit.services import entry_for, note
from linli.kernel.actor import Actor
from linli.kernel.events import later
from linli.kernel.refs import Ref
from linli.kernel.rows import insert_together

BATCH = 500
_FIRST = UUID(int=0)


@transaction.atomic
def begin_recount(*, by: Actor, at: datetime) -> Recount:
    """Have every running limit counted again, batch by batch, because the calendar changed."""
    recount = Recount.objects.create(begun_at=at)
    note("workflow.recount", Ref("recount", recount.id), by=by, at=at)
    later("workflow.recount", recount_id=recount.id, after=_FIRST)
    return recount


@transaction.atomic
def recount_some(recount_id: UUID, *, after: UUID, by: Actor, at: datetime) -> None:
    """Count the limits of the next works again, note what moved, and pass on to those after them.

    Counting twice gives the same: a batch that was killed halfway is simply done again.
    """
    recount = Recount.objects.select_for_update().get(id=recount_id)
    works = Work.objects.select_for_update(of=("self",)).filter(id__gt=after).open()
    batch = list(works.order_by("id")[:BATCH])
    calendar = queries.working_calendar()
    shifts = list(_shifts(recount, {work.id: work for work in batch}, calendar))
    moved = {shift.work_id for shift in shifts}
    rows: list[models.Model] = [*shifts]
    rows += [
        entry_for("work.recount", Ref(work.subject_kind, work.subject_id), by=by, at=at)
        for work in batch
        if work.id in moved
    ]
    if rows:
        insert_together(rows)
    recount.looked_at += len(batch)
    recount.moved += len(moved)
    if len(batch) < BATCH:
        recount.ended_at = at
    else:
        later("workflow.recount", recount_id=recount.id, after=batch[-1].id)
    recount.save(update_fields=["looked_at", "moved", "ended_at"])


def _shifts(
    recount: Recount, works: Mapping[UUID, Work], calendar: WorkingCalendar
) -> Iterator[Shift]:
    """What moves; a clock keeps its pauses and what it was granted, and stands still if it stood."""
    running = Clock.objects.filter(work__in=works, stopped_at=None, limit__contains="work_")
    for one in running.order_by("work_id", "kind"):
        due = counted_anew(one, calendar)
        if due == one.due_at:
            continue
        work = works[one.work_id]
        yield Shift(
            recount=recount, work=work, kind=one.kind, was_due_at=one.due_at, due_at=due
        )
        counts = one.due_at == work.due_at and one.kind != "resident"
        Clock.objects.filter(pk=one.pk).update(due_at=due)
        one.due_at = due
        if counts:
            _work_follows(work, one)


def _work_follows(work: Work, running: Clock) -> None:
    state = queries.state_of(work)
    set_alarms(work, state, running=running, sounded=work.alarms)
    if work.clock_at is not None:
        # What the clock has done in a state it does not do again.
        work.clock_at = clock_at(state, class_limit=running.limit, started_at=work.entered_at)
    work.save(update_fields=["due_at", "clock_at", "alarms", "alarm_at"])
