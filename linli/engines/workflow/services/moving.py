"""A loop goes on: the one door through which any work changes its state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from linli.engines.workflow import queries
from linli.engines.workflow.models import Assignment, Clock, Move, Work
from linli.engines.workflow.rules.moves import (
    Course,
    Evidence,
    Stale,
    Standing,
    choose,
    missing_needs,
)
from linli.engines.workflow.services.running import Running, clock_at, set_alarms
from linli.engines.workflow.spec import STAYS, UNIT, State
from linli.engines.workflow.spec import Move as MoveSpec
from linli.ground.accounts.models import Post
from linli.ground.accounts.queries import owner_for
from linli.ground.audit.services import RequestIdReused, note
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with a move: the unit chosen, words, and whatever else the pack asked for.

    `helpers` are the stations asked to take part: they may read the work from now on.
    `class_limit` is that of the class the move itself gives the matter, where it does.
    """

    unit: Post | None = None
    helpers: tuple[Post, ...] = ()
    class_limit: str = ""
    note: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Made:
    """A move that was made: what it needed, the phase it led to, and whether it is a repeat."""

    move: Move
    needs: frozenset[str]
    phase: str
    is_repeat: bool = False


@transaction.atomic
def make_move(
    work: Work,
    *,
    key: str,
    standing: Standing,
    facts: Collection[str],
    given: Given,
    class_limit: str,
    by: Actor,
    at: datetime,
    seen_version: int,
    request_id: UUID,
) -> Made:
    """Move a work along its loop: the one door through which any work changes its state.

    The same request id sent again returns the move it made; for another work, move or body it
    raises RequestIdReused. Raises Stale when the work has moved
    since it was seen, NoSuchMove, NotYours, HandledByYou, OftenEnough or TimeIsOver when the move
    is not open to the actor, and Evidence beside the first need that was not given.
    """
    work = Work.objects.lock(work)
    if earlier := Move.objects.filter(id=request_id).first():
        asked = (work.pk, key, dict(given.evidence))
        if (earlier.work_id, earlier.key, earlier.evidence) != asked:
            raise RequestIdReused
        return Made(earlier, frozenset(), work.phase, is_repeat=True)
    if work.version != seen_version:
        raise Stale
    workflow = queries.workflow_of(work.definition_id)
    course = queries.course_of(work, at=clock.now())
    spec = choose(workflow, work.state, key, facts=facts, standing=standing, course=course)
    if missing := missing_needs(spec, given.names):
        raise Evidence(field=missing[0])
    running = Running(work, Clock.objects.filter(work=work, stopped_at=None))
    move = take_step(
        work,
        spec,
        given=given,
        class_limit=class_limit,
        running=running,
        by=by,
        at=at,
        request_id=request_id,
    )
    Clock.objects.bulk_update(running.changed, _CLOCK)
    for row in (move, *running.begun):
        row.save(force_insert=True)
    work.save(update_fields=_MOVED)
    note(
        f"work.{key}",
        Ref(work.subject_kind, work.subject_id),
        by=by,
        at=at,
        post_id=move.post_id,
    )
    return Made(move, frozenset(spec.needs), work.phase)


_CLOCK = ["due_at", "times", "paused_at", "stopped_at"]


def take_step(
    work: Work,
    spec: MoveSpec,
    *,
    given: Given,
    class_limit: str,
    running: Running,
    by: Actor,
    at: datetime,
    request_id: UUID,
    last_unit: UUID | None = None,
) -> Move:
    """Stand in the move's state, in memory: `work` and the clocks are changed, all is yet to save.

    A move back to the same state leaves owner and limit alone. What the clock does in a state it
    does once. `last_unit` is the unit chosen last, where the caller knows it.
    """
    if "unit" not in spec.needs:
        # Or a note of progress that names a unit would hand the work on and start its limit anew.
        given = replace(given, unit=None)
    if "matter_class" in spec.needs:
        class_limit = given.class_limit or class_limit
    state = queries.workflow_of(work.definition_id).states[spec.to]
    heard_at = clock.now()
    move = _moved(work, spec, given=given, by=by, at=at, heard_at=heard_at, move_id=request_id)
    work.version += 1
    work.changed_at = heard_at
    if "answer" in spec.needs or state.ended:
        running.stop("resident", at=heard_at)
    _count(work, spec, running)
    if "units" in spec.needs:
        running.begun += [
            Assignment(work=work, post=post, from_at=heard_at) for post in given.helpers
        ]
    if spec.to != work.state or given.unit is not None:
        _hand_over(work, state, given, class_limit, running, last_unit)
        work.state, work.phase = spec.to, state.phase
        work.returned = "reason" in spec.needs and not state.ended
        work.closed_at = heard_at if state.ended else None
    elif by.kind == "clock":
        work.clock_at = None
    return move


