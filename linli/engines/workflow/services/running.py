"""The clocks of a work: begun, paused, taken up again, lengthened, stopped; all in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import models

from linli.engines.workflow import queries
from linli.engines.workflow.models import Clock, Pause, Work
from linli.engines.workflow.rules.alarms import alarms_of, next_alarm
from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.engines.workflow.rules.clocks import Limit, due_at
from linli.engines.workflow.rules.clocks import Pause as Stood
from linli.engines.workflow.rules.unit_clock import UnitClock
from linli.engines.workflow.spec import OF_THE_CLASS, State

UNIT = "unit"
PausesOf = Callable[[Clock], list[Stood]]


def counted_anew(
    running: Clock, calendar: WorkingCalendar, *, pauses: list[Stood] | None = None
) -> datetime:
    """When a clock ends, from its start, its limit, what was granted and when it stood still."""
    stood = queries.pauses_of(running) if pauses is None else pauses
    limit = Limit.parse(running.limit)
    return UnitClock(limit, running.started_at, running.times, tuple(stood)).due(calendar)


def own_limit(text: str | None, class_limit: str) -> str:
    """The pack's own limit, or that of the class where the pack says so."""
    return class_limit if text is None or text == OF_THE_CLASS else text


def new_clock(work: Work, kind: str, *, limit: str, started_at: datetime) -> Clock:
    """A clock that begins to run, not yet saved."""
    due = due_at(started_at, Limit.parse(limit), queries.working_calendar())
    return Clock(work=work, kind=kind, limit=limit, started_at=started_at, due_at=due)


def clock_at(state: State, *, class_limit: str, started_at: datetime) -> datetime | None:
    """When the clock acts by itself in this state, if it ever does."""
    calendar = queries.working_calendar()
    waits = [own_limit(move.after, class_limit) for move in state.moves if move.after]
    return min((due_at(started_at, Limit.parse(w), calendar) for w in waits), default=None)


def set_alarms(work: Work, state: State, *, running: Clock, sounded: int = 0) -> None:
    """Let the limit of this clock be the one that counts, and plan its alarms anew.

    `sounded` of them have sounded already and do not sound again.
    """
    work.due_at = running.due_at
    calendar = queries.working_calendar()
    alarms = alarms_of(state, started_at=work.entered_at, due=running.due_at, calendar=calendar)
    work.alarms, work.alarm_at = sounded, next_alarm(alarms, sounded)


class Running:
    """The clocks of one work that still run: changed here, saved by whoever asked.

    A class, because a step changes several and a crowd of steps is decided before any is saved.
    """

    def __init__(
        self, work: Work, clocks: Iterable[Clock], *, pauses_of: PausesOf = queries.pauses_of
    ) -> None:
        self.work = work
        self.changed: list[Clock] = []
        self.begun: list[models.Model] = []
        self._running = {row.kind: row for row in clocks if row.stopped_at is None}
        self._pauses_of = pauses_of

    def stop(self, kind: str, *, at: datetime) -> None:
        """Stop the clock of a kind, if one runs."""
        if running := self._running.pop(kind, None):
            self._take_up(running, at)
            running.stopped_at = at
            self._change(running)

    def enter(self, state: State, *, class_limit: str, at: datetime) -> Clock:
        """Stop the clocks that end here, pause or take up the unit's own, start this state's.

        The unit's clock is one and the same from the delivery until the result, however often the
        work is held or an extension is asked for in between.
        """
        handled = state.phase == "with_unit"
        self.stop("state", at=at)
        if state.unit_clock == "stops" and not handled:
            self.stop(UNIT, at=at)
        if unit := self._running.get(UNIT):
            self._pause(unit, at) if state.unit_clock == "pauses" else self._take_up(unit, at)
            if handled:
                return unit
        limit = own_limit(state.limit, class_limit)
        begun = new_clock(self.work, UNIT if handled else "state", limit=limit, started_at=at)
        self.begun.append(begun)
        return begun

    def lengthen(self) -> None:
        """Give the unit its original limit once more."""
        if unit := self._running.get(UNIT):
            unit.times += 1
            self._count_anew(unit, [])

    def _pause(self, running: Clock, at: datetime) -> None:
        if running.paused_at is None:
            running.paused_at = at
            self._change(running)

    def _take_up(self, running: Clock, at: datetime) -> None:
        if running.paused_at is not None:
            stood = (running.paused_at, at)
            self.begun.append(Pause(clock=running, from_at=stood[0], until_at=at))
            running.paused_at = None
            self._count_anew(running, [stood])

    def _count_anew(self, running: Clock, latest: list[Stood]) -> None:
        pauses = self._pauses_of(running) + latest
        running.due_at = counted_anew(running, queries.working_calendar(), pauses=pauses)
        self._change(running)

    def _change(self, running: Clock) -> None:
        if running not in self.changed:
            self.changed.append(running)
