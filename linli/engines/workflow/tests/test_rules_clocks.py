from __future__ import annotations

import csv
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.engines.workflow.rules.calendar import CalendarEnds, WorkingCalendar
from linli.engines.workflow.rules.clocks import (
    Limit,
    LimitUnreadable,
    Pause,
    Unit,
    due_at,
    elapsed,
    explain,
    read_limit,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
CLASSES = Path(os.environ.get("SAMPLE_DATA", "../shared/data")) / "matter_classes.csv"

# National Day 2025: 1 to 8 October off, Sunday 28 September and Saturday 11 October worked.
CALENDAR = WorkingCalendar(
    name="autumn 2025",
    first_day=date(2025, 1, 1),
    last_day=date(2026, 3, 31),
    holidays=frozenset(date(2025, 10, n) for n in range(1, 9)),
    make_up_days=frozenset([date(2025, 9, 28), date(2025, 10, 11)]),
)


def local(text: str) -> datetime:
    """10-09 17:00 in autumn 2025, on the calendar's wall clock."""
    return datetime.strptime(f"2025-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("09-25 10:00", "immediate", "09-25 10:00"),
        ("10-01 03:00", "30 urgent_minutes", "10-01 03:30"),
        ("09-30 23:00", "2 urgent_hours", "10-01 01:00"),
        ("09-30 23:00", "2 urgent_days", "10-02 23:00"),
        ("09-30 23:00", "30 calendar_days", "10-30 23:00"),
        ("09-25 10:00", "1 work_hour", "09-25 11:00"),
        ("09-25 11:00", "2 work_hours", "09-25 15:00"),
        ("09-25 13:00", "4 work_hours", "09-25 18:00"),
        ("09-25 17:00", "4 work_hours", "09-26 11:00"),
        ("09-25 20:00", "4 work_hours", "09-26 12:00"),
        ("09-25 10:00", "1 work_day", "09-26 10:00"),
        ("09-26 10:00", "1 work_day", "09-28 10:00"),  # Friday to the Sunday that is worked
        ("09-27 10:00", "1 work_day", "09-28 18:00"),  # a Saturday that is not
        ("09-30 17:00", "4 work_hours", "10-09 11:00"),  # over the whole holiday
        ("09-30 10:00", "3 work_days", "10-11 10:00"),  # to the Saturday that is worked
        ("10-03 12:00", "5 work_days", "10-14 18:00"),
        ("09-25 18:00", "1 work_hour", "09-26 09:00"),
        ("09-25 12:00", "1 work_day", "09-26 12:00"),
    ],
)
def test_a_limit_ends_when_the_trade_says_it_ends(start: str, limit: str, due: str) -> None:
    assert due_at(local(start), Limit.parse(limit), CALENDAR) == local(due)


def test_time_on_hold_is_added_after_it() -> None:
    held = [(local("09-25 11:00"), local("09-26 11:00"))]
    four = Limit.parse("4 work_hours")
    assert due_at(local("09-25 10:00"), four, CALENDAR, held) == local("09-26 16:00")
    nights = [(local("09-25 19:00"), local("09-26 07:00"))]
    assert due_at(local("09-25 17:00"), four, CALENDAR, nights) == local("09-26 11:00")
    overlapping = [*held, (local("09-25 12:00"), local("09-26 10:00"))]
    assert due_at(local("09-25 10:00"), four, CALENDAR, overlapping) == local("09-26 16:00")
    one = Limit.parse("1 urgent_hour")
    assert due_at(local("09-25 10:00"), one, CALENDAR, held) == local("09-25 11:00")


def test_beyond_the_calendar_only_what_needs_it_is_refused() -> None:
    start = datetime(2026, 3, 31, 17, tzinfo=SHANGHAI)
    with pytest.raises(CalendarEnds):
        due_at(start, Limit.parse("2 work_hours"), CALENDAR)
    assert due_at(start, Limit.parse("1 work_hour"), CALENDAR) == start + timedelta(hours=1)
    assert due_at(start, Limit.parse("2 urgent_days"), CALENDAR) == start + timedelta(days=2)


def test_the_steps_say_why_it_is_due_then() -> None:
    steps = explain(
        local("09-30 17:00"),
        Limit.parse("1 work_day"),
        CALENDAR,
        [(local("10-09 09:00"), local("10-09 10:00"))],
    )
    hour = timedelta(hours=1)
    assert [(s.kind, s.starts_at, s.ends_at, s.counted) for s in steps] == [
        ("counted", local("09-30 17:00"), local("10-01 00:00"), hour),
        ("days_off", local("10-01 00:00"), local("10-09 00:00"), 0 * hour),
        ("counted", local("10-09 00:00"), local("10-09 09:00"), hour),
        ("paused", local("10-09 09:00"), local("10-09 10:00"), 0 * hour),
        ("counted", local("10-09 10:00"), local("10-09 18:00"), 6 * hour),
        ("due", local("10-09 18:00"), local("10-09 18:00"), 0 * hour),
    ]


