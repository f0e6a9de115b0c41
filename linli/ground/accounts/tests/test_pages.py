from __future__ import annotations

import re
from typing import Protocol

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from linli.ground.accounts.testing import make_account, make_holder, make_post, seat
from linli.ground.audit.models import Entry
from linli.ground.people.models import Organisation
from linli.ground.people.tests.chain import make_chain
from linli.ground.territory.models import Area
from linli.ground.territory.testing import SIDE, WEST, make_town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_second_factor")]


def signed_in(role: str, area: Area) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(make_holder(role, area, name="赵敏"))
    return client


class Shown(Protocol):
    """A page as the browser got it."""

    @property
    def content(self) -> bytes: ...


def text(response: Shown) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def posts_of(organisation: Organisation) -> str:
    return reverse("accounts:organisation_posts", args=[organisation.id])


@pytest.mark.practice("JM2")
def test_every_level_names_its_head_and_shows_its_holes() -> None:
    town = make_town()
    chain = make_chain(town)
    heads = {
        chain.city: ("市委书记", town.city),
        chain.county: ("区委书记", town.county),
        chain.street: ("街道工委书记", town.street),
        chain.community: ("社区党委书记", town.communities[0]),
    }
    for organisation, (name, area) in heads.items():
        make_holder("party_secretary", area, organisation=organisation, name=name)
    make_post("grid_leader", town.grids[0], organisation=chain.branch)  # nobody sits there
    browser = signed_in("party_secretary", town.street)

    # Four levels, from the one that leads to those that carry out: heads by name, or a hole.
    for organisation, (name, area) in heads.items():
        page = browser.get(reverse("people:organisation", args=[organisation.id]))
        assert posts_of(organisation).encode() in page.content
        shown = text(browser.get(posts_of(organisation)))
        covered = area.path.startswith(town.street.path)
        assert (name if covered else f"{name[0]}***") in shown
    branch = text(browser.get(posts_of(chain.branch)))
    assert "vacant" in branch

    # The last links: the branch, its hub household, the building it stands in.
    last = text(browser.get(reverse("people:organisation", args=[chain.branch.id])))
    assert "欧***" in last
    assert town.building.name in last


def test_the_posts_of_an_area_come_as_page_and_as_island() -> None:
    town = make_town()
    make_post("community_desk", town.communities[0])
    browser = signed_in("street_hub", town.street)
    address = reverse("accounts:area_posts", args=[town.communities[0].id])
    whole = browser.get(address)
    island = browser.get(address, headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" not in island.content.decode()
    for shown in (whole, island):
        assert "vacant" in text(shown)


def test_who_does_not_see_posts_there_reads_masked_names() -> None:
    town = make_town()
    make_holder("community_desk", town.communities[0], name="孙丽华")
    address = reverse("accounts:area_posts", args=[town.communities[0].id])
    assert "孙丽华" in text(signed_in("street_hub", town.street).get(address))
    masked = text(signed_in("grid_worker", town.grids[0]).get(address))
    assert "孙丽华" not in masked
    assert "孙**" in masked


def test_a_deputy_stands_in_but_the_seat_stays_a_hole() -> None:
    town = make_town()
    post = make_post("community_desk", town.communities[0])
    seat(make_account("周正"), post, kind="deputy")
    address = reverse("accounts:area_posts", args=[town.communities[0].id])
    shown = text(signed_in("street_hub", town.street).get(address))
    assert "vacant" in shown
    assert "deputy 周正" in shown


def test_the_roster_names_leader_worker_and_hub_and_its_number_is_recorded() -> None:
    town = make_town()
    make_holder("grid_leader", town.grids[0], name="钱亮")
    make_post("grid_worker", town.grids[0])
    hub = make_holder("street_hub", town.street, name="吴芳")
    hub.person.phone = "13800000009"
    hub.person.save(update_fields=["phone"])
    browser = signed_in("party_secretary", town.street)
    address = reverse("accounts:roster", args=[town.communities[0].id])

    shown = text(browser.get(address))
    assert "1. 1格:leader 钱亮, worker vacant" in shown
    assert "no such post" in shown
    assert "13800000009" not in shown
    assert not Entry.objects.filter(verb="people.unmask").exists()

    opened = browser.post(address)
    assert "吴芳 13800000009" in text(opened)
    assert opened["Cache-Control"] == "no-store"
    assert Entry.objects.get(verb="people.unmask").ref_id == hub.person.id


def test_another_street_s_roster_and_chain_stay_closed() -> None:
    town = make_town()
    other = make_town(first="230803009", name="东林街道", west=WEST + 100 * SIDE)
    chain = make_chain(other)
    browser = signed_in("party_secretary", town.street)
    roster = reverse("accounts:roster", args=[other.communities[0].id])
    assert browser.get(roster).status_code == 403
    assert browser.post(roster).status_code == 403
    assert browser.get(posts_of(chain.branch)).status_code == 404
    street = reverse("accounts:roster", args=[town.street.id])
    assert browser.get(street).status_code == 404


def test_posts_and_roster_cost_the_same_however_many_there_are() -> None:
    town = make_town()
    browser = signed_in("party_secretary", town.street)
    addresses = [
        reverse("accounts:area_posts", args=[town.communities[0].id]),
        reverse("accounts:roster", args=[town.communities[0].id]),
    ]

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return sum('FROM "accounts_post"' in q["sql"] for q in asked.captured_queries)

    make_post("community_desk", town.communities[0])
    before = [cost(address) for address in addresses]
    for role in ("grid_worker", "party_secretary"):
        make_post(role, town.communities[0])
        make_holder("grid_leader", town.grids[int(role == "grid_worker")])
    assert [cost(address) for address in addresses] == before
    assert all(before)
