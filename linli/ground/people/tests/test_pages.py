from __future__ import annotations

import re
from importlib import import_module
from typing import Protocol

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from linli.ground.audit.models import Entry
from linli.ground.people.models import Organisation
from linli.ground.people.services import add_household, add_hub, add_person
from linli.ground.people.tests.chain import REGISTRAR, add_link, make_chain
from linli.ground.territory.models import Area, Place
from linli.ground.territory.testing import MORNING, SIDE, WEST, make_town
from linli.kernel.ids import uuid7

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_second_factor")]


def signed_in(role: str, area: Area) -> Client:
    """A browser of somebody in a post."""
    # Posts stand a floor above: the contract of the floors holds for tests too, so by name.
    account = import_module("linli.ground.accounts.testing").make_holder(role, area)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(account)
    return client


class Shown(Protocol):
    """A page as the browser got it."""

    @property
    def content(self) -> bytes: ...


def text(response: Shown) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def reads(asked: CaptureQueriesContext) -> int:
    """How often organisations were read; what the house remembers for all pages is not counted."""
    return sum('FROM "people_' in query["sql"] for query in asked.captured_queries)


def address(organisation: Organisation) -> str:
    return reverse("people:organisation", args=[organisation.id])


@pytest.mark.practice("JM2", part="chain and hub households")
def test_one_walks_down_the_chain_from_the_city_to_a_household_on_a_stair() -> None:
    town = make_town()
    chain = make_chain(town)
    browser = signed_in("party_secretary", town.street)
    shown = browser.get(reverse("people:chain"))
    for link, duty in (
        (chain.city, "leads"),
        (chain.county, "organises"),
        (chain.street, "heads"),
        (chain.community, "carries out"),
        (chain.branch, "carries out on the spot"),
    ):
        assert address(link).encode() in shown.content
        assert duty in text(shown)
        shown = browser.get(address(link))
        assert link.name in text(shown)
    assert town.building.name in text(shown)
    assert "欧*** 138****0001" in text(shown)
    assert "欧阳建国" not in text(shown)


@pytest.mark.practice("JM2", part="chain and hub households")
def test_hub_households_are_shown_to_party_posts_only() -> None:
    town = make_town()
    chain = make_chain(town)
    leader = signed_in("grid_leader", town.grids[0]).get(address(chain.branch))
    worker = signed_in("grid_worker", town.grids[0]).get(address(chain.branch))
    assert "欧***" in text(leader)
    assert "欧***" not in text(worker)
    assert "Party organisation only" in text(worker)


def test_a_name_is_opened_by_who_may_and_the_looking_is_recorded() -> None:
    town = make_town()
    chain = make_chain(town)
    browser = signed_in("party_secretary", town.street)
    opening = reverse("people:open_hub", args=[chain.hub.id])
    refused = browser.post(opening)
    assert refused.status_code == 422
    assert "Say what you need the contact for" in text(refused)
    assert "欧阳建国" not in text(refused)
    assert not Entry.objects.filter(verb="people.unmask").exists()
    shown = browser.post(opening, {"purpose": "call_in"})
    assert "欧阳建国 13800000001" in text(shown)
    assert shown["Cache-Control"] == "no-store"
    entry = Entry.objects.get(verb="people.unmask")
    assert (entry.ref_id, entry.fields) == (chain.hub.person.id, ["name", "phone"])
    assert entry.ground == "call_in"
    assert "欧阳建国" not in text(browser.get(address(chain.branch)))


@pytest.mark.parametrize(
    ("role", "status"), [("grid_leader", 403), ("street_hub", 404), ("grid_worker", 404)]
)
def test_who_may_not_open_a_name_does_not_and_nothing_is_recorded(
    role: str, status: int
) -> None:
    town = make_town()
    chain = make_chain(town)
    shown = signed_in(role, town.street).post(reverse("people:open_hub", args=[chain.hub.id]))
    assert shown.status_code == status
    assert "欧阳建国" not in shown.content.decode()
    assert not Entry.objects.filter(verb="people.unmask").exists()


def test_another_street_s_chain_is_missing_and_one_s_own_leaders_are_not() -> None:
    town = make_town()
    other = make_chain(make_town(first="230803009", name="东林街道", west=WEST + 100 * SIDE))
    make_chain(town)
    browser = signed_in("party_secretary", town.street)
    missing = reverse("people:organisation", args=["00000000-0000-7000-8000-000000000000"])
    assert browser.get(address(other.street)).status_code == 404
    assert browser.get(address(other.branch)).status_code == 404
    assert browser.post(reverse("people:open_hub", args=[other.hub.id])).status_code == 404
    assert browser.get(missing).status_code == 404
    assert browser.get(address(other.city)).status_code == 200
    shown = text(browser.get(address(other.county)))
    assert "东林街道工委" not in shown


def test_a_record_outside_answers_as_a_missing_one_does() -> None:
    town = make_town()
    other = make_chain(make_town(first="230803009", name="东林街道", west=WEST + 100 * SIDE))
    browser = signed_in("party_secretary", town.street)
    costs, bodies = [], []
    for wanted in (other.street.id, uuid7()):
        with CaptureQueriesContext(connection) as asked:
            shown = browser.get(reverse("people:organisation", args=[wanted]))
        costs.append(reads(asked))
        bodies.append(text(shown).replace(str(wanted), ""))
    assert costs[0] == costs[1]
    assert bodies[0] == bodies[1]


def test_who_has_no_post_sees_nothing(client: Client) -> None:
    town = make_town()
    chain = make_chain(town)
    assert client.get(address(chain.street)).status_code == 302
    account = import_module("linli.ground.accounts.testing").make_account()
    client.force_login(account)
    assert client.get(address(chain.street)).status_code == 404


@pytest.mark.parametrize("after", ["x", "00000000-0000-7000-8000-000000000000"])
def test_an_address_nobody_made_is_not_found(after: str) -> None:
    town = make_town()
    browser = signed_in("party_secretary", town.street)
    assert browser.get(reverse("people:chain"), {"after": after}).status_code == 404


def test_pages_cost_the_same_however_much_they_show() -> None:
    town = make_town()
    chain = make_chain(town)
    browser = signed_in("party_secretary", town.street)

    def cost(where: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(where).status_code == 200
        return reads(asked)

    before = [cost(address(one)) for one in (chain.street, chain.branch)]
    for n in (1, 2):
        add_link(town.communities[1], "party_community", f"光明社区党委{n}", chain.street)
        flat = Place.objects.create(
            community=town.communities[0],
            parent=town.building,
            kind="dwelling",
            name=f"20{n}",
            address=f"{town.building.address}20{n}室",
        )
        add_hub(
            add_household(flat, by=REGISTRAR, at=MORNING),
            branch=chain.branch,
            person=add_person("李四", phone="13800000002", by=REGISTRAR, at=MORNING),
            valid_from=MORNING.date(),
            by=REGISTRAR,
            at=MORNING,
        )
    assert [cost(address(one)) for one in (chain.street, chain.branch)] == before
    assert all(before)
