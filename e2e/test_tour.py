"""A tour of the demo: late, returned, disputed, empty and crowded, as docs/tour.md shows them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from e2e.conftest import Sits
from e2e.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_OPENED = 40


def _map_is_drawn(person: Person) -> None:
    expect(person.page.locator("[data-map-said]")).to_contain_text("选一个网格")
    expect(person.page.locator(".ll-map canvas")).to_be_visible()


def _row(person: Person, number: int) -> Locator:
    return person.page.locator(".ll-command-table tbody th a").nth(number)


def _choose(person: Person, community: int, grid: int) -> None:
    """From the street's table to one grid of one of its communities."""
    person.open("/command/?figure=open")
    _row(person, community).click()
    expect(person.page.locator(".ll-command-trail li")).to_have_count(2)
    _row(person, grid).click()
    expect(person.page.locator(".ll-command-chosen")).to_be_visible()
    _map_is_drawn(person)
    person.look()


def test_the_map_shows_where_it_is_late_and_the_list_behind_the_number(sits: Sits) -> None:
    hub = sits("hub")
    hub.open("/command/?figure=late")
    _map_is_drawn(hub)
    hub.picture("tour-map")

    late = hub.page.locator(".ll-command-strip .ll-figure", has_text="已超时").locator("a")
    count = int(late.inner_text())
    late.click()
    hub.look()
    expect(hub.page.locator("main")).to_contain_text(re.compile(rf"\b{count}\b"))
    assert count >= 3
    hub.picture("tour-late")


def test_what_came_back_is_in_one_list_and_says_why(sits: Sits) -> None:
    hub = sits("hub")
    hub.open("/desk/?queue=returned")
    expect(hub.page.locator("tbody tr").nth(1)).to_be_visible()
    hub.picture("tour-returned")


def test_a_disputed_matter_tells_its_whole_story(sits: Sits) -> None:
    """Settled, rated badly or called back about, and taken up again: the first time stays to be read."""
    hub = sits("hub")
    hub.open("/desk/?queue=returned")
    links = hub.page.locator("tbody tr a[href*='/desk/matters/']")
    addresses = [link.get_attribute("href") or "" for link in links.all()][:MOST_OPENED]
    for address in dict.fromkeys(addresses):
        hub.page.goto(hub.house.address + address)
        if hub.page.locator("main", has_text="重新办理").count():
            break
    expect(hub.page.locator("main")).to_contain_text("重新办理")
    hub.look()
    hub.picture("tour-disputed")


def test_an_empty_grid_says_so_and_a_crowded_one_says_who_answers(sits: Sits) -> None:
    hub = sits("hub")
    _choose(hub, 4, 2)
    expect(hub.page.locator(".ll-command-chosen")).to_contain_text("没有在办事项")
    hub.picture("tour-empty")

    _choose(hub, 0, 1)
    chosen = hub.page.locator(".ll-command-chosen")
    expect(chosen).to_contain_text("专职网格员")
    expect(chosen.locator(".ll-due").nth(3)).to_be_visible()
    hub.picture("tour-crowded")


def test_the_wall_is_large_and_names_nobody(sits: Sits) -> None:
    hub = sits("hub", size={"width": 1920, "height": 1080})
    hub.open("/command/?figure=open&screen=large")
    _map_is_drawn(hub)
    expect(hub.page.locator("main")).not_to_contain_text("谁负责")
    hub.picture("tour-wall")
