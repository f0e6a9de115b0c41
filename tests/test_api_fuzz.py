"""Anything at all is sent to the two doors that write: never a fault of ours, five at once are one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from conftest import INSTALLED_AT
from linli.domains.matters.models import Matter
from linli.domains.matters.testing import make_cast
from linli.domains.matters.tests.calling import (
    Body,
    Caller,
    a_body,
    counted,
    middle,
    problem_of,
    reported,
    token_of,
)
from linli.engines.workflow.models import Move
from linli.kernel.actor import CLOCK
from linli.kernel.ids import uuid7
from linli.outer.packs.queries import check_pack, find_folder
from linli.outer.packs.services import install_pack

words = st.text(max_size=80) | st.sampled_from(
    ["", "\x00", "\ud800", "灯" * 2001, "' OR 1=1", "{0}"]
)
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -0.0, 2**31, 2**63, 1e308])
scalars = st.none() | st.booleans() | numbers | words
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
places = st.fixed_dictionaries(
    {},
    optional={
        "lng": numbers | st.just(middle()["lng"]) | scalars,
        "lat": numbers | st.just(middle()["lat"]) | scalars,
        "crs": st.sampled_from(["EPSG:4490", "GCJ02", "BD09", "EPSG:3857"]) | scalars,
        "place_id": st.uuids().map(str) | scalars,
        "area_id": st.uuids().map(str) | scalars,
        "text": words,
    },
)
reports = st.fixed_dictionaries(
    {"description": words | anything, "place": places | st.just(middle()) | anything},
    optional={
        "reporter": st.fixed_dictionaries({"kind": words, "phone": words}) | anything,
        "class_code": st.sampled_from(["01-03", "31-02", "99-99"]) | anything,
        "answers": st.dictionaries(st.sampled_from(["how_many", "x"]), anything) | anything,
        "happened_at": st.datetimes().map(lambda at: f"{at.isoformat()}Z") | anything,
    },
)
# One value of a report that would be taken is replaced by anything: the checks behind the first.
nearly = st.builds(
    lambda name, value: a_body(**{name: value}), st.sampled_from([*a_body()]), anything
)
MOVES = ["file", "void", "ask", "route", "archive", "publish", "settle", "rate", "feed_back"]
moves = st.fixed_dictionaries(
    {
        "key": st.sampled_from(MOVES) | anything,
        "seen_version": st.just(1) | numbers | anything,
    },
    optional={
        name: st.sampled_from(["01-03", "x"]) | anything
        for name in ("reason", "question", "matter_class", "filing_condition", "unit", "score")
    },
)
fuzz = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def _sent(body: object) -> bytes:
    return json.dumps(body).encode("utf-8", "surrogatepass")


@pytest.mark.django_db
@pytest.mark.slow
def test_no_report_however_strange_is_a_fault_of_ours_or_half_written() -> None:
    hub = Caller.of(make_cast().hub)

    @fuzz
    @given(body=reports | nearly | anything, key=st.uuids() | words.filter(_fits_a_header))
    @example(body=a_body(answers={"how_many": "one", "pole_number": "\ud800"}), key=UUID(int=1))
    @example(body=a_body(happened_at=1e308), key=UUID(int=2))
    def try_one(body: object, key: object) -> None:
        before = counted()
        answer = hub.send("/matters", _sent(body), key=key)
        assert answer.status_code in {201, 400, 404, 409, 413, 422}, answer.content.decode()
        if answer.status_code != 201:
            problem_of(answer, answer.status_code)
            assert counted() == before

    try_one()


@pytest.mark.django_db
@pytest.mark.slow
def test_no_step_however_strange_is_a_fault_of_ours_or_half_taken() -> None:
    hub = Caller.of(make_cast().hub)

    @fuzz
    @given(body=moves | anything)
    def try_one(body: object) -> None:
        matter_id = matters[-1]
        before = counted()
        answer = hub.send(f"/matters/{matter_id}/moves", _sent(body))
        assert answer.status_code in {201, 400, 403, 409, 422}, answer.content.decode()
        if answer.status_code == 201:
            matters.append(reported(hub))
        else:
            problem_of(answer, answer.status_code)
            assert counted() == before

    matters = [reported(hub)]
    try_one()


def _fits_a_header(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


@pytest.fixture(scope="module")
def _the_pack_is_put_back(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Tests that really commit are cleaned by emptying every table, the pack's too."""
    yield
    with django_db_blocker.unblock():
        _put_the_pack_back()


def _put_the_pack_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # nothing else clears their table
    report = check_pack(find_folder("jiamusi"), today=INSTALLED_AT.date())
    install_pack(report.passed(), by=CLOCK, at=INSTALLED_AT)


@pytest.mark.practice("JM4", part="sent five times at once")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_the_pack_is_put_back")
def test_five_copies_sent_at_once_are_one_matter_and_five_equal_answers() -> None:
    _put_the_pack_back()  # another test that commits may have been before
    cast = make_cast()
    secret, rounds = token_of(cast.hub), 8
    Caller(secret).get("/matters")
    before, jobs_before = counted(), _jobs()

    for number in range(rounds):
        key, body = uuid7(), a_body(description=f"第{number}盏路灯不亮")
        answers = _at_once(secret, "/matters", body, key)
        assert {status for status, _ in answers} == {201}
        assert len({content for _, content in answers}) == 1

    assert Matter.objects.count() == rounds
    grown = {name: count - before[name] for name, count in counted().items()}
    assert {
        grown[name] for name in ("Matter", "Work", "Move", "Reporter", "Entry", "Reply")
    } == {rounds}
    assert _jobs() - jobs_before == rounds


def _jobs() -> int:
    """Jobs ever written: those of a test before stay, because nothing clears their table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


@pytest.mark.practice("JM4", part="one step taken five times at once")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_the_pack_is_put_back")
def test_five_copies_of_a_step_are_one_step_and_five_callers_are_one_step_too() -> None:
    _put_the_pack_back()
    secret = token_of(make_cast().hub)
    one, other = reported(Caller(secret)), reported(Caller(secret))
    void = {"key": "void", "seen_version": 1, "reason": "重复"}

    answers = _at_once(secret, f"/matters/{one}/moves", void, uuid7())

    assert {status for status, _ in answers} == {201}
    assert len({content for _, content in answers}) == 1
    assert Move.objects.filter(work__subject_id=one).count() == 2
    # The control: five ids of their own are five callers, of whom four come too late.
    answers = _at_once(secret, f"/matters/{other}/moves", void, None)
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409, 409]


def _at_once(secret: str, path: str, body: Body, key: UUID | None) -> list[tuple[int, bytes]]:
    start = Barrier(5)

    def send(_number: int) -> tuple[int, bytes]:
        caller = Caller(secret)
        start.wait(10)
        try:
            answer = caller.send(path, body, key=key)
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        return list(pool.map(send, range(5)))
