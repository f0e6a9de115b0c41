"""What the demo writes in bulk is what the services would have written, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import models

from linli.config.demo.crowd import insert_rows, stand_at
from linli.config.demo.curves import Calls, curves
from linli.config.demo.history import History
from linli.config.demo.names import seeded
from linli.domains.matters.models import Matter, Reporter
from linli.domains.matters.queries import class_by_code, current_classes, matter_just_made
from linli.domains.matters.services.moving import Answered, move_matter
from linli.domains.matters.services.places import locate
from linli.domains.matters.services.reporting import report_matter, rows_of_report
from linli.domains.matters.testing import LAMP, Cast, a_report, make_cast
from linli.engines.forms.models import Record
from linli.engines.workflow.models import Assignment, Clock, Move
from linli.engines.workflow.queries import workflow_of, working_calendar
from linli.ground.accounts.models import Post
from linli.ground.audit.models import Entry, Reply
from linli.ground.audit.services import digest_of
from linli.kernel import clock
from linli.kernel.actor import CLOCK, RESIDENT, Actor
from linli.kernel.ids import uuid7

BEGUN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
RANDOM_COLUMNS = {"id", "number", "work", "matter", "subject_id", "ref_id", "xact", "phone"}


@pytest.fixture(autouse=True)
def time_stands_again() -> Iterator[None]:
    yield
    clock.set_offset(timedelta(0))


def _story(cast: Cast) -> list[tuple[int, str, Actor, Answered]]:
    """Hours after the report, the step, who, and what with: sent back, failed, reopened."""
    to_unit = Answered(unit=cast.unit_id)
    off = str(class_by_code(LAMP).conditions[0]["key"])
    return [
        (1, "ask", cast.grid_worker, Answered(question="哪个单元？")),
        (2, "resume", RESIDENT, Answered(reply="三单元。")),
        (3, "file", cast.grid_worker, Answered(matter_class=LAMP, filing_condition=off)),
        (4, "route", cast.hub, to_unit),
        (5, "send_back", cast.department, Answered(reason="不归我们。")),
        (6, "route", cast.hub, to_unit),
        (7, "progress", cast.department, Answered(note="在等配件。")),
        (30, "press", CLOCK, Answered()),
        (31, "report_result", cast.department, Answered(result="换了灯泡。")),
        (32, "fail", cast.community, Answered(reason="还是不亮。")),
        (33, "report_result", cast.department, Answered(result="换了线路。")),
        (34, "pass", cast.community, Answered()),
        (35, "feed_back", cast.hub, Answered(answer="已修好。")),
        (36, "rate", RESIDENT, Answered(score=2, score_reason="太慢")),
        (37, "publish", cast.hub, Answered(public_text="路灯已修复。")),
        (38, "archive", CLOCK, Answered()),
        (60, "reopen", cast.hub, Answered(reason="又不亮了。")),
    ]


def _by_services(cast: Cast) -> UUID:
    """The story step by step, through the doors' own services."""
    stand_at(BEGUN)
    made = report_matter(a_report(), by=RESIDENT, at=BEGUN, request_id=uuid7())
    for hours, key, by, answered in _story(cast):
        at = BEGUN + timedelta(hours=hours)
        stand_at(at)
        matter = matter_just_made(made.id)
        move_matter(
            matter,
            key=key,
            answered=answered,
            by=by,
            at=at,
            seen_version=matter.work.version,
            request_id=uuid7(),
            reported=by is RESIDENT,
        )
    return made.id


def _in_bulk(cast: Cast) -> UUID:
    """The same story in memory, written at once."""
    report = a_report()
    stand_at(BEGUN)
    incoming = rows_of_report(
        report,
        located=locate(report.place, on=clock.local(BEGUN).date()),
        by=RESIDENT,
        at=BEGUN,
        request_id=uuid7(),
        digest=digest_of(asdict(report)),
    )
    history = History(incoming)
    for hours, key, by, answered in _story(cast):
        at = BEGUN + timedelta(hours=hours)
        stand_at(at)
        history.step(
            key,
            answered=answered,
            unit=Post.objects.get(id=answered.unit) if answered.unit else None,
            by=by,
            at=at,
            request_id=uuid7(),
            reported=by is RESIDENT,
        )
    insert_rows(history.rows)
    return history.matter.id


def _rows(matter_id: UUID) -> list[list[tuple[str, object]]]:
    """Everything kept about a matter, without what chance makes, times as minutes of the story."""
    work = Matter.objects.select_related("work").get(id=matter_id).work
    tables: list[models.QuerySet[Any]] = [
        type(work).objects.filter(id=work.id),
        Move.objects.filter(work=work).order_by("number"),
        Clock.objects.filter(work=work).order_by("started_at", "kind"),
        Assignment.objects.filter(work=work).order_by("from_at"),
        Matter.objects.filter(id=matter_id),
        Reporter.objects.filter(matter=matter_id),
        Record.objects.filter(subject_id=matter_id),
        Entry.objects.filter(ref_id=matter_id).order_by("at", "id"),
        Reply.objects.filter(ref_id=matter_id),
    ]
    return [
        [
            (field.name, _plain(getattr(row, field.attname)))
            for field in row._meta.local_concrete_fields
            if field.name not in RANDOM_COLUMNS
        ]
        for table in tables
        for row in table
    ]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return round((value - BEGUN).total_seconds() / 60)
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.django_db
def test_rows_written_in_bulk_are_those_the_services_write() -> None:
    cast = make_cast()

    one, other = _rows(_by_services(cast)), _rows(_in_bulk(cast))

    assert len(one) > 60
    assert one == other


@pytest.mark.django_db
def test_every_state_has_its_ways_and_every_class_of_the_curves_is_there() -> None:
    make_cast()
    matter = report_matter(a_report(), by=RESIDENT, at=clock.now(), request_id=uuid7())
    states = workflow_of(matter.work.definition_id).states

    assert set(curves().ways) == set(states)
    for name, ways in curves().ways.items():
        keys = {move.key for move in states[name].moves}
        assert {way.key for way in ways if way.key} <= keys
    assert set(curves().classes) <= {one.code for one in current_classes()}


@pytest.mark.django_db
def test_most_come_in_by_day_on_workdays_and_none_after_now() -> None:
    until = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
    calls = Calls(until, days=28, calendar=working_calendar())
    random: Random = seeded(1)

    drawn = [clock.local(calls.draw(random)) for _ in range(2000)]

    assert max(drawn) <= until
    assert sum(9 <= at.hour < 18 for at in drawn) > 1200
    by_day = [sum(at.weekday() == day for at in drawn) for day in range(7)]
    assert max(by_day[5:]) < min(by_day[:5])
