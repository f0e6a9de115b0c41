from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from linli.engines.workflow.models import (
    Alarm,
    Calendar,
    Clock,
    Definition,
    Move,
    Pause,
    Recount,
    Shift,
    Work,
    WorkQuerySet,
    visible_works,
)
from linli.engines.workflow.rules.calendar import WorkingCalendar, make_calendar
from linli.engines.workflow.rules.clocks import Limit, Step, due_at, explain
from linli.engines.workflow.rules.moves import Course, Standing, open_moves
from linli.engines.workflow.spec import Calendar as CalendarSpec
from linli.engines.workflow.spec import Move as MoveSpec
from linli.engines.workflow.spec import State, Workflow
from linli.ground.audit.queries import remembered
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound, Unavailable, _
from linli.kernel.refs import Ref
from linli.kernel.spec import Text

_UNPUBLISHED = timedelta(days=2 * 366)


class NoCalendar(Unavailable):
    """No pack has brought a working calendar yet."""

    message = _("No working calendar is installed; limits cannot be counted.")


@remembered
def current_definition(name: str) -> UUID:
    """The version of a workflow that new work begins with."""
    found = Definition.objects.filter(name=name, current=True).values_list("id", flat=True)
    if not found:
        raise NotFound
    return found[0]


@lru_cache(maxsize=256)
def workflow_of(definition_id: UUID) -> Workflow:
    """The states and moves of an installed version; versions never change, so each is read once."""
    return Workflow.model_validate(Definition.objects.get(id=definition_id).body)


@remembered
def titles_of_moves() -> dict[str, Text]:
    """What each step of the workflows in force is called, by its key."""
    current = Definition.objects.filter(current=True).values_list("id", flat=True)
    return {
        move.key: move.title for one in current for _state, move in workflow_of(one).moves()
    }


def state_of(work: Work) -> State:
    """The state a work stands in, as its own version describes it."""
    return workflow_of(work.definition_id).states[work.state]


@remembered
def working_calendar() -> WorkingCalendar:
    """The calendar in force."""
    row = Calendar.objects.order_by("id").first()
    if row is None:
        raise NoCalendar
    spec = CalendarSpec.model_validate(row.body)
    published = make_calendar(
        row.name,
        timezone=spec.timezone,
        hours=spec.hours,
        first_day=spec.first_day,
        last_day=spec.last_day,
        holidays=spec.holidays,
        make_up_days=spec.make_up_days,
    )
    # A year is announced weeks before it begins. Until it is imported its days count as plain
    # weeks: a limit a holiday too short is mended by the import, a refused report is lost.
    return replace(published, last_day=published.last_day + _UNPUBLISHED)


