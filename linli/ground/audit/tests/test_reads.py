"""Which reads are unusual: tables of cases, no database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from linli.ground.audit.rules.reads import (
    MANY,
    MANY_REFUSED,
    REFUSED,
    Oddity,
    Read,
    is_sensitive,
    odd_reads,
    week_of,
)

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
POST = uuid4()


def read(
    *,
    at: datetime = NOON,
    verb: str = "matters.open_contact",
    post: UUID = POST,
    record: UUID | None = None,
) -> Read:
    return Read(uuid4(), at, post, uuid4(), verb, ("matter", record or uuid4()))


def own(reads: Iterable[Read]) -> set[tuple[UUID | None, tuple[str, UUID]]]:
    """Every record read was the reader's task."""
    return {(one.post_id, one.record) for one in reads}


@pytest.mark.parametrize(
    ("hour", "oddities"),
    [(5, ("at_night",)), (6, ()), (12, ()), (21, ()), (22, ("at_night",)), (0, ("at_night",))],
)
def test_night_is_from_ten_to_six_by_the_wall_clock(
    hour: int, oddities: tuple[Oddity, ...]
) -> None:
    one = read(at=NOON.replace(hour=hour))

    assert [odd.oddities for odd in odd_reads([one], worked_on=own([one]))] == (
        [oddities] if oddities else []
    )


def test_a_look_at_what_the_post_never_handled_is_outside_its_tasks() -> None:
    task, other = read(), read()

    found = odd_reads([task, other], worked_on=own([task]))

    assert [(odd.read, odd.oddities) for odd in found] == [(other, ("outside_task",))]


def test_a_copy_is_nobodys_single_task_but_may_be_at_night() -> None:
    day = read(verb="matters.export")
    night = read(verb="matters.export", at=NOON.replace(hour=23))

    assert [odd.oddities for odd in odd_reads([day, night], worked_on=set())] == [("at_night",)]


@pytest.mark.parametrize(
    ("count", "minutes", "odd"), [(MANY, 1, 0), (MANY + 1, 1, 21), (40, 5, 0)]
)
def test_more_than_twenty_records_within_any_hour_are_many(
    count: int, minutes: int, odd: int
) -> None:
    reads = [read(at=NOON + timedelta(minutes=minutes * n)) for n in range(count)]

    assert len(odd_reads(reads, worked_on=own(reads))) == odd
    assert odd_reads([*reads, read(post=uuid4())], worked_on=own(reads))


def test_one_record_again_and_again_is_not_many() -> None:
    record = uuid4()
    reads = [read(record=record) for _ in range(50)]

    assert odd_reads(reads, worked_on=own(reads)) == []


def test_refused_looks_count_apart_and_only_when_they_are_many() -> None:
    few = [read(verb=REFUSED) for _ in range(MANY_REFUSED)]
    assert odd_reads(few, worked_on=set()) == []

    found = odd_reads([*few, read(verb=REFUSED)], worked_on=set())

    assert {odd.oddities for odd in found} == {("refused",)}
    assert len(found) == MANY_REFUSED + 1


def test_what_shows_or_copies_is_sensitive_and_the_rest_is_not() -> None:
    assert is_sensitive("people.unmask")
    assert is_sensitive("audit.export")
    assert not is_sensitive("accounts.open_post")
    assert not is_sensitive("matters.report")
    assert week_of(NOON) == datetime(2026, 3, 2, tzinfo=NOON.tzinfo)
