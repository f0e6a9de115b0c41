from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linli.engines.workflow.rules.calendar import (
    CalendarEnds,
    CalendarUnreadable,
    WorkingCalendar,
    make_calendar,
)

PACK = Path(__file__).parents[4] / "packs" / "base" / "calendar.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def national() -> WorkingCalendar:
    said = tomllib.loads(PACK.read_text(encoding="utf-8"))
    said.pop("title")
    said.pop("basis")
    return make_calendar("national", **said)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 20), True),  # an ordinary Friday
        (date(2026, 11, 21), False),  # an ordinary Saturday
        (date(2020, 1, 31), False),  # a Friday: that spring's holidays were prolonged
        (date(2020, 10, 8), False),  # Mid-Autumn fell into the National Day week
        (date(2024, 2, 4), True),  # a Sunday worked for the Spring Festival
        (date(2024, 2, 12), False),
        (date(2025, 1, 26), True),  # a Sunday
        (date(2025, 10, 8), False),  # a Wednesday
        (date(2025, 10, 11), True),  # a Saturday
    ],
)
def test_the_national_calendar_knows_holidays_and_make_up_days(day: date, worked: bool) -> None:
    assert national().is_workday(day) is worked


@pytest.mark.parametrize("year", range(2020, 2027))
def test_every_year_has_about_250_working_days(year: int) -> None:
    calendar = national()
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert 246 <= sum(calendar.is_workday(day) for day in days) <= 252


def test_beyond_the_imported_years_a_date_is_refused_by_calendar_and_year() -> None:
    calendar = national()
    for day in (date(2027, 1, 1), date(2019, 12, 31)):
        with pytest.raises(CalendarEnds) as caught:
            calendar.is_workday(day)
        assert caught.value.values == {"calendar": "national", "year": day.year}
        with pytest.raises(CalendarEnds):
            calendar.worked_until(datetime.combine(day, time(12), SHANGHAI))
    whole = calendar.worked_until(datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI))
    with pytest.raises(CalendarEnds):
        calendar.moment_when(whole + timedelta(microseconds=1))


def test_working_time_runs_in_office_hours_of_the_calendars_own_zone() -> None:
    calendar = national()
    monday = date(2026, 3, 2)

    def worked(hour: int, minute: int = 0) -> timedelta:
        morning = datetime.combine(monday, time(0), SHANGHAI)
        at = datetime.combine(monday, time(hour, minute), SHANGHAI).astimezone(UTC)
        return calendar.worked_until(at) - calendar.worked_until(morning)

    hours = [worked(h) / timedelta(hours=1) for h in (0, 8, 9, 12, 13, 14, 15, 18, 23)]
    assert hours == [0, 0, 1, 4, 4, 4, 5, 8, 8]
    assert calendar.day_length == timedelta(hours=8)


def test_a_moment_without_a_zone_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="time zone"):
        national().worked_until(datetime(2026, 3, 2, 9))  # noqa: DTZ001 - that is the mistake


GOOD = {
    "timezone": "Asia/Shanghai",
    "hours": [["08:30", "12:00"], ["13:30", "17:30"]],
    "first_day": "2026-01-01",
    "last_day": "2026-12-31",
    "holidays": ["2026-01-01"],
    "make_up_days": ["2026-01-04"],
}


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("timezone", "Asia/Nowhere", "timezone"),
        ("timezone", "../etc", "timezone"),
        ("hours", [], "hours"),
        ("hours", [["08:00"]], "hours"),
        ("hours", [["8", "noon"]], "hours"),
        ("hours", [["12:00", "08:00"]], "hours"),
        ("hours", [["08:00", "12:00"], ["11:00", "18:00"]], "hours"),
        ("first_day", "2026-13-01", "first_day"),
        ("last_day", "2025-12-31", "last_day"),
        ("holidays", ["2026-02-30"], "holidays"),
        ("holidays", ["2027-01-01"], "holidays, make_up_days"),
        ("make_up_days", ["tomorrow"], "make_up_days"),
        ("make_up_days", ["2026-01-01"], "make_up_days"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_by_its_key(
    key: str, value: object, named: str
) -> None:
    assert make_calendar("city", **GOOD).day_length == timedelta(hours=7.5)  # type: ignore[arg-type]
    with pytest.raises(CalendarUnreadable) as caught:
        make_calendar("city", **{**GOOD, key: value})  # type: ignore[arg-type]
    assert caught.value.field == named
    assert caught.value.values["calendar"] == "city"
