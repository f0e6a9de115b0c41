"""Every page in every look, by keyboard alone, without scripts, with nothing in it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from e2e.conftest import Sits
from e2e.person import DESK, PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OPEN = ("/", "/report/", "/track/", "/public/", "/who-does-what/", "/accounts/login/")
BEHIND = {
    "hub": (
        "/desk/",
        "/desk/?queue=late",
        "/desk/?queue=ended",
        "/desk/new/",
        "/accounts/2fa/",
        "/accounts/password/",
        "/accounts/sessions/",
    ),
    "grid": ("/desk/?queue=mine", "/desk/new/"),
    "secretary": ("/desk/chain/",),
    "admin": ("/desk/areas/", "/desk/areas/import/", "/desk/administration/jobs/"),
    "security": (
        "/desk/administration/",
        "/desk/administration/posts/?only=holes",
        "/desk/administration/posts/new/",
        "/desk/administration/accounts/",
        "/desk/administration/sessions/",
        "/desk/administration/first-steps/",
        "/desk/chain/new/",
    ),
    "auditor": ("/desk/areas/", "/desk/chain/"),
    "county": ("/desk/?queue=all",),
}
FAULTS = {
    "said": "console.error('a slip')",
    "beyond the edge": "document.body.style.width = '5000px'",
    "shut out": "document.querySelector('main').append(document.createElement('button'))",
}


def _see(person: Person, addresses: tuple[str, ...], *sizes: ViewportSize) -> None:
    for size in sizes:
        person.page.set_viewport_size(size)
        for address in addresses:
            person.open(address)
            assert person.page.url.endswith(address)


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_of_a_page_is_seen(what: str, sits: Sits) -> None:
    """The control: without it, the tests here would pass on any page."""
    resident = sits()
    resident.open("/")

    resident.page.evaluate(FAULTS[what])

    with pytest.raises(AssertionError, match=what):
        resident.look()


def test_a_call_to_another_host_is_seen(sits: Sits) -> None:
    resident = sits()
    resident.page.route("https://elsewhere.example/**", lambda route: route.abort())
    resident.page.goto(resident.house.address)

    resident.page.evaluate("location.href = 'https://elsewhere.example/'")
    resident.page.wait_for_timeout(500)

    assert any("asked https://elsewhere.example" in str(one) for one in resident.wrong)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_open_pages_shut_nobody_out(size: ViewportSize, sits: Sits) -> None:
    _see(sits(size=size), OPEN, size)


@pytest.mark.parametrize("who", BEHIND)
def test_pages_behind_the_desk_shut_nobody_out(who: str, sits: Sits) -> None:
    _see(sits(who), BEHIND[who], DESK, PHONE)


def test_an_area_shows_its_grids_on_a_map(sits: Sits) -> None:
    admin = sits("admin")
    admin.open("/desk/areas/?q=民主社区第十四居民委员会")
    admin.page.locator("[data-row] a[data-open]").click()
    admin.look()
    admin.page.locator("main a[href$='/grids/']").first.click()
    expect(admin.page.locator("main canvas")).to_be_visible()
    expect(admin.page.locator("[data-map-said]")).not_to_be_empty()
    admin.look()
    admin.picture("areas")


def test_the_self_check_says_what_asks_for_somebody(sits: Sits) -> None:
    admin = sits("admin")
    admin.open("/desk/administration/")
    admin.page.locator("main a[href='/desk/administration/check/']").click()
    expect(admin.page.get_by_role("heading", name="需要处理")).to_be_visible()
    admin.look()
    admin.picture("self-check")


def test_the_chain_leads_from_the_city_to_a_household(sits: Sits) -> None:
    secretary = sits("secretary")
    secretary.open("/desk/chain/")
    ways = ("领导小组", "富锦市委", "工作委员会", "民主十四", "民主十四委1格")
    for name in ways:
        with secretary.page.expect_navigation():
            secretary.page.locator("main a[href*='/desk/chain/']", has_text=name).last.click()
        secretary.look()
        if name == "民主十四":
            secretary.picture("chain")

    expect(secretary.page.get_by_role("heading", name="党员中心户")).to_be_visible()


def test_print_for_elders_stays_large_from_page_to_page(sits: Sits) -> None:
    resident = sits()
    resident.open("/")
    resident.page.get_by_role("button", name="长辈版").click()

    for address in OPEN:
        resident.open(address)
        size = resident.page.evaluate(
            "getComputedStyle(document.querySelector('main')).fontSize"
        )
        assert float(size.removesuffix("px")) >= 18
        small = resident.page.evaluate(_SMALL_TARGETS, 60)
        assert small == [], (address, small)
    resident.open("/")
    resident.picture("resident-elder")


_SMALL_TARGETS = """least => [...document.querySelectorAll("main .btn, main .ll-tile, .ll-bottom a")]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < least)
  .map(one => one.outerHTML.slice(0, 120))"""


def test_targets_on_a_phone_are_as_large_as_a_thumb(sits: Sits) -> None:
    resident = sits()
    for address in OPEN:
        resident.open(address)
        assert resident.page.evaluate(_SMALL_TARGETS, 44) == [], address


def test_dark_pages_shut_nobody_out(sits: Sits) -> None:
    resident = sits(color_scheme="dark")
    _see(resident, OPEN, PHONE)
    hub = sits("hub")
    hub.page.get_by_role("button", name="深色").click()
    expect(hub.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    _see(hub, BEHIND["hub"], DESK)
    hub.open("/desk/")
    hub.page.locator("[data-row] a[data-open]").first.click()
    expect(hub.page.locator("#beside h2").first).to_be_visible()
    hub.look()
    hub.picture("desk-dark")


def test_pages_speak_english_when_asked_to(sits: Sits) -> None:
    resident = sits()
    resident.open("/")
    resident.page.get_by_role("button", name="English").first.click()
    expect(resident.page.locator("html")).to_have_attribute("lang", "en")

    for address in OPEN:
        resident.open(address)
        words = resident.page.locator(
            "main h1, main h2, main label, main legend, main .btn, main .ll-tile"
        )
        chinese = [text for text in words.all_inner_texts() if re.search("[一-鿿]", text)]
        assert chinese == [], address


def test_the_desk_is_worked_by_keyboard_alone(sits: Sits) -> None:
    hub = sits("hub")
    hub.open("/desk/?queue=triage")
    keys, rows = hub.page.keyboard, hub.page.locator("[data-row]")

    keys.press("j")
    keys.press("j")
    expect(rows.nth(1)).to_have_class(re.compile("ll-row-now"))
    keys.press("k")
    expect(rows.nth(0)).to_have_class(re.compile("ll-row-now"))
    number = rows.nth(0).locator(".ll-number").inner_text()
    keys.press("Enter")
    expect(hub.page.locator("#beside")).to_contain_text(number)
    keys.press("?")
    expect(hub.page.locator("dialog#keys")).to_be_visible()
    hub.look()
    keys.press("Escape")
    expect(hub.page.locator("dialog#keys")).to_be_hidden()
    keys.press("/")
    keys.type(number)
    keys.press("Enter")
    expect(rows).to_have_count(1)
    hub.look()


def test_a_report_needs_no_scripts(sits: Sits) -> None:
    resident = sits(java_script_enabled=False)
    resident.open("/report/")
    resident.page.fill("[name=description]", "小区北门的路灯不亮。")
    resident.page.fill("[name=place_text]", "小区北门")
    resident.page.locator("[name=area_id]").select_option(index=1)
    resident.page.fill("[name=phone]", "13800000002")

    resident.send()

    expect(resident.page.locator("[data-number]")).to_be_visible()
    resident.page.locator("main a.btn-primary").click()
    expect(resident.page.locator("main")).to_contain_text("小区北门的路灯不亮。")


def test_a_step_needs_no_scripts(sits: Sits) -> None:
    handler = sits("department", java_script_enabled=False)
    handler.open("/desk/?queue=mine")
    row = handler.page.locator("[data-row]", has_text="办理中").first
    row.locator("a[href^='/desk/matters/']:visible, a[data-open]:visible").first.click()
    handler.page.locator("a[href$='/steps/progress/']").first.click()
    handler.page.fill("[name=note]", "不用脚本也能记。")

    handler.send()

    expect(handler.page.locator("main")).to_contain_text("不用脚本也能记。")


def test_what_is_late_says_so_in_words(sits: Sits) -> None:
    hub = sits("hub")
    hub.open("/desk/?queue=late")

    for row in hub.page.locator("[data-row]").all():
        expect(row).to_contain_text("超时")


def test_a_list_with_nothing_in_it_says_what_to_do(sits: Sits) -> None:
    hub = sits("hub")
    hub.open("/desk/?q=没有这样的事")

    expect(hub.page.locator("#list a.btn")).to_be_visible()
    expect(hub.page.locator("[data-row]")).to_have_count(0)


def test_a_page_that_is_not_there_leads_back_to_one_that_is(sits: Sits) -> None:
    resident = sits()
    resident.page.goto(f"{resident.house.address}/nothing/")
    resident.wrong.clear()  # the browser itself says that the page was missing
    resident.look()

    resident.page.locator("main a.btn").first.click()

    expect(resident.page).to_have_url(f"{resident.house.address}/")
