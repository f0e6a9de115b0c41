"""The third gate: every worked example, replayed by the rules that move real work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from linli.domains.matters.rules import TOLD_OF_A_REPORT, told_of
from linli.domains.matters.spec import NOTICES
from linli.engines.workflow.rules.calendar import CalendarEnds, WorkingCalendar
from linli.engines.workflow.rules.clocks import Limit, due_at
from linli.engines.workflow.rules.moves import (
    BEGINNING,
    Course,
    Evidence,
    Standing,
    choose,
    missing_needs,
)
from linli.engines.workflow.rules.unit_clock import UnitClock
from linli.engines.workflow.spec import CLOCK, NOT_ROLES, OF_THE_CLASS, REPORTER, STAYS, UNIT
from linli.kernel.errors import Conflict, Refusal, _
from linli.outer.packs.rules.faults import one_of
from linli.outer.packs.rules.sense.calendars import calendar_of
from linli.outer.packs.rules.sense.places import Places

if TYPE_CHECKING:
    from linli.domains.matters.spec import ClassSpec
    from linli.engines.workflow.spec import Move, State, Workflow
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.rules.merge import Source
    from linli.outer.packs.spec import Beat, Case, Expected, Pack

Place = tuple[str | int, ...]
_CHECKED: Final = ("state", "phase", "owner", "due")


class TooEarly(Conflict):
    """The clock's own time has not come."""

    message = _("The clock does not move this yet.")


@dataclass(slots=True)
class Run:
    """Where an example stands: what the engine would keep in its row."""

    workflow: Workflow
    calendar: WorkingCalendar
    matter_class: ClassSpec
    facts: frozenset[str]
    roles: tuple[str, ...]
    at: datetime
    state: str = ""
    entered_at: datetime | None = None
    owner: str = ""
    unit: str = ""
    due: datetime | None = None
    unit_clock: UnitClock | None = None
    course: Course = BEGINNING
    handlers: set[str] = field(default_factory=set)
    told: tuple[str, ...] = ()

    @property
    def phase(self) -> str:
        return self.workflow.states[self.state].phase

    def enter(self, key: str) -> None:
        """Stand in a state: its owner and its limit begin."""
        state = self.workflow.states[key]
        self.state, self.entered_at = key, self.at
        if state.ended:
            self.owner, self.due = "", None
            return
        if state.owner == (UNIT,):
            self.owner = self.unit
        elif state.owner != (STAYS,):
            self.owner = next((role for role in state.owner if role in self.roles), "")
        self._run_clocks(state)

    def _run_clocks(self, state: State) -> None:
        """As `change_clocks` of the engine: the unit's clock lives until its result."""
        handled = state.phase == "with_unit"
        if state.unit_clock == "stops" and not handled:
            self.unit_clock = None
        if self.unit_clock is not None:
            pauses = state.unit_clock == "pauses"
            running = self.unit_clock
            self.unit_clock = running.paused(self.at) if pauses else running.taken_up(self.at)
        if handled:
            self.unit_clock = self.unit_clock or UnitClock(self.limit(state.limit), self.at)
            self.due = self.unit_clock.due(self.calendar)
        else:
            self.due = due_at(self.at, self.limit(state.limit), self.calendar)

    def limit(self, text: str | None) -> Limit:
        """The state's own limit, or that of the class."""
        own = text if text is not None and text != OF_THE_CLASS else None
        return Limit.parse(own or self.matter_class.limit)

    def act(self, beat: Beat) -> None:
        """Take one move as the engine would, or raise its refusal."""
        self.at, self.told = self.at + timedelta(minutes=beat.minutes), ()
        standing = Standing(
            roles=frozenset({beat.by}) - NOT_ROLES,
            owns=beat.by == self.owner,
            reported=beat.by == REPORTER,
            is_clock=beat.by == CLOCK,
            handled=beat.by in self.handlers,
        )
        move = choose(
            self.workflow,
            self.state,
            beat.move,
            facts=self.facts,
            standing=standing,
            course=self._course(),
        )
        self._require(move, beat)
        if "result" in move.needs or (self.phase == "with_unit" and beat.by == self.owner):
            self.handlers.add(beat.by)
        if beat.unit is not None:
            self.unit, self.unit_clock = beat.unit, None
        self._count(move)
        before = self.state, self.phase, self.owner
        if move.to != self.state or beat.unit is not None:
            self.enter(move.to)
        self._tell(move, beat, *before)

    def _tell(self, move: Move, beat: Beat, state: str, phase: str, owner: str) -> None:
        """Which notices the step gives rise to; nobody is told of what they did themselves."""
        told = told_of(
            key=move.key,
            needs=move.needs,
            from_phase=phase,
            to_phase=self.phase,
            is_same_state=state == self.state and owner == self.owner,
            has_new_owner=owner != self.owner,
        )
        self.told = self.heard(told, by=beat.by)

    def heard(self, told: tuple[str, ...], *, by: str) -> tuple[str, ...]:
        """What reaches somebody: a reporter there is, an owner who did not act."""
        reaches = {
            "resident": "reported" in self.facts,
            "post": bool(self.owner) and by != self.owner,
        }
        return tuple(kind for kind in told if reaches[NOTICES[kind].to])

    def _course(self) -> Course:
        assert self.entered_at is not None
        moves = self.workflow.states[self.state].moves
        expired = frozenset(
            move.key
            for move in moves
            if move.within
            and due_at(self.entered_at, Limit.parse(move.within), self.calendar) < self.at
        )
        late = self.due is not None and self.due < self.at
        return replace(self.course, late=late, expired=expired)

    def _count(self, move: Move) -> None:
        self.course = self.course.after(move)
        if move.extends and self.unit_clock is not None:
            self.unit_clock = self.unit_clock.lengthened()

    def _require(self, move: Move, beat: Beat) -> None:
        if missing := missing_needs(move, beat.given):
            raise Evidence(field=missing[0])
        if beat.by != CLOCK or self.entered_at is None:
            return
        if self.at < due_at(self.entered_at, self.limit(move.after), self.calendar):
            raise TooEarly


