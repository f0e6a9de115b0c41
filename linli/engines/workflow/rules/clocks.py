"""Clocks: how long something may take, when it is due, and why then.

Urgent units run day and night. A work hour counts only in working hours. A work day is a whole
day of working hours: what comes in at ten on Monday with one work day is due at ten on Tuesday,
what comes in on Saturday is due when Monday's office closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, Self

from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.kernel.errors import Invalid, _


class Unit(StrEnum):
    """What a limit is counted in."""

    IMMEDIATE = "immediate"
    URGENT_MINUTE = "urgent_minute"
    URGENT_HOUR = "urgent_hour"
    URGENT_DAY = "urgent_day"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    CALENDAR_DAY = "calendar_day"


class LimitUnreadable(Invalid):
    """A limit nobody can count."""

    message = _("“{found}” is not a time limit. Expected for example: {expected}.")


Pause = tuple[datetime, datetime]
_CONTINUOUS: Final = {
    Unit.IMMEDIATE: timedelta(minutes=1),
    Unit.URGENT_MINUTE: timedelta(minutes=1),
    Unit.URGENT_HOUR: timedelta(hours=1),
    Unit.URGENT_DAY: timedelta(days=1),
    Unit.CALENDAR_DAY: timedelta(days=1),
}
_EXPECTED: Final = "immediate, 30 urgent_minutes, 4 work_hours, 1 work_day, 60 calendar_days"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take, in one unit."""

    value: int
    unit: Unit

    @classmethod
    def parse(cls, text: str, *, field: str | None = None) -> Self:
        """The limit as packs write it: "4 work_hours", "1 work_day", "immediate"."""
        if text.strip() == Unit.IMMEDIATE:
            return cls(0, Unit.IMMEDIATE)
        match = re.fullmatch(r"\s*([1-9][0-9]{0,3})\s+([a-z_]+?)s?\s*", text, re.ASCII)
        if match is None or match[2] not in set(Unit) - {Unit.IMMEDIATE}:
            raise LimitUnreadable(field, found=text[:40], expected=_EXPECTED)
        return cls(int(match[1]), Unit(match[2]))

    def times(self, number: int) -> Self:
        """So many times this limit: each extension adds the original once more."""
        return type(self)(self.value * number, self.unit)

    def __str__(self) -> str:
        if self.unit == Unit.IMMEDIATE:
            return self.unit.value
        return f"{self.value} {self.unit.value}{'s' if self.value != 1 else ''}"


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch on the way to the due moment, and how much of the limit it used up."""

    kind: Literal["counted", "days_off", "paused", "due"]
    starts_at: datetime
    ends_at: datetime
    counted: timedelta


def due_at(
    start: datetime, limit: Limit, calendar: WorkingCalendar, pauses: Iterable[Pause] = ()
) -> datetime:
    """The moment by which it must be done; time on hold does not count against the handler."""
    left = _amount(limit, calendar)
    if not left:
        return start.astimezone(UTC)
    cursor = start.astimezone(UTC)
    for held, resumed in _in_order(start, pauses):
        counted = _counted(cursor, held, limit.unit, calendar)
        if counted >= left:
            break
        left -= counted
        cursor = resumed
    return _forward(cursor, left, limit.unit, calendar)


def before(due: datetime, limit: Limit, calendar: WorkingCalendar) -> datetime:
    """The moment from which so much is left until the due one, counted as the limit is."""
    amount = _amount(limit, calendar)
    if limit.unit in _CONTINUOUS:
        return due - amount
    return calendar.moment_when(max(calendar.worked_until(due) - amount, timedelta()))


def elapsed(
    start: datetime,
    end: datetime,
    unit: Unit,
    calendar: WorkingCalendar,
    pauses: Iterable[Pause] = (),
) -> float:
    """How many units have run between two moments; none when the second is not later."""
    total = _counted(start, max(start, end), unit, calendar)
    for held, resumed in _in_order(start, pauses):
        total -= _counted(
            min(held, max(start, end)), min(resumed, max(start, end)), unit, calendar
        )
    return total / _one(unit, calendar)


def explain(
    start: datetime, limit: Limit, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()
) -> tuple[Step, ...]:
    """Why it is due then: stretches without a gap from the start to the due moment."""
    due = due_at(start, limit, calendar, pauses)
    steps: list[Step] = []
    cursor = start.astimezone(UTC)
    for held, resumed in [*_in_order(start, pauses), (due, due)]:
        steps += _stretches(cursor, min(held, due), limit.unit, calendar)
        if held >= due:
            break
        steps.append(Step("paused", held, resumed, timedelta()))
        cursor = resumed
    return (*_merged(steps), Step("due", due, due, timedelta()))


def _one(unit: Unit, calendar: WorkingCalendar) -> timedelta:
    if unit == Unit.WORK_HOUR:
        return timedelta(hours=1)
    return calendar.day_length if unit == Unit.WORK_DAY else _CONTINUOUS[unit]


def _amount(limit: Limit, calendar: WorkingCalendar) -> timedelta:
    return limit.value * _one(limit.unit, calendar)


def _counted(
    start: datetime, end: datetime, unit: Unit, calendar: WorkingCalendar
) -> timedelta:
    if unit in _CONTINUOUS:
        return end - start
    return calendar.worked_until(end) - calendar.worked_until(start)


def _forward(
    start: datetime, amount: timedelta, unit: Unit, calendar: WorkingCalendar
) -> datetime:
    if unit in _CONTINUOUS:
        return start + amount
    return calendar.moment_when(calendar.worked_until(start) + amount)


def _in_order(start: datetime, pauses: Iterable[Pause]) -> list[Pause]:
    """Pauses after the start, earliest first; those that touch are one."""
    merged: list[Pause] = []
    for held, resumed in sorted(pauses):
        begin, end = max(held, start).astimezone(UTC), resumed.astimezone(UTC)
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif begin < end:
            merged.append((begin, end))
    return merged


def _stretches(
    start: datetime, end: datetime, unit: Unit, calendar: WorkingCalendar
) -> list[Step]:
    if unit in _CONTINUOUS:
        return [Step("counted", start, end, end - start)] if start < end else []
    steps: list[Step] = []
    while start < end:
        stop = min(end, calendar.next_midnight(start))
        worked = calendar.is_workday(calendar.local(start).date())
        counted = _counted(start, stop, unit, calendar)
        steps.append(Step("counted" if worked else "days_off", start, stop, counted))
        start = stop
    return steps


def _merged(steps: Iterable[Step]) -> list[Step]:
    """Neighbours of one kind as one step: five days off in a row are one line to read."""
    whole: list[Step] = []
    for step in steps:
        before = whole[-1] if whole else None
        if before and before.kind == step.kind:
            counted = before.counted + step.counted
            whole[-1] = Step(step.kind, before.starts_at, step.ends_at, counted)
        else:
            whole.append(step)
    return whole


# The limits of a class list as people write them: 2EH, 4WH~2WD, 15WD, 30天, 即时

_WRITTEN: Final = {
    "分钟": Unit.URGENT_MINUTE,
    "EH": Unit.URGENT_HOUR,
    "EWD": Unit.URGENT_DAY,
    "WH": Unit.WORK_HOUR,
    "WD": Unit.WORK_DAY,
    "天": Unit.CALENDAR_DAY,
    "日": Unit.CALENDAR_DAY,
}
_AT_ONCE: Final = ("即时", "归档")  # what is only filed needs nobody's time
_TOKEN: Final = re.compile(rf"([1-9][0-9]{{0,3}})({'|'.join(_WRITTEN)})|({'|'.join(_AT_ONCE)})")
_ROUGH_HOURS: Final = {
    Unit.IMMEDIATE: 0.0,
    Unit.URGENT_MINUTE: 1 / 60,
    Unit.URGENT_HOUR: 1.0,
    Unit.URGENT_DAY: 24.0,
    Unit.WORK_HOUR: 3.0,
    Unit.WORK_DAY: 33.6,
    Unit.CALENDAR_DAY: 24.0,
}


def read_limit(text: str, *, field: str | None = None) -> tuple[Limit, Limit | None]:
    """The limit of a class, and the shorter target where a range or two stages are written.

    The longer one is the limit, because only it is promised for every case of the class.
    """
    found = {
        Limit(0, Unit.IMMEDIATE) if at_once else Limit(int(value), _WRITTEN[unit])
        for value, unit, at_once in _TOKEN.findall(text)
    }
    if not found:
        raise LimitUnreadable(field, found=text[:40], expected="2EH, 4WH~2WD, 15WD, 30天, 即时")
    by_length = sorted(found, key=lambda limit: limit.value * _ROUGH_HOURS[limit.unit])
    return by_length[-1], by_length[0] if len(by_length) > 1 else None
