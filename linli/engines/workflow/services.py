from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import models, transaction

from linli.engines.notices.queries import customs
from linli.engines.notices.services.writing import ToPost, send_notice
from linli.engines.workflow import queries
from linli.engines.workflow.models import Assignment, Clock, Move, Work
from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.engines.workflow.rules.clocks import Limit, due_at
from linli.engines.workflow.rules.moves import Evidence, Stale, Standing, choose, missing_needs
from linli.engines.workflow.spec import OF_THE_CLASS, STAYS, UNIT, State
from linli.engines.workflow.spec import Move as MoveSpec
from linli.ground.accounts.models import Post
from linli.ground.accounts.queries import owner_for
from linli.ground.audit.services import RequestIdReused, note
from linli.ground.territory.models import Area
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with a move: the unit chosen, words, and whatever else the pack asked for.

    `class_limit` is that of the class the move itself gives the matter, where it does.
    """

    unit: Post | None = None
    class_limit: str = ""
    note: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Begun:
    """A work and its first rows, not yet saved: the caller writes them with its own rows."""

    work: Work
    rows: tuple[models.Model, ...]


def begin_work(
    subject: Ref,
    *,
    name: str,
    area: Area,
    class_limit: str,
    by: Actor,
    at: datetime,
    at_doubtful: bool = False,
    request_id: UUID,
) -> Begun:
    """Start a loop: the first owner, the first limit, the resident's clock, the first move.

    The rows are returned unsaved, because a report writes all its rows in one statement; the
    caller notes the trace. Limits run from the time heard.
    """
    definition_id = queries.current_definition(name)
    workflow = queries.workflow_of(definition_id)
    state = workflow.states[workflow.start]
    calendar, heard_at = queries.working_calendar(), clock.now()
    limit = _limit(state.limit, class_limit)
    owner_id = owner_for(state.owner, area.path, at=heard_at)
    work = Work(
        definition_id=definition_id,
        area=area,
        subject_kind=subject.kind,
        subject_id=subject.id,
        phase=state.phase,
        state=workflow.start,
        owner_id=owner_id,
        due_at=due_at(heard_at, Limit.parse(limit), calendar),
        clock_at=_clock_at(state, class_limit, heard_at, calendar),
        opened_at=heard_at,
        changed_at=heard_at,
    )
    seat = next(iter(by.seats), None)
    first = Move(
        id=request_id,
        work=work,
        number=1,
        key="report",
        step=state.step,
        to_state=workflow.start,
        actor_kind=by.kind,
        actor_key=by.account_id,
        post_id=seat.post_id if seat else None,
        at=at,
        heard_at=heard_at,
        at_doubtful=at_doubtful,
    )
    clocks = (
        _clock(work, "state", limit, heard_at, calendar),
        _clock(
            work, "resident", _limit(workflow.resident_limit, class_limit), heard_at, calendar
        ),
    )
    held = Assignment(work=work, post_id=owner_id, from_at=heard_at)
    return Begun(work, (work, first, *clocks, held))


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
    since it was seen, NoSuchMove, NotYours or HandledByYou when the move is not open to the
    actor, and Evidence beside the first need that was not given.
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
    spec = choose(workflow, work.state, key, facts=facts, standing=standing)
    if missing := missing_needs(spec, given.names):
        raise Evidence(field=missing[0])
    taken = take_step(
        work, spec, given=given, class_limit=class_limit, by=by, at=at, request_id=request_id
    )
    running = Clock.objects.filter(work=work, stopped_at=None, kind__in=taken.stopped)
    running.update(stopped_at=work.changed_at)
    for row in (taken.move, *taken.begun):
        row.save(force_insert=True)
    work.save(update_fields=_MOVED)
    note(
        f"work.{key}",
        Ref(work.subject_kind, work.subject_id),
        by=by,
        at=at,
        post_id=taken.move.post_id,
    )
    return Made(taken.move, frozenset(spec.needs), work.phase)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step as it was decided, not yet saved: its move, the kinds of clocks it stops, what begins."""

    move: Move
    stopped: frozenset[str]
    begun: tuple[models.Model, ...]


