"""Fifty canaries through the pages, the short form of `make prove NAME=canaries`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.db import connection
from django.test import Client

from linli.config.logs import JsonLines
from linli.domains.matters.models import Matter
from linli.domains.matters.services.archiving import archive_matter
from linli.domains.matters.testing import make_cast
from linli.domains.matters.tests.desks import desk_of
from linli.domains.matters.tests.visiting import filled
from linli.kernel import clock
from linli.kernel.actor import CLOCK
from proofs.canaries import Canary, canaries, heard_in_database, singing, text_of_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Everything any part of the house logs, as it would be written."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def lived(planted: list[Canary]) -> tuple[list[str], list[str]]:
    """Each reports by the page; then addresses are told, and what anybody else reads."""
    resident, addresses, answers = Client(), [], []
    for canary in planted:
        sent = filled(phone=canary.phone, description=canary.words, place_text=canary.address)
        answer = resident.post("/report/", sent)
        assert answer.status_code == 302
        addresses.append(answer.url)  # type: ignore[attr-defined]
        answers.append(resident.get(f"/nowhere/{canary.phone}/").content.decode())
    found = resident.post("/track/", {"number": "1", "secret": planted[0].phone})
    assert found.status_code == 422
    answers += [resident.get(path).content.decode() for path in ("/", "/public/")]
    return addresses, answers


def test_no_canary_sings_where_it_must_not(log: StringIO) -> None:
    cast = make_cast()
    planted = canaries(50)
    addresses, answers = lived(planted)
    archive_matter(Matter.objects.order_by("id")[0].id, by=CLOCK, at=clock.now())
    sheet = desk_of(cast.hub).get("/desk/export.xlsx?queue=all")
    foreign = desk_of(make_cast(first="230803008", name="东风街道", west=131.5).hub)
    lists = [
        text_of_sheet(sheet.getvalue()),
        foreign.get("/desk/?queue=all").content.decode(),
        text_of_sheet(foreign.get("/desk/export.xlsx?queue=all").getvalue()),
    ]

    assert Matter.objects.count() == 50
    assert "路灯不亮" in lists[0]
    assert heard_in_database(planted) == []
    for place, texts in (("addresses", addresses), ("answers", answers), ("lists", lists)):
        assert singing(place, "\n".join(texts), planted) == []
    assert log.getvalue()
    assert singing("logs", log.getvalue(), planted) == []


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("web_cache", "INSERT INTO web_cache VALUES ('x', %s, now())"),
        (
            "procrastinate_jobs",
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
            " VALUES ('flows', 'x', to_jsonb(%s::text))",
        ),
        (
            "audit_reply",
            "INSERT INTO audit_reply VALUES (gen_random_uuid(), ''::bytea, %s, gen_random_uuid(), now())",
        ),
    ],
)
def test_the_control_is_heard(table: str, statement: str) -> None:
    (canary,) = canaries(1)
    with connection.cursor() as cursor:
        cursor.execute(statement, [canary.identity])
    assert heard_in_database([canary]) == [f"{table}: identity"]


def test_the_control_is_heard_in_the_log(log: StringIO) -> None:
    (canary,) = canaries(1)
    logging.getLogger("linli.requests").warning(canary.phone)
    assert singing("logs", log.getvalue(), [canary]) == ["logs: phone"]
