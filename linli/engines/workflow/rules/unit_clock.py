"""The clock of the unit that handles: it stands still while work is held, and may be lengthened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.engines.workflow.rules.clocks import Limit, Pause, due_at


@dataclass(frozen=True, slots=True)
class UnitClock:
    """A limit that began to run, how often it was granted, and when it stood still."""

    limit: Limit
    started_at: datetime
    times: int = 1
    pauses: tuple[Pause, ...] = ()
    paused_at: datetime | None = None

    def due(self, calendar: WorkingCalendar) -> datetime:
        """When the unit must be done; time on hold and what was granted are counted in."""
        return due_at(self.started_at, self.limit.times(self.times), calendar, self.pauses)

    def paused(self, at: datetime) -> Self:
        """The clock standing still from now on."""
        return self if self.paused_at is not None else replace(self, paused_at=at)

    def taken_up(self, at: datetime) -> Self:
        """The clock running again."""
        if self.paused_at is None:
            return self
        stood = (*self.pauses, (self.paused_at, at))
        return replace(self, pauses=stood, paused_at=None)

    def lengthened(self) -> Self:
        """The clock with its original limit once more."""
        return replace(self, times=self.times + 1)