def take_step(
    work: Work,
    spec: MoveSpec,
    *,
    given: Given,
    class_limit: str,
    by: Actor,
    at: datetime,
    request_id: UUID,
    last_unit: UUID | None = None,
) -> Taken:
    """Stand in the move's state, in memory: `work` is changed, the rows are the caller's to save.

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
    stopped, begun = set[str](), tuple[models.Model, ...]()
    if "answer" in spec.needs or state.ended:
        stopped.add("resident")
    work.version += 1
    work.changed_at = heard_at
    if spec.to != work.state or given.unit is not None:
        stopped |= {"unit", "state"}
        begun = _hand_over(work, state, given, class_limit, last_unit)
        work.state, work.phase = spec.to, state.phase
        work.returned = "reason" in spec.needs and not state.ended
        work.closed_at = heard_at if state.ended else None
    elif by.kind == "clock":
        work.clock_at = None
    return Taken(move, frozenset(stopped), begun)


_MOVED = [
    "version",
    "changed_at",
    "state",
    "phase",
    "owner",
    "due_at",
    "returned",
    "clock_at",
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
    work: Work, state: State, given: Given, class_limit: str, last_unit: UUID | None
) -> tuple[models.Model, ...]:
    heard_at = work.changed_at
    if state.ended:
        work.owner, work.due_at, work.clock_at = None, None, None
        return ()
    owner_id = _next_owner(work, state, given.unit, heard_at, last_unit)
    limit = _limit(state.limit, class_limit)
    kind = "unit" if state.phase == "with_unit" else "state"
    calendar = queries.working_calendar()
    running = _clock(work, kind, limit, heard_at, calendar)
    begun: tuple[models.Model, ...] = (running,)
    if owner_id != work.owner_id:
        begun = (running, Assignment(work=work, post_id=owner_id, from_at=heard_at))
    work.owner_id, work.due_at = owner_id, running.due_at
    work.clock_at = _clock_at(state, class_limit, heard_at, calendar)
    return begun


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


def _clock_at(
    state: State, class_limit: str, started_at: datetime, calendar: WorkingCalendar
) -> datetime | None:
    """When the clock acts by itself in this state, if it ever does."""
    waits = [_limit(move.after, class_limit) for move in state.moves if move.after]
    return min((due_at(started_at, Limit.parse(w), calendar) for w in waits), default=None)


def _limit(text: str | None, class_limit: str) -> str:
    """The pack's own limit, or that of the class where the pack says so."""
    return class_limit if text is None or text == OF_THE_CLASS else text


def _clock(
    work: Work, kind: str, limit: str, started_at: datetime, calendar: WorkingCalendar
) -> Clock:
    return Clock(
        work=work,
        kind=kind,
        limit=limit,
        started_at=started_at,
        due_at=due_at(started_at, Limit.parse(limit), calendar),
    )


@transaction.atomic
def warn_of_calendars_end(*, by: Actor, at: datetime) -> int:
    """Tell the pack's roles, once a year, that the calendar needs a new one; return how many posts."""
    ends, warning = queries.calendar_ends(), customs().calendar_ends
    if ends is None or warning is None:
        return 0
    about, last_day = ends
    left = (last_day - clock.local(at).date()).days
    if left > warning.days:
        return 0
    posts = Post.objects.open().filter(role__key__in=warning.roles).order_by("id")
    told = 0
    for post_id in posts.values_list("id", flat=True):
        send_notice(
            "calendar_ends",
            ToPost(post_id),
            about=about,
            words={"day": last_day.isoformat(), "days": str(max(left, 0))},
            occasion=last_day.isoformat(),
            by=by,
            at=at,
        )
        told += 1
    return told
