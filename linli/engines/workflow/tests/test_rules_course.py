"""Warnings, pauses, extensions: what happens to a limit on its way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from linli.engines.workflow.rules.alarms import alarms_of, next_alarm
from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.engines.workflow.rules.clocks import Limit
from linli.engines.workflow.rules.unit_clock import UnitClock
from linli.engines.workflow.spec import State

CALENDAR = WorkingCalendar("plain", date(2026, 1, 1), date(2026, 12, 31))
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai
STATE = State.model_validate(
    {
        "title": {"zh": "办理中"},
        "phase": "with_unit",
        "owner": ["unit"],
        "limit": "2 work_days",
        "warn": "4 work_hours",
        "escalate": [
            {"after": "immediate", "to": "street_hub"},
            {"after": "1 work_day", "to": "county_desk"},
        ],
        "resident": {"zh": "正在办理。"},
    }
)


def test_the_owner_is_warned_before_and_the_tree_told_after_one_by_one() -> None:
    due = MONDAY + timedelta(days=2)

    alarms = alarms_of(STATE, started_at=MONDAY, due=due, calendar=CALENDAR)

    assert [(alarm.to, alarm.at) for alarm in alarms] == [
        ("", due - timedelta(hours=18)),  # the afternoon before: two hours then, two today
        ("street_hub", due),
        ("county_desk", due + timedelta(days=1)),
    ]
    assert [next_alarm(alarms, n) for n in (0, 2, 3)] == [alarms[0].at, alarms[2].at, None]


def test_a_limit_shorter_than_its_warning_warns_nobody() -> None:
    due = MONDAY + timedelta(hours=1)

    alarms = alarms_of(STATE, started_at=MONDAY, due=due, calendar=CALENDAR)

    assert [alarm.to for alarm in alarms] == ["street_hub", "county_desk"]


def test_a_unit_s_clock_stands_still_and_is_granted_its_limit_again() -> None:
    running = UnitClock(Limit.parse("2 work_days"), MONDAY)
    assert running.due(CALENDAR) == MONDAY + timedelta(days=2)

    held = running.paused(MONDAY + timedelta(days=1)).paused(MONDAY + timedelta(days=2))
    again = held.taken_up(MONDAY + timedelta(days=7)).taken_up(MONDAY + timedelta(days=9))

    assert again.pauses == ((MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)),)
    assert again.due(CALENDAR) == MONDAY + timedelta(days=8)
    assert again.lengthened().due(CALENDAR) == MONDAY + timedelta(days=10)