def case_faults(pack: Pack, sections: Mapping[str, Source]) -> Iterator[Fault]:
    """Every example that does not end as its author wrote, at the first beat that differs."""
    places = Places(sections)
    calendar = calendar_of(pack.calendar)
    classes = {each.code: each for each in pack.matters.classes}
    for name, case in pack.cases.items():
        section = f"cases/{name}"
        matter_class = classes.get(case.matter_class)
        if matter_class is None:
            expected = one_of(classes, near=case.matter_class)
            found = case.matter_class
            yield places.fault(section, "matter_class", found=found, expected=expected)
            continue
        run = _begin(pack, case, matter_class, calendar)
        fault = _replay(run, case, places, section)
        if fault is not None:
            yield fault


def case_warnings(pack: Pack, sections: Mapping[str, Source]) -> Iterator[Fault]:
    """Moves no example ever takes."""
    places = Places(sections)
    taken = {beat.move for case in pack.cases.values() for beat in case.beats}
    for name, workflow in pack.workflows.items():
        for state, move in workflow.moves():
            if move.key not in taken:
                at = workflow.states[state].moves.index(move)
                yield places.fault(
                    f"workflows/{name}",
                    *("states", state, "moves", at),
                    found=_("no example that takes it"),
                    expected=_("one under cases/"),
                )


def _begin(pack: Pack, case: Case, matter_class: ClassSpec, calendar: WorkingCalendar) -> Run:
    workflow = pack.workflows[matter_class.workflow]
    facts = {
        case.origin,
        "sampled" if case.sampled else "not_sampled",
        "inspects" if matter_class.inspect else "inspects_not",
        *(("on_the_spot",) if matter_class.on_the_spot else ()),
    }
    return Run(
        workflow,
        calendar,
        matter_class,
        frozenset(facts),
        tuple(pack.posts.roles),
        case.reported_at,
    )


def _replay(run: Run, case: Case, places: Places, section: str) -> Fault | None:
    try:
        for here, expect, refused in _walk(run, case):
            if fault := _differs(run, expect, refused, places, section, here):
                return fault
    except CalendarEnds as refusal:
        expected = _("times the calendar knows")
        return places.fault(section, "reported_at", found=str(refusal), expected=expected)
    return None


def _walk(run: Run, case: Case) -> Iterator[tuple[Place, Expected, str]]:
    """Beat by beat: what was expected there, and the refusal the engine met if it met one."""
    run.enter(run.workflow.start)
    run.told = run.heard(TOLD_OF_A_REPORT, by="")
    yield ("expect",), case.expect, ""
    for at, beat in enumerate(case.beats):
        refused = ""
        try:
            run.act(beat)
        except CalendarEnds:
            raise
        except Refusal as refusal:
            refused = refusal.code
        yield ("beats", at, "expect"), beat.expect, refused


def times_that_differ(pack: Pack) -> Iterator[tuple[str, Place, datetime]]:
    """Every due time in the examples that is another one now, and what it is."""
    calendar = calendar_of(pack.calendar)
    classes = {each.code: each for each in pack.matters.classes}
    for name, case in pack.cases.items():
        run = _begin(pack, case, classes[case.matter_class], calendar)
        for here, expect, _refused in _walk(run, case):
            if expect.due is not None and run.due is not None and expect.due != run.due:
                yield name, (*here, "due"), calendar.local(run.due)


def _differs(
    run: Run,
    expect: Expected,
    refused: str,
    places: Places,
    section: str,
    here: Place,
) -> Fault | None:
    """The first difference between what was written and what the engine does."""
    if refused != (expect.refused or ""):
        found = expect.refused or _("no refusal")
        did = refused or _("no refusal")
        return places.fault(section, *here, "refused", found=found, expected=did)
    if "told" in expect.model_fields_set and set(expect.told) != set(run.told):
        found, did = ", ".join(expect.told), ", ".join(run.told)
        return places.fault(section, *here, "told", found=found, expected=did or _("nothing"))
    stands = {"state": run.state, "phase": run.phase, "owner": run.owner or None}
    for key in _CHECKED:
        if key not in expect.model_fields_set:
            continue
        written = getattr(expect, key)
        stood = run.due if key == "due" else stands[key]
        if written != stood:
            local = run.calendar.local(run.due).isoformat() if run.due else _("nothing")
            expected = local if key == "due" else stood or _("nothing")
            return places.fault(section, *here, key, found=written, expected=expected)
    return None
