"""Administration: one index, each section for whoever holds its permission, and where one begins."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from linli.domains.matters.testing import a_report, make_cast, make_matter
from linli.ground.accounts.models import Account, Holding, Post
from linli.ground.accounts.testing import make_holder, make_organisation, make_post
from linli.ground.territory.testing import Town, make_town
from linli.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_second_factor")]


def browser_of(account: Account) -> Client:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(account)
    return browser


@pytest.fixture
def town() -> Town:
    return make_town()


def test_the_index_shows_each_section_to_whoever_may_open_it(town: Town) -> None:
    own = browser_of(make_holder("system_administrator", town.city))
    shown = own.get("/desk/administration/").content.decode()
    assert "/desk/areas/import/" in shown
    assert 'aria-current="page"' in shown

    other = browser_of(make_holder("grid_worker", town.grids[0]))
    assert other.get("/desk/administration/").status_code == 404
    assert "/desk/administration/" not in other.get("/desk/").content.decode()


def test_whoever_settles_nothing_begins_at_administration(town: Town) -> None:
    browser = browser_of(make_holder("system_administrator", town.city))
    assert browser.get("/start/")["Location"] == "/desk/administration/"


def test_whoever_owns_no_work_begins_where_something_asks_for_somebody() -> None:
    cast = make_cast()
    station = make_organisation(cast.town.street)
    browser = browser_of(make_holder("supervisor", cast.town.street, organisation=station))
    assert browser.get("/start/")["Location"] == "/desk/"
    make_matter(a_report())

    begins = browser.get("/start/")["Location"]

    assert begins.startswith("/desk/?queue=")
    assert "data-row" in browser.get(begins).content.decode()


def test_the_pages_of_one_s_own_sign_in_stand_in_the_desk(town: Town) -> None:
    browser = browser_of(make_holder("grid_worker", town.grids[0]))
    shown = browser.get("/accounts/sessions/").content.decode()
    assert 'class="ll-office"' in shown
    assert "110" not in shown


def test_a_post_with_open_work_is_not_closed_and_its_sheet_lists_it_for_its_holder() -> None:
    cast = make_cast()
    matter = make_matter(a_report())
    owner = matter.work.owner
    assert owner is not None
    holder = browser_of(Account.objects.get(pk=str(cast.grid_worker.account_id)))
    manager = browser_of(make_holder("security_administrator", cast.town.city))
    sheet = reverse("hand_over_sheet", args=[owner.pk])

    assert matter.number in holder.get(sheet).content.decode()
    counted = manager.get(sheet).content.decode()
    assert matter.number not in counted
    assert "Your posts do not read matters" in counted
    assert "1 pieces of work" in manager.get(
        reverse("open_in_post", args=[owner.pk])
    ).content.decode().replace("\n", " ")

    Holding.objects.filter(post=owner).update(to_at=clock.now())
    assert manager.post(reverse("close_post", args=[owner.pk])).status_code == 409
    owner.refresh_from_db()
    assert owner.closed_at is None
    empty = make_post("street_hub", cast.town.county)
    assert manager.post(reverse("close_post", args=[empty.pk])).status_code == 302
    empty.refresh_from_db()
    assert empty.closed_at is not None


def test_somebody_else_s_sheet_is_not_there() -> None:
    cast = make_cast()
    post = Post.objects.get(pk=next(iter(cast.hub.post_ids)))
    other = browser_of(make_holder("grid_worker", cast.town.grids[1]))
    assert other.get(reverse("hand_over_sheet", args=[post.pk])).status_code == 404
