"""Matters by the API: taken in once, moved by whose they are, seen by who may."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from linli.domains.matters.models import Matter, Reporter
from linli.domains.matters.queries import matter_just_made, rating_token
from linli.domains.matters.services.archiving import archive_matter
from linli.domains.matters.testing import Cast, make_cast
from linli.domains.matters.tests.calling import (
    Caller,
    a_body,
    counted,
    fields_of,
    filed_and_routed,
    middle,
    problem_of,
    reported,
    taken,
)
from linli.engines.workflow.models import Move
from linli.ground.accounts.testing import make_actor, make_organisation
from linli.ground.audit.models import Entry
from linli.ground.audit.services import forget_replies
from linli.ground.territory.testing import WEST, make_town
from linli.kernel import clock
from linli.kernel.actor import CLOCK
from linli.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def hub(cast: Cast) -> Caller:
    return Caller.of(cast.hub)


# Coming in


@pytest.mark.practice("JM4")
def test_a_matter_reported_by_the_api_walks_the_eight_steps_to_the_archive(
    cast: Cast, hub: Caller, client: Client
) -> None:
    department = Caller.of(cast.department)
    matter_id = reported(hub)

    filed_and_routed(cast, matter_id)
    taken(department, matter_id, "progress", note="已派人查看")
    taken(Caller.of(cast.supervisor), matter_id, "press")
    taken(department, matter_id, "report_result", result="灯泡已更换")
    taken(Caller.of(cast.community), matter_id, "pass")
    taken(hub, matter_id, "feed_back", answer="路灯已修好，谢谢您的反映。")
    _rate(client, matter_id)
    taken(hub, matter_id, "publish", public_text="路灯已修好。")
    taken(hub, matter_id, "archive")
    archive_matter(matter_id, by=CLOCK, at=clock.now())

    # Read again as another post, and as anybody.
    kept = Caller.of(cast.supervisor).get(f"/matters/{matter_id}/archive").json()
    steps = {move["step"] for move in kept["story"]} - {None}
    assert steps == {1, 2, 3, 4, 5, 6, 7, 8}
    assert kept["matter"]["phase"] == "done"
    assert kept["matter"]["score"] == 5
    [public] = client.get("/api/matters/published").json()
    assert public["public_text"] == "路灯已修好。"
    assert "李梅" not in str(public) + str(kept)


def _rate(client: Client, matter_id: UUID) -> None:
    matter = matter_just_made(matter_id)
    sent = {"score": "5", "seen_version": matter.work.version, "request_id": str(uuid7())}
    assert client.post(f"/rate/{rating_token(matter)}/", sent).status_code == 302


def test_a_receipt_names_the_number_the_grid_and_how_well_the_place_is_known(
    cast: Cast, hub: Caller
) -> None:
    key = uuid7()

    receipt = hub.report(key=key).json()

    assert receipt["id"] == str(key)
    assert receipt["area_path"] == cast.town.grids[0].path
    assert receipt["place_quality"] == "point"
    assert len(receipt["query_code"]) == 8
    assert receipt["number"].startswith(cast.town.county.path)


def test_the_same_report_sent_again_is_answered_with_the_same_receipt(hub: Caller) -> None:
    key = uuid7()
    first = hub.report(key=key)
    written = counted()

    again = [hub.report(key=key) for _ in range(4)]

    assert {answer.content for answer in again} == {first.content}
    assert {answer.status_code for answer in again} == {201}
    assert counted() == written


def test_the_same_request_id_with_another_body_is_a_conflict(hub: Caller) -> None:
    key = uuid7()
    hub.report(key=key)
    written = counted()

    told = problem_of(hub.report(a_body(description="另一件事"), key=key), 409)

    assert told["type"] == "urn:linli:RequestIdReused"
    assert counted() == written
    # Replies are forgotten after a week; the matter itself still tells another body.
    forget_replies(before=clock.now() + timedelta(days=1))
    problem_of(hub.report(a_body(description="另一件事"), key=key), 409)
    assert hub.report(key=key).status_code == 201


def test_a_confidential_reporter_is_kept_and_never_told(hub: Caller) -> None:
    kept = {"kind": "confidential", "name": "赵一", "phone": "13900000009"}
    matter_id = reported(hub, reporter=kept)

    seen = hub.get(f"/matters/{matter_id}").content.decode()

    assert "赵一" not in seen
    assert "13900000009" not in seen
    assert Reporter.objects.get(matter=matter_id).phone == "13900000009"


def test_a_phones_own_time_is_believed_within_three_days_and_flagged_beyond(
    hub: Caller,
) -> None:
    at = clock.now() - timedelta(hours=5)
    believed = reported(hub, happened_at=at.isoformat())
    doubted = reported(hub, happened_at=(at - timedelta(days=400)).isoformat())

    assert Matter.objects.get(pk=believed).reported_at == at
    assert Matter.objects.get(pk=doubted).reported_at > at
    doubtful = Move.objects.filter(at_doubtful=True).values_list("work__subject_id", flat=True)
    assert list(doubtful) == [doubted]


# Steps


def test_a_step_seen_in_an_older_version_is_a_conflict(cast: Cast, hub: Caller) -> None:
    matter_id = reported(hub)
    taken(hub, matter_id, "ask", question="是哪一盏？")
    written = counted()

    told = problem_of(hub.move(matter_id, "void", 1, reason="重复"), 409)

    assert told["type"] == "urn:linli:Stale"
    assert counted() == written


def test_a_step_sent_again_is_the_step_that_was_taken(hub: Caller) -> None:
    matter_id, key = reported(hub), uuid7()
    first = hub.move(matter_id, "void", 1, key=key, reason="重复反映")
    written = counted()

    again = hub.move(matter_id, "void", 1, key=key, reason="重复反映")

    assert first.status_code == 201
    assert again.content == first.content
    assert counted() == written


def test_a_request_id_of_another_matters_step_is_a_conflict(hub: Caller) -> None:
    one, other, key = reported(hub), reported(hub), uuid7()
    assert hub.move(one, "void", 1, key=key, reason="重复").status_code == 201
    written = counted()

    problem_of(hub.move(other, "void", 1, key=key, reason="重复"), 409)
    problem_of(hub.move(one, "void", 1, key=key, reason="另一个理由"), 409)

    assert counted() == written


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "matter_class"),
        ({"matter_class": "01-03"}, "filing_condition"),
        ({"matter_class": "01-03", "filing_condition": "nonsense"}, "filing_condition"),
        ({"matter_class": "99-99", "filing_condition": "x"}, "matter_class"),
    ],
)
def test_what_a_step_needs_is_refused_beside_its_field(
    hub: Caller, given: dict[str, str], field: str
) -> None:
    matter_id = reported(hub)
    written = counted()

    told = problem_of(hub.move(matter_id, "file", 1, **given), 422)

    assert fields_of(told) == {field}
    assert counted() == written


def test_a_step_of_another_post_and_a_step_of_another_state_are_told_apart(
    cast: Cast, hub: Caller
) -> None:
    matter_id = reported(hub)
    supervisor = Caller.of(cast.supervisor)

    assert problem_of(supervisor.move(matter_id, "void", 1, reason="x"), 403)
    assert problem_of(hub.move(matter_id, "archive", 1), 409)
    assert problem_of(hub.move(matter_id, "no such step", 1), 409)


def test_a_unit_that_does_not_serve_the_place_is_refused(cast: Cast, hub: Caller) -> None:
    elsewhere = make_town(first="230803008", name="建设街道", west=WEST + 1)
    station = make_organisation(elsewhere.street)
    foreign = make_actor("department_desk", elsewhere.street, organisation=station)
    matter_id = reported(hub)
    filing = hub.get("/matters/classes").json()
    condition = next(one for one in filing if one["code"] == "01-03")["conditions"][0]["key"]
    taken(hub, matter_id, "file", matter_class="01-03", filing_condition=condition)

    told = problem_of(
        hub.move(matter_id, "route", 2, unit=str(next(iter(foreign.post_ids)))), 422
    )

    assert fields_of(told) == {"unit"}


# Who sees what


def test_a_department_sees_what_was_assigned_to_it_and_nothing_else(
    cast: Cast, hub: Caller
) -> None:
    assigned, other = reported(hub), reported(hub)
    department = Caller.of(cast.department)
    assert department.get("/matters").json()["items"] == []

    filed_and_routed(cast, assigned)

    assert [row["id"] for row in department.get("/matters").json()["items"]] == [str(assigned)]
    assert department.get(f"/matters/{assigned}").status_code == 200
    problem_of(department.get(f"/matters/{other}"), 404)


@pytest.mark.parametrize(
    "door", ["", "/moves", "/photos", f"/photos/{UUID(int=9)}", "/archive"]
)
def test_a_record_of_another_street_answers_as_a_missing_one_and_costs_the_same(
    cast: Cast, hub: Caller, door: str
) -> None:
    stranger = _hub_next_door()
    hidden, missing = reported(hub), uuid7()
    stranger.get("/matters")  # what is remembered between requests is read
    answers, costs = [], []

    for matter_id in (missing, hidden):
        with CaptureQueriesContext(connection) as asked:
            answers.append(stranger.get(f"/matters/{matter_id}{door}"))
        costs.append(len(asked))

    assert problem_of(answers[0], 404) == problem_of(answers[1], 404)
    assert answers[0].content == answers[1].content
    assert costs[0] == costs[1]
    # The control: whoever may see it does.
    assert hub.get(f"/matters/{hidden}").status_code == 200


def test_a_step_posted_to_another_streets_matter_finds_nothing_and_costs_the_same(
    cast: Cast, hub: Caller
) -> None:
    stranger = _hub_next_door()
    hidden, missing = reported(hub), uuid7()
    stranger.get("/matters")
    written, answers, costs = counted(), [], []

    for matter_id in (missing, hidden):
        with CaptureQueriesContext(connection) as asked:
            answers.append(stranger.move(matter_id, "void", 1, reason="重复"))
        costs.append(len(asked))

    assert problem_of(answers[0], 404) == problem_of(answers[1], 404)
    assert costs[0] == costs[1]
    assert counted() | {"Entry": 0} == written | {"Entry": 0}


def test_every_step_leaves_its_trace(cast: Cast, hub: Caller) -> None:
    matter_id = reported(hub)
    taken(hub, matter_id, "void", reason="重复")

    verbs = Entry.objects.filter(ref_id=matter_id).order_by("at").values_list("verb", flat=True)

    assert list(verbs) == ["matters.report", "work.void"]


def _hub_next_door() -> Caller:
    town = make_town(first="230803008", name="建设街道", west=WEST + 1)
    return Caller.of(make_actor("street_hub", town.street))


# Lists


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_however_long_it_is(
    hub: Caller, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        reported(hub)
    hub.get("/matters")  # what is remembered between requests is read

    with django_assert_num_queries(2):
        answer = hub.get("/matters")

    assert len(answer.json()["items"]) == rows


def test_paging_shows_every_matter_once_in_the_order_of_the_list(hub: Caller) -> None:
    for grid in (0, 1, 2, 3, 0, 1, 2):
        reported(hub, place=middle(grid))
    whole = [row["id"] for row in hub.get("/matters", limit=100).json()["items"]]
    assert len(whole) == 7

    paged: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = hub.get("/matters", limit=2, cursor=cursor).json()
        assert len(page["items"]) <= 2
        paged += [row["id"] for row in page["items"]]
        cursor = page["next"]

    assert paged == whole


@pytest.mark.parametrize("queue", ["mine", "new", "late", "ended", "all"])
def test_every_queue_can_be_paged(hub: Caller, queue: str) -> None:
    for _ in range(3):
        taken(hub, reported(hub), "void", reason="重复")
        reported(hub)

    first = hub.get("/matters", queue=queue, limit=1)

    assert first.status_code == 200
    if cursor := first.json()["next"]:
        second = hub.get("/matters", queue=queue, limit=1, cursor=cursor).json()
        assert second["items"] != first.json()["items"]


@pytest.mark.parametrize(
    "asked",
    [
        {"queue": "none"},
        {"limit": 0},
        {"limit": 101},
        {"limit": "many"},
        {"cursor": "not-a-cursor"},
        {"cursor": "0123456789" * 40},
        {"cursor": "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHww"},
        {"q": "灯" * 101},
        {"q": "\x00"},
    ],
)
def test_a_list_asked_wrongly_is_refused_beside_the_parameter(
    hub: Caller, asked: dict[str, object]
) -> None:
    told = problem_of(hub.get("/matters", **asked), 422)

    assert fields_of(told) == set(asked)


def test_a_search_finds_by_words_and_by_the_end_of_the_number(hub: Caller) -> None:
    matter_id = reported(hub, description="小区东门井盖翘起", class_code="", answers={})
    reported(hub)
    number = Matter.objects.get(pk=matter_id).number

    for words in ("井盖", number, number[-6:]):
        assert [row["id"] for row in hub.get("/matters", q=words).json()["items"]] == [
            str(matter_id)
        ]
    assert hub.get("/matters", q="没有这样的事").json()["items"] == []
