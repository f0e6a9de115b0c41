from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from linli.engines.notices.rules import (
    Hours,
    Value,
    fill,
    leave_alone_for,
    masked,
    wait_before_next,
    without_long_numbers,
)

CHINA = ZoneInfo("Asia/Shanghai")
RESIDENTS = Hours(time(8), time(21), every_day=True)
DUTY = Hours(
    time(8),
    time(18),
    holidays=frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
    make_up_days=frozenset({date(2026, 10, 10)}),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        (RESIDENTS, "2026-03-04T08:00", "2026-03-04T08:00"),
        (RESIDENTS, "2026-03-04T20:59", "2026-03-04T20:59"),
        (RESIDENTS, "2026-03-04T21:00", "2026-03-05T08:00"),
        (RESIDENTS, "2026-03-05T03:10", "2026-03-05T08:00"),
        (RESIDENTS, "2026-03-07T10:00", "2026-03-07T10:00"),  # Saturday
        (DUTY, "2026-03-04T09:30", "2026-03-04T09:30"),
        (DUTY, "2026-03-04T18:00", "2026-03-05T08:00"),
        (DUTY, "2026-03-06T19:00", "2026-03-09T08:00"),  # Friday evening
        (DUTY, "2026-03-07T10:00", "2026-03-09T08:00"),
        (DUTY, "2026-09-30T20:00", "2026-10-05T08:00"),  # the holiday, then the weekend
        (DUTY, "2026-10-10T10:00", "2026-10-10T10:00"),  # a Saturday that is worked
    ],
)
def test_nobody_is_disturbed_before_the_next_opening(
    hours: Hours, now: str, opens: str
) -> None:
    assert hours.opening(at(now)) == at(opens)


def test_the_opening_is_a_moment_of_the_wall_clock_it_was_asked_by() -> None:
    evening = datetime(2026, 3, 4, 14, 0, tzinfo=UTC).astimezone(CHINA)

    assert RESIDENTS.opening(evening).astimezone(UTC) == datetime(2026, 3, 5, 0, 0, tzinfo=UTC)


def test_words_stand_in_their_places_in_the_readers_language() -> None:
    words: dict[str, Value] = {
        "number": "7",
        "matter_class": ("路灯", "Lamp"),
        "link": "http://x/rate/secret/",
    }

    assert fill("{matter_class} {number}", words, english=True) == "Lamp 7"
    assert fill("{matter_class}{answer}", words, english=False) == "路灯"
    assert "secret" not in fill("{link}", words, english=False, hide=True)


def test_what_somebody_wrote_is_never_read_as_a_place() -> None:
    assert fill("{answer}", {"answer": "{number}", "number": "7"}, english=False) == "{number}"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("13800000001", "138****0001"),
        ("li@example.org", "l***@example.org"),
        ("wangfang", "wan****fang"),
        ("li", "l***"),
    ],
)
def test_a_recipient_is_shown_only_as_far_as_needed_to_tell_two_apart(
    address: str, shown: str
) -> None:
    assert masked(address) == shown


def test_a_providers_words_are_kept_without_the_number_it_repeats() -> None:
    assert without_long_numbers("bad 13800000001, code 60111") == "bad 138****, code 60111"
    assert len(without_long_numbers("x" * 900)) == 300


def test_tries_are_further_and_further_apart_and_end() -> None:
    waits = [wait_before_next(n) for n in range(1, 8)]

    assert waits[-1] is None
    known = [wait for wait in waits if wait]
    assert known == sorted(known)
    assert sum(known, timedelta()) < timedelta(days=1)


def test_a_channel_is_left_alone_after_three_failures_and_never_for_long() -> None:
    assert [leave_alone_for(n) for n in (0, 1, 2)] == [None] * 3
    assert leave_alone_for(3) == timedelta(minutes=1)
    assert leave_alone_for(500) == timedelta(minutes=30)
