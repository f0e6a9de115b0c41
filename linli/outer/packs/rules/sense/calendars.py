from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from linli.engines.workflow.rules.calendar import (
    CalendarUnreadable,
    WorkingCalendar,
    make_calendar,
)
from linli.kernel.errors import _
from linli.outer.packs.rules.faults import say
from linli.outer.packs.rules.sense.places import Places

if TYPE_CHECKING:
    from linli.engines.workflow.spec import Calendar
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.spec import Pack

AHEAD: Final = timedelta(days=60)


def calendar_of(spec: Calendar) -> WorkingCalendar:
    """The calendar that limits are counted by; raises CalendarUnreadable."""
    return make_calendar(
        "calendar",
        timezone=spec.timezone,
        hours=spec.hours,
        first_day=spec.first_day,
        last_day=spec.last_day,
        holidays=spec.holidays,
        make_up_days=spec.make_up_days,
    )


def calendar_faults(pack: Pack, places: Places, *, today: date) -> Iterator[Fault]:
    """The calendar can be read, holds today, and leaves out no year in between."""
    try:
        calendar = calendar_of(pack.calendar)
    except CalendarUnreadable as refusal:
        found, expected = refusal.values["found"], refusal.values["expected"]
        key = (refusal.field or "").split(",")[0]
        yield places.fault("calendar", key, found=found, expected=expected)
        return
    if calendar.last_day < today:
        expected = say(_("a day not before {today}"), today=today)
        found = pack.calendar.last_day
        yield places.fault("calendar", "last_day", found=found, expected=expected)
    if calendar.first_day > today:
        expected = say(_("a day not after {today}"), today=today)
        found = pack.calendar.first_day
        yield places.fault("calendar", "first_day", found=found, expected=expected)
    for year in range(calendar.first_day.year, calendar.last_day.year + 1):
        if not any(day.year == year for day in calendar.holidays):
            expected = say(_("the holidays of {year} too"), year=year)
            found = say(_("no day of {year}"), year=year)
            yield places.fault("calendar", "holidays", found=found, expected=expected)


def calendar_warnings(pack: Pack, places: Places, *, today: date) -> Iterator[Fault]:
    """A calendar that ends soon leaves limits that nobody can count."""
    last_day = date.fromisoformat(pack.calendar.last_day)
    if today <= last_day < today + AHEAD:
        expected = say(_("days until {day} at least"), day=today + AHEAD)
        yield places.fault("calendar", "last_day", found=last_day, expected=expected)