# Random cases against a count minute by minute

MOMENTS = st.integers(0, 250 * 1440).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + minutes * MINUTE
)
LIMITS = st.one_of(
    st.just(Limit.parse("immediate")),
    st.builds(Limit, st.integers(1, 90), st.just(Unit.URGENT_MINUTE)),
    st.builds(Limit, st.integers(1, 60), st.sampled_from([Unit.URGENT_HOUR, Unit.WORK_HOUR])),
    st.builds(
        Limit,
        st.integers(1, 12),
        st.sampled_from([Unit.WORK_DAY, Unit.URGENT_DAY, Unit.CALENDAR_DAY]),
    ),
)
PAUSES = st.lists(
    st.tuples(MOMENTS, st.integers(1, 4000)).map(lambda p: (p[0], p[0] + p[1] * MINUTE)),
    max_size=3,
)
NEAR_PAUSES = st.lists(st.tuples(st.integers(0, 6000), st.integers(1, 4000)), max_size=3)
CALENDARS = st.builds(
    lambda off, on: replace(
        CALENDAR, holidays=frozenset(off), make_up_days=frozenset(on - off)
    ),
    st.sets(st.dates(date(2025, 1, 1), date(2025, 12, 31)), max_size=25),
    st.sets(st.dates(date(2025, 1, 1), date(2025, 12, 31)), max_size=15),
)


def counts(moment: datetime, unit: Unit, calendar: WorkingCalendar) -> bool:
    """Whether the minute that begins now is one the unit counts, decided the slow way."""
    if unit not in {Unit.WORK_HOUR, Unit.WORK_DAY}:
        return True
    here = moment.astimezone(SHANGHAI)
    weekday = here.weekday() < 5 and here.date() not in calendar.holidays
    worked = weekday or here.date() in calendar.make_up_days
    return worked and here.hour in {8, 9, 10, 11, 14, 15, 16, 17}


def due_by_counting(
    start: datetime, limit: Limit, calendar: WorkingCalendar, pauses: list[Pause]
) -> datetime:
    minutes = {
        Unit.IMMEDIATE: 0, Unit.URGENT_MINUTE: 1, Unit.URGENT_HOUR: 60, Unit.WORK_HOUR: 60,
        Unit.WORK_DAY: 480, Unit.URGENT_DAY: 1440, Unit.CALENDAR_DAY: 1440,
    }  # fmt: skip
    left = limit.value * minutes[limit.unit]
    while left:
        held = any(begin <= start < end for begin, end in pauses)
        left -= not held and counts(start, limit.unit, calendar)
        start += MINUTE
    return start


@settings(max_examples=60, deadline=None)
@given(MOMENTS, LIMITS, CALENDARS, NEAR_PAUSES)
def test_the_due_moment_is_the_one_found_by_counting_minutes(
    start: datetime, limit: Limit, calendar: WorkingCalendar, near: list[tuple[int, int]]
) -> None:
    pauses = [(start + a * MINUTE, start + (a + b) * MINUTE) for a, b in near]
    due = due_at(start, limit, calendar, pauses)
    assert due == due_by_counting(start, limit, calendar, pauses)
    assert elapsed(start, due, limit.unit, calendar, pauses) == pytest.approx(limit.value)


@given(MOMENTS, MOMENTS, LIMITS, CALENDARS, PAUSES)
def test_what_came_later_is_never_due_earlier_and_nothing_is_due_before_it_came(
    first: datetime,
    second: datetime,
    limit: Limit,
    calendar: WorkingCalendar,
    held: list[Pause],
) -> None:
    first, second = sorted((first, second))
    assert (
        first <= due_at(first, limit, calendar, held) <= due_at(second, limit, calendar, held)
    )


@given(MOMENTS, LIMITS, CALENDARS, st.dates(date(2025, 1, 1), date(2025, 12, 31)), PAUSES)
def test_a_further_holiday_or_hold_never_makes_it_due_earlier(
    start: datetime, limit: Limit, calendar: WorkingCalendar, day: date, held: list[Pause]
) -> None:
    due = due_at(start, limit, calendar)
    longer = replace(
        calendar,
        holidays=calendar.holidays | {day},
        make_up_days=calendar.make_up_days - {day},
    )
    assert due_at(start, limit, longer) >= due
    assert due_at(start, limit, calendar, held) >= due