def handled_by(actor: Actor, work_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the works that this person handled; one query, and only for a person."""
    if actor.account_id is None:
        return frozenset()
    moves = Move.objects.filter(
        work__in=list(work_ids), actor_key=actor.account_id, handled=True
    )
    return frozenset(moves.values_list("work_id", flat=True))


def calendar_ends() -> tuple[Ref, date] | None:
    """The calendar in force and the last day that was published for it; None before the first."""
    row = Calendar.objects.order_by("id").first()
    if row is None:
        return None
    return Ref("calendar", row.id), date.fromisoformat(row.body["last_day"])


def standing_of(
    actor: Actor,
    work: Work,
    *,
    permission: str,
    reported: bool = False,
    handled: Collection[UUID] | None = None,
) -> Standing:
    """Where the actor stands to this work: roles whose area holds it, owner, reporter, clock.

    `handled` are the works the actor is known to have handled; without it one query asks.
    """
    if handled is None:
        handled = handled_by(actor, [work.pk])
    path = work.area.path
    acting = {g.post_id for g in actor.grants_for(permission)}
    seats = [seat for seat in actor.seats if seat.post_id in acting]
    return Standing(
        roles=frozenset(seat.role for seat in seats if path.startswith(seat.area_path)),
        owns=any(seat.post_id == work.owner_id for seat in seats),
        reported=reported,
        is_clock=actor.kind == "clock",
        handled=work.pk in handled,
    )


def course_of(work: Work, *, at: datetime) -> Course:
    """What the work went through, and which steps of its state time has closed; no query."""
    state = workflow_of(work.definition_id).states[work.state]
    timed = [(move.key, move.within) for move in state.moves if move.within]
    expired = {
        key
        for key, within in timed
        if due_at(work.entered_at, Limit.parse(within), working_calendar()) < at
    }
    late = work.due_at is not None and work.due_at < at
    return Course(work.returns, work.holds, work.extensions, late, frozenset(expired))


def moves_open(
    work: Work, *, facts: Iterable[str], standing: Standing, at: datetime
) -> list[MoveSpec]:
    """What this actor may do with this work at this moment."""
    return open_moves(
        workflow_of(work.definition_id),
        work.state,
        facts=list(facts),
        standing=standing,
        course=course_of(work, at=at),
    )


def clock_move_due(work: Work, *, facts: Iterable[str], at: datetime) -> str | None:
    """The move the clock makes in this state by itself, if there is one for these facts."""
    standing = Standing(is_clock=True)
    moves = moves_open(work, facts=facts, standing=standing, at=at)
    return moves[0].key if moves else None


def moves_made(request_ids: Iterable[UUID]) -> dict[UUID, Move]:
    """The moves that requests of these ids made, by the id of their work."""
    made = Move.objects.filter(id__in=list(request_ids))
    return {move.work_id: move for move in made}


def story_of(work: Work) -> QuerySet[Move]:
    """Every move in order, with the posts that made them."""
    return (
        Move.objects.filter(work=work)
        .select_related("post__organisation", "post__role", "unit__organisation")
        .order_by("number")
    )


def pauses_of(running: Clock) -> list[tuple[datetime, datetime]]:
    """The stretches in which a clock stood still, as they ended so far."""
    pauses = Pause.objects.filter(clock=running).order_by("from_at", "id")
    return list(pauses.values_list("from_at", "until_at"))


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock and the steps by which its end was found."""

    kind: str
    limit: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    steps: tuple[Step, ...]
    times: int = 1
    paused_at: datetime | None = None


def clocks_of(work: Work) -> list[RunningClock]:
    """Every clock of a work, each explaining its end with its pauses and extensions; two queries."""
    calendar = working_calendar()
    pauses: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    stood = Pause.objects.filter(clock__work=work).order_by("from_at", "id")
    for clock_id, from_at, until_at in stood.values_list("clock", "from_at", "until_at"):
        pauses[clock_id].append((from_at, until_at))
    return [
        RunningClock(
            clock.kind,
            clock.limit,
            clock.started_at,
            clock.due_at,
            clock.stopped_at,
            explain(
                clock.started_at,
                Limit.parse(clock.limit).times(clock.times),
                calendar,
                pauses[clock.id],
            ),
            clock.times,
            clock.paused_at,
        )
        for clock in Clock.objects.filter(work=work).order_by("started_at", "kind")
    ]


def alarms_about(work: Work) -> list[Alarm]:
    """Every alarm of a work in order, with the post it went to."""
    return list(Alarm.objects.filter(work=work).select_related("post").order_by("at", "id"))


def steps_filled(works: Iterable[Work]) -> Mapping[UUID, dict[int, Move]]:
    """For each work, the last move that filled each numbered step of its method."""
    filled: dict[UUID, dict[int, Move]] = defaultdict(dict)
    moves = Move.objects.filter(work__in=list(works), step__isnull=False)
    for move in moves.select_related("post__role").order_by("work_id", "number"):
        if move.step is not None:
            filled[move.work_id][move.step] = move
    return filled


@dataclass(frozen=True, slots=True)
class Change:
    """Something moved: where, what kind of record, and the posts it concerns; never content."""

    kind: str
    area_path: str
    post_ids: frozenset[UUID]
    version: int


def horizon() -> int:
    """The number below which every transaction has ended: what is older can no longer appear."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (number,) = cursor.fetchone()
    return int(number)


def changes_between(since: int, until: int, *, most: int = 2000) -> list[Change]:
    """The moves of all transactions from one horizon to another, oldest first."""
    moves = Move.objects.filter(xact__gte=since, xact__lt=until).order_by("xact", "id")
    rows = moves.values_list(
        "work__subject_kind",
        "work__area__path",
        "work__owner_id",
        "post_id",
        "unit_id",
        "number",
    )
    return [
        Change(kind, path, frozenset(p for p in posts if p), number)
        for kind, path, *posts, number in rows[:most]
    ]


def is_any_work() -> bool:
    """Whether anything was ever to be settled here."""
    return Work.objects.exists()


@dataclass(frozen=True, slots=True)
class Load:
    """What lies open with a post: how much, how much of it late, and what is due next."""

    open: int
    late: int
    next_due: datetime | None


def load_of(post_id: UUID, *, at: datetime) -> Load:
    """How much a post owns; one query, and nothing of what it is about."""
    mine = Work.objects.open().filter(owner=post_id)
    found = mine.aggregate(
        open=Count("id"), late=Count("id", filter=Q(due_at__lt=at)), next_due=Min("due_at")
    )
    return Load(found["open"], found["late"], found["next_due"])


def recounts() -> QuerySet[Recount]:
    """Every recount of running limits, the latest first."""
    return Recount.objects.order_by("-begun_at", "-id")


def get_recount(recount_id: UUID) -> Recount:
    """The recount, or NotFound."""
    found = Recount.objects.filter(id=recount_id).first()
    if found is None:
        raise NotFound
    return found


def shifts_of(recount: Recount, *, seen_by: Actor, permission: str) -> QuerySet[Shift]:
    """What a recount moved where the actor looks after the calendar, in the order it was moved."""
    shifts = Shift.objects.filter(recount=recount)
    seen = shifts.filter(visible_works(seen_by, permission, prefix="work__"))
    return seen.select_related("work__area").order_by("id")


def works_ended(kind: str, *, before: datetime, since: datetime | None = None) -> WorkQuerySet:
    """Works about such records that ended in [since, before), the longest ended first."""
    ended = Work.objects.filter(subject_kind=kind, closed_at__lt=before)
    if since is not None:
        ended = ended.filter(closed_at__gte=since)
    return ended.order_by("closed_at", "id")
