"""A matter is taken in at the desk: for somebody, or because a worker found it."""

from __future__ import annotations

import pytest
from django.test import Client

from linli.domains.matters.models import Matter, Reporter, Rules
from linli.domains.matters.testing import (
    LAMP,
    Cast,
    file_and_route,
    make_cast,
    make_matter,
)
from linli.domains.matters.tests.desks import (
    desk_of,
    on_the_spot,
    words,
)
from linli.engines.workflow.models import Work
from linli.ground.audit.models import Entry
from linli.ground.territory.testing import SIDE, SOUTH, WEST

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def hub(cast: Cast) -> Client:
    return desk_of(cast.hub)


@pytest.fixture
def routed(cast: Cast) -> Matter:
    matter = make_matter()
    file_and_route(matter, cast)
    return matter


# --- taking in --------------------------------------------------------------------------------


def filled(client: Client, channel: str, **changed: object) -> dict[str, object]:
    form = client.get(f"/desk/new/?channel={channel}").context["form"]
    typed: dict[str, object] = {
        "request_id": form["request_id"].value(),
        "channel": channel,
        "description": "3幢门口的路灯不亮",
        "class_code": LAMP,
        "answers.how_many": "one",
        "lng": str(WEST + SIDE / 2),
        "lat": str(SOUTH + SIDE / 2),
        "crs": "EPSG:4490",
        "kind": "named",
        "name": "李梅",
        "phone": "13800000001",
        "settle": "",
    }
    return typed | changed


@pytest.mark.parametrize("channel", ["telephone", "counter"])
def test_a_matter_taken_in_for_somebody_says_who_took_it_in(cast: Cast, channel: str) -> None:
    desk = desk_of(cast.community)
    page = desk.post("/desk/new/", filled(desk, channel), follow=True)
    matter = Matter.objects.get()
    assert f"Taken in as {matter.number}" in words(page)
    assert "for the reporter · 安民社区居委会community_desk" in words(page)
    assert (matter.channel, matter.taken_by) == (channel, next(iter(cast.community.post_ids)))
    assert Reporter.objects.get().phone == "13800000001"
    assert Entry.objects.get(verb="matters.report").actor_key == cast.community.account_id


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(cast: Cast) -> None:
    desk = desk_of(cast.community)
    refused = desk.post("/desk/new/", filled(desk, "telephone", phone="12"))
    assert refused.status_code == 422
    assert 'id="id_phone_error"' in refused.content.decode()
    assert "3幢门口的路灯不亮" in refused.content.decode()
    assert not Matter.objects.exists()
    outside = desk.post("/desk/new/", filled(desk, "telephone", lng="1.0", lat="1.0"))
    assert outside.status_code == 422
    assert not Matter.objects.exists()


def test_without_scripts_the_questions_of_a_class_can_be_asked_for(cast: Cast) -> None:
    desk = desk_of(cast.community)
    page = desk.post("/desk/new/", filled(desk, "telephone") | {"show_questions": "1"})
    assert page.status_code == 200
    assert 'name="answers.how_many"' in page.content.decode()
    assert "3幢门口的路灯不亮" in page.content.decode()
    assert not Matter.objects.exists()


@pytest.mark.parametrize(("percent", "state"), [(0, "settled"), (100, "second_look")])
def test_found_and_settled_in_one_tap_and_a_share_is_looked_at_again(
    cast: Cast, percent: int, state: str
) -> None:
    Rules.objects.update(sample_percent=percent)
    worker = desk_of(cast.grid_worker)
    code = on_the_spot()
    sent = filled(worker, "grid", class_code=code, settle="已当场清理", name="", phone="")
    sent.pop("answers.how_many")
    answers = [worker.post("/desk/new/", sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    matter = Matter.objects.get()
    assert matter.work.state == state
    assert matter.result == "已当场清理"
    assert Reporter.objects.get().kind == "worker"
    page = words(worker.get(answers[0]["Location"]))
    assert "Nobody: a worker found it" in page
    assert "Found ·" in page


def test_a_class_that_goes_to_a_unit_cannot_be_settled_on_the_spot(cast: Cast) -> None:
    worker = desk_of(cast.grid_worker)
    refused = worker.post("/desk/new/", filled(worker, "grid", settle="已修好"))
    assert refused.status_code == 422
    assert "cannot be settled on the spot" in words(refused)
    assert 'id="id_settle_error"' in refused.content.decode()
    assert "已修好" in refused.content.decode()
    assert not Matter.objects.exists()
    assert not Work.objects.exists()


def test_a_worker_of_a_grid_begins_with_what_they_found(cast: Cast, hub: Client) -> None:
    assert 'name="settle"' in desk_of(cast.grid_worker).get("/desk/new/").content.decode()
    assert 'name="phone"' in hub.get("/desk/new/").content.decode()