def _count(work: Work, spec: MoveSpec, running: Running) -> None:
    """Returns, holds and extensions are counted, because the pack says how many there may be."""
    after = Course(work.returns, work.holds, work.extensions).after(spec)
    work.returns, work.holds, work.extensions = after.returns, after.holds, after.extensions
    if spec.extends:
        running.lengthen()


_MOVED = [
    "version",
    "changed_at",
    "state",
    "phase",
    "owner",
    "entered_at",
    "due_at",
    "returned",
    "returns",
    "holds",
    "extensions",
    "clock_at",
    "alarms",
    "alarm_at",
    "closed_at",
]


@transaction.atomic
def put_off_clock(work: Work, *, until: datetime) -> None:
    """Let the clock look at this work again later: what it could not do now must not hold up others."""
    Work.objects.filter(pk=work.pk, clock_at__isnull=False).update(clock_at=until)


def _moved(
    work: Work,
    spec: MoveSpec,
    *,
    given: Given,
    by: Actor,
    at: datetime,
    heard_at: datetime,
    move_id: UUID,
) -> Move:
    return Move(
        id=move_id,
        work=work,
        number=work.version + 1,
        key=spec.key,
        step=spec.step,
        from_state=work.state,
        to_state=spec.to,
        from_phase=work.phase,
        actor_kind=by.kind,
        actor_key=by.account_id,
        post_id=_acting_post(work, spec, by),
        unit=given.unit,
        at=at,
        heard_at=heard_at,
        handled="result" in spec.needs
        or (work.phase == "with_unit" and work.owner_id in by.post_ids),
        note=given.note,
        evidence=dict(given.evidence),
    )


def _acting_post(work: Work, spec: MoveSpec, by: Actor) -> UUID | None:
    if work.owner_id in by.post_ids:
        return work.owner_id
    seat = by.seat_with(spec.roles, work.area.path)
    return seat.post_id if seat else None


def _hand_over(
    work: Work,
    state: State,
    given: Given,
    class_limit: str,
    running: Running,
    last_unit: UUID | None,
) -> None:
    at = work.entered_at = work.changed_at
    if state.ended:
        running.stop("unit", at=at)
        running.stop("state", at=at)
        work.owner, work.due_at, work.clock_at, work.alarm_at = None, None, None, None
        return
    owner_id = _next_owner(work, state, given.unit, at, last_unit)
    if given.unit is not None:
        # Another unit begins with a limit of its own.
        running.stop("unit", at=at)
    counting = running.enter(state, class_limit=class_limit, at=at)
    if owner_id != work.owner_id:
        running.begun.append(Assignment(work=work, post_id=owner_id, from_at=at))
    work.owner_id = owner_id
    work.clock_at = clock_at(state, class_limit=class_limit, started_at=at)
    set_alarms(work, state, running=counting)


def _next_owner(
    work: Work, state: State, unit: Post | None, at: datetime, last_unit: UUID | None
) -> UUID:
    """The post the state names: the unit chosen (or chosen last), who had it, or the closest role."""
    if state.owner == (STAYS,) and work.owner_id is not None:
        return work.owner_id
    if state.owner == (UNIT,):
        if unit is not None:
            return unit.id
        if last_unit is not None:
            return last_unit
        last = Move.objects.filter(work=work, unit__isnull=False).order_by("-number").first()
        if last is None or last.unit_id is None:
            raise Evidence(field="unit")
        return last.unit_id
    return owner_for(state.owner, work.area.path, at=at)


def forget_words(works: Iterable[UUID]) -> int:
    """Empty what was said along the way of these works; who did what, when, stays.

    The caller leaves the trace.
    """
    said = Move.objects.filter(work__in=list(works)).exclude(note="", evidence={})
    return said.update(note="", evidence={})