@given(MOMENTS, LIMITS, LIMITS, CALENDARS)
def test_a_longer_limit_of_the_same_unit_is_never_due_earlier(
    start: datetime, limit: Limit, other: Limit, calendar: WorkingCalendar
) -> None:
    more = replace(limit, value=limit.value + other.value)
    assert due_at(start, more, calendar) >= due_at(start, limit, calendar)


@given(MOMENTS, LIMITS, CALENDARS, NEAR_PAUSES)
def test_the_steps_leave_no_gap_and_add_up_to_the_limit(
    start: datetime, limit: Limit, calendar: WorkingCalendar, near: list[tuple[int, int]]
) -> None:
    pauses = [(start + a * MINUTE, start + (a + b) * MINUTE) for a, b in near]
    steps = explain(start, limit, calendar, pauses)
    assert steps[0].starts_at == start
    assert steps[-1].ends_at == due_at(start, limit, calendar, pauses)
    assert all(a.ends_at == b.starts_at for a, b in pairwise(steps))
    assert [step.kind for step in steps].index("due") == len(steps) - 1
    total = sum((step.counted for step in steps), timedelta())
    day = {Unit.WORK_DAY: 8, Unit.URGENT_DAY: 24, Unit.CALENDAR_DAY: 24}.get(limit.unit, 1)
    unit = MINUTE if limit.unit == Unit.URGENT_MINUTE else timedelta(hours=day)
    assert total == limit.value * unit


def test_nothing_has_elapsed_when_a_clock_ran_backwards() -> None:
    later, earlier = local("09-25 11:00"), local("09-25 10:00")
    held = [(earlier, later + timedelta(hours=5))]
    for unit in Unit:
        assert elapsed(later, earlier, unit, CALENDAR, held) == 0


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("immediate", Limit(0, Unit.IMMEDIATE)),
        ("1 work_day", Limit(1, Unit.WORK_DAY)),
        ("1 work_days", Limit(1, Unit.WORK_DAY)),
        ("4 work_hours", Limit(4, Unit.WORK_HOUR)),
        (" 30 urgent_minutes ", Limit(30, Unit.URGENT_MINUTE)),
        ("60 calendar_day", Limit(60, Unit.CALENDAR_DAY)),
    ],
)
def test_a_limit_is_written_in_words(written: str, limit: Limit) -> None:
    assert Limit.parse(written) == limit
    assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize(
    "written",
    [
        "",
        "4",
        "work_hours",
        "0 work_hours",
        "-1 work_day",
        "1.5 work_days",
        "4 hours",
        "１ work_day",
        "10000 work_days",
        "2 immediate",
        "4 work_hours or so",
        "class",
    ],
)
def test_any_other_writing_is_refused_with_examples(written: str) -> None:
    with pytest.raises(LimitUnreadable) as caught:
        Limit.parse(written, field="limit")
    assert caught.value.values["found"] == written


@pytest.mark.parametrize(
    ("cell", "limit", "target"),
    [
        ("2EH", "2 urgent_hours", None),
        ("2EWD", "2 urgent_days", None),
        ("4WH~2WD", "2 work_days", "4 work_hours"),
        ("1WD~5WD", "5 work_days", "1 work_day"),
        ("2EH先围护/15WD治理", "15 work_days", "2 urgent_hours"),
        ("7WD(上限30天)", "30 calendar_days", "7 work_days"),
        ("15日受理告知/60日办结", "60 calendar_days", "15 calendar_days"),
        ("即时转110", "immediate", None),
        ("即时/2EH报告", "2 urgent_hours", "immediate"),
        ("30分钟到场", "30 urgent_minutes", None),
        ("按民政规定(30WD内)", "30 work_days", None),
        ("归档", "immediate", None),
    ],
)
def test_of_a_range_the_longer_is_the_limit_and_the_shorter_the_target(
    cell: str, limit: str, target: str | None
) -> None:
    assert read_limit(cell) == (Limit.parse(limit), Limit.parse(target) if target else None)


def test_every_class_of_the_list_has_a_limit_that_can_be_counted() -> None:
    if not CLASSES.exists():
        pytest.skip(f"the list of classes is not at {CLASSES}")
    with CLASSES.open(encoding="utf-8-sig", newline="") as file:
        cells = [row["limit"] for row in csv.DictReader(file)]
    limits = [read_limit(cell) for cell in cells]
    assert len(limits) == 119
    assert sum(target is not None for _limit, target in limits) > 10
    for limit, _target in limits:
        assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize("cell", ["", "soon", "110", "2", "WD", "0WD"])
def test_a_cell_without_a_limit_is_refused(cell: str) -> None:
    with pytest.raises(LimitUnreadable):
        read_limit(cell)
