"""Administration: one index, each section for whoever holds its permission, and where one begins."""

from __future__ import annotations

import pytest
from django.test import Client

from linli.domains.matters.testing import a_report, make_cast, make_matter
from linli.ground.accounts.models import Account
from linli.ground.accounts.testing import make_holder, make_organisation
from linli.ground.territory.testing import Town, make_town

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
