"""Organisations and hub households: entered, changed, closed, by whoever looks after them."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from linli.ground.accounts.models import Account, Post
from linli.ground.accounts.testing import make_holder, make_organisation, make_post
from linli.ground.audit.models import Entry
from linli.ground.people.models import Hub, Organisation
from linli.ground.people.tests.chain import Chain, make_chain
from linli.ground.territory.models import Place
from linli.ground.territory.testing import SIDE, WEST, Town, make_town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_second_factor")]


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def chain(town: Town) -> Chain:
    return make_chain(town)


def browser_of(account: Account) -> Client:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(account)
    return browser


def text(answer: object) -> str:
    content = answer.content  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]*>", " ", content.decode()).split())


def test_an_organisation_is_entered_and_changed(town: Town, chain: Chain) -> None:
    browser = browser_of(make_holder("security_administrator", town.city))
    given = {
        "name": "西林市政所",
        "kind": "municipal",
        "parent": chain.street.name,
        "area": town.street.path,
    }
    for wrong, beside in (
        ({"name": ""}, "This field is required"),
        ({"area": "没有"}, "No area bears this name"),
        ({"parent": "没有"}, "No organisation bears this name"),
        ({"kind": "x"}, "Select a valid choice"),
        ({"area": town.city.path}, "does not stand above"),
    ):
        refused = browser.post(reverse("new_organisation"), given | wrong)
        assert refused.status_code == 422
        assert beside in text(refused)
    assert browser.post(reverse("new_organisation"), given).status_code == 302
    made = Organisation.objects.get(name="西林市政所")
    assert made.parent == chain.street

    change = reverse("change_organisation", args=[made.id])
    itself = {"name": made.name, "kind": "municipal", "parent": made.name}
    assert "not led by itself" in text(browser.post(change, itself))
    renamed = {"name": "西林市政服务站", "kind": "municipal", "parent": ""}
    assert browser.post(change, renamed).status_code == 302
    made.refresh_from_db()
    assert made.name == "西林市政服务站"
    assert made.parent_id is None
    entry = Entry.objects.get(verb="people.change_organisation")
    assert entry.fields == ["name", "parent"]


def test_an_organisation_with_posts_or_below_it_is_not_closed(town: Town, chain: Chain) -> None:
    browser = browser_of(make_holder("security_administrator", town.city))
    made = make_organisation(town.street)
    post = make_post("department_desk", town.street, organisation=made)
    close = reverse("close_organisation", args=[made.id])
    assert browser.post(close).status_code == 409
    Post.objects.filter(pk=post.pk).update(closed_at="2026-01-01T00:00Z")
    assert browser.post(close).status_code == 302
    made.refresh_from_db()
    assert made.closed_on is not None
    leads = reverse("close_organisation", args=[chain.street.id])
    assert browser.post(leads).status_code == 409


def test_a_hub_household_is_entered_by_the_party_post_and_ended(
    town: Town, chain: Chain
) -> None:
    browser = browser_of(make_holder("party_secretary", town.street))
    place = Place.objects.create(
        community=town.communities[0], kind="dwelling", name="501", address="安民路9号501"
    )
    new = reverse("new_hub", args=[chain.branch.id])
    given = {"place": str(place.id), "name": "孟和", "phone": "13800000011"}
    assert "First look for the dwelling" in text(browser.get(new))
    assert browser.post(f"{new}?q=9号501", given | {"phone": "12"}).status_code == 422
    assert not Hub.objects.filter(household__place=place).exists()

    assert browser.post(f"{new}?q=9号501", given).status_code == 302
    hub = Hub.objects.get(household__place=place)
    assert "hub already" in text(browser.post(f"{new}?q=9号501", given))
    assert browser.post(reverse("end_hub", args=[hub.id])).status_code == 302
    assert not Hub.objects.filter(household__place=place, valid_to=None).exists()


def test_nobody_enters_anything_elsewhere_or_without_the_right(
    town: Town, chain: Chain
) -> None:
    other = make_chain(make_town(first="230803009", name="东林街道", west=WEST + 100 * SIDE))
    browser = browser_of(make_holder("party_secretary", town.street))
    for name in ("change_organisation", "close_organisation", "new_hub"):
        assert browser.post(reverse(name, args=[other.branch.id])).status_code == 404
    assert browser.post(reverse("end_hub", args=[other.hub.id])).status_code == 404
    desk = browser_of(make_holder("street_hub", town.street))
    assert desk.get(reverse("new_organisation")).status_code == 404
    assert desk.post(reverse("new_hub", args=[chain.branch.id])).status_code == 404
    leader = browser_of(make_holder("grid_leader", town.grids[0]))
    assert leader.post(reverse("end_hub", args=[chain.hub.id])).status_code == 403
    assert Hub.objects.filter(valid_to=None).count() == 2
