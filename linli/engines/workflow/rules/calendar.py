"""A working calendar is data: the week, the days that differ from it, and the hours of a day.

The holidays of a year are announced a few weeks before it begins, make-up Saturdays and Sundays
with them; beyond the years imported nothing can be known, and a date there is refused.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from linli.kernel.errors import Invalid, _

Span = tuple[time, time]
_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)
OFFICE_HOURS: tuple[Span, ...] = ((time(8), time(12)), (time(14), time(18)))


class CalendarEnds(Invalid):
    """The working days of that year have not been imported."""

    message = _("The calendar “{calendar}” holds no days of {year}. Import that year first.")


class CalendarUnreadable(Invalid):
    """A calendar says something that cannot be."""

    message = _("Calendar “{calendar}”, {key}: found {found}, expected {expected}.")


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked, and at which hours, from one day to another."""

    name: str
    first_day: date
    last_day: date
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    hours: tuple[Span, ...] = OFFICE_HOURS
    timezone: str = "Asia/Shanghai"

    def is_workday(self, day: date) -> bool:
        """Whether the day is worked: the week decides, unless the day is an exception."""
        self._require(day)
        return day in self.make_up_days or (day.weekday() < 5 and day not in self.holidays)

    def local(self, at: datetime) -> datetime:
        """The moment on the calendar's own wall clock."""
        if at.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return at.astimezone(self.zone)

    def worked_until(self, at: datetime) -> timedelta:
        """All working time from the calendar's first day until the moment."""
        here = self.local(at)
        today = here.date()
        self._require(today)
        days = bisect_left(self._workdays, today.toordinal())
        worked = self.day_length * days
        if days < len(self._workdays) and self._workdays[days] == today.toordinal():
            worked += self._worked_today(here.time())
        return worked

    def moment_when(self, worked: timedelta) -> datetime:
        """The first moment by which so much has been worked since the first day."""
        days, rest = divmod(worked, self.day_length)
        if not rest and days:
            days, rest = days - 1, self.day_length
        if days >= len(self._workdays):
            raise CalendarEnds(calendar=self.name, year=self.last_day.year + 1)
        day = date.fromordinal(self._workdays[days])
        return datetime.combine(day, self._time_when(rest), self.zone).astimezone(UTC)

    def next_midnight(self, at: datetime) -> datetime:
        """When the day of this moment ends."""
        tomorrow = self.local(at).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), self.zone).astimezone(UTC)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def day_length(self) -> timedelta:
        """The working time of one whole day."""
        return sum((length for _start, length in self._spans), timedelta())

    @cached_property
    def _spans(self) -> tuple[tuple[timedelta, timedelta], ...]:
        return tuple(
            (_since_midnight(opens), _since_midnight(closes) - _since_midnight(opens))
            for opens, closes in self.hours
        )

    @cached_property
    def _workdays(self) -> Sequence[int]:
        """Every working day in order, so that a year is one look-up and not a walk."""
        every = range(self.first_day.toordinal(), self.last_day.toordinal() + 1)
        return [n for n in every if self.is_workday(date.fromordinal(n))]

    def _worked_today(self, clock: time) -> timedelta:
        now = _since_midnight(clock)
        nothing = timedelta()
        return sum(
            (min(max(now - start, nothing), length) for start, length in self._spans), nothing
        )

    def _time_when(self, worked: timedelta) -> time:
        for start, length in self._spans:
            if worked <= length:
                return (_MIDNIGHT + start + worked).time()
            worked -= length
        raise AssertionError("more than a day's work does not fit into a day")

    def _require(self, day: date) -> None:
        if not self.first_day <= day <= self.last_day:
            raise CalendarEnds(calendar=self.name, year=day.year)


def _since_midnight(clock: time) -> timedelta:
    return datetime.combine(_MIDNIGHT.date(), clock, UTC) - _MIDNIGHT


def make_calendar(
    name: str,
    *,
    timezone: str,
    hours: Iterable[Sequence[str]],
    first_day: str,
    last_day: str,
    holidays: Iterable[str],
    make_up_days: Iterable[str],
) -> WorkingCalendar:
    """A calendar from what a pack or a file says, or the refusal naming what is wrong."""
    first, last = _day(name, "first_day", first_day), _day(name, "last_day", last_day)
    if last < first:
        raise _wrong(name, "last_day", last_day, f"> {first_day}")
    days_off = frozenset(_day(name, "holidays", text) for text in holidays)
    worked = frozenset(_day(name, "make_up_days", text) for text in make_up_days)
    for day in sorted(days_off | worked):
        if day in days_off and day in worked:
            raise _wrong(name, "make_up_days", day, "∉ holidays")
        if not first <= day <= last:
            raise _wrong(name, "holidays, make_up_days", day, f"{first_day} … {last_day}")
    _require_zone(name, timezone)
    return WorkingCalendar(name, first, last, days_off, worked, _hours(name, hours), timezone)


def _hours(name: str, hours: Iterable[Sequence[str]]) -> tuple[Span, ...]:
    spans = tuple(_span(name, pair) for pair in hours)
    clock = [moment for span in spans for moment in span]
    if not spans or any(a >= b for a, b in pairwise(clock)):
        raise _wrong(name, "hours", hours, '[["08:00", "12:00"], ["14:00", "18:00"]]')
    return spans


def _span(name: str, pair: Sequence[str]) -> Span:
    try:
        opens, closes = (time.fromisoformat(text) for text in pair)
    except ValueError:
        raise _wrong(name, "hours", pair, '["08:00", "12:00"]') from None
    return opens, closes


def _day(name: str, key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(name, key, text, "2026-05-01") from None


def _require_zone(name: str, timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong(name, "timezone", timezone, "Asia/Shanghai") from None


def _wrong(name: str, key: str, found: object, expected: str) -> CalendarUnreadable:
    return CalendarUnreadable(key, calendar=name, key=key, found=str(found), expected=expected)
