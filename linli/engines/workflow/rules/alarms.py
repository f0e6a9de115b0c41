"""Alarms: when the owner is warned that a limit is near, and who is told when it has passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.engines.workflow.rules.clocks import Limit, before, due_at
from linli.engines.workflow.spec import State


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of a state: when, and the role it goes to; without a role it warns the owner."""

    at: datetime
    to: str = ""


def alarms_of(
    state: State, *, started_at: datetime, due: datetime, calendar: WorkingCalendar
) -> tuple[Alarm, ...]:
    """Every alarm of a limit in order: the warning first, then up the tree.

    A warning that would come before the limit began to run is left out: the owner has just seen it.
    """
    found: list[Alarm] = []
    if state.warn is not None:
        warned = before(due, Limit.parse(state.warn), calendar)
        found += [Alarm(warned)] if warned > started_at else []
    for told in state.escalate:
        found.append(Alarm(due_at(due, Limit.parse(told.after), calendar), told.to))
    return tuple(sorted(found, key=lambda alarm: alarm.at))


def next_alarm(alarms: Sequence[Alarm], sounded: int) -> datetime | None:
    """When the first alarm after those that sounded already is due."""
    return alarms[sounded].at if sounded < len(alarms) else None
