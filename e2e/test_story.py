"""The main job with real people's hands: from a phone on the street to the archive."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from time import time_ns

import httpx
import pytest
import shapely
from PIL import Image
from playwright.sync_api import Geolocation, Page, expect
from pypdf import PdfReader
from shapely.geometry import shape

from e2e.conftest import Sits
from e2e.house import House
from e2e.person import PHONE, Person
from linli.config.demo.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAYS = "楼前路灯不亮，老人晚上下楼看不清。"
NOTE, RESULT = "已派人到现场查看，明日更换。", "灯泡与镇流器已更换，试灯正常。"
ANSWER, PUBLIC = "路灯已修好，谢谢您的反映。", "居民反映的楼前路灯已修好。"
LAMP = "01-03"
PRINTED_WITHIN = 60


@pytest.fixture
def phone_number() -> str:
    return f"139{time_ns() // 1000 % 10**8:08d}"


@pytest.fixture
def taken(tmp_path: Path) -> Callable[[str], Path]:
    """A picture as a phone takes it: large."""

    def take(name: str) -> Path:
        path = tmp_path / f"IMG_{name}.jpg"
        with Image.open(io.BytesIO(picture(name))) as small:
            small.resize((3000, 2250)).save(path, quality=90)
        return path

    return take


@pytest.mark.practice("JM4")
def test_a_matter_goes_from_a_phone_on_the_street_to_the_archive(
    sits: Sits, house: House, phone_number: str, taken: Callable[[str], Path]
) -> None:
    resident = sits(geolocation=_in_the_first_grid(house), permissions=["geolocation"])
    number = _report(resident, phone_number, taken("dark_lamp"))
    progress = _follow(resident, number, phone_number)

    _file(sits("grid", size=PHONE), number)
    hub = sits("hub")
    matter = _route(hub, number)
    _work(sits("department"), matter, taken("bright_lamp"), pressed_by=sits("supervisor"))
    _inspect(sits("community"), number)
    _step(hub, matter, "feed_back", answer=ANSWER)

    _rate(resident, progress)
    _step(hub, matter, "publish", public_text=PUBLIC)
    _read_in_public(sits(), number, phone_number)
    _read_the_archive(hub, matter)


def _in_the_first_grid(house: House) -> Geolocation:
    """Where the demo's grid worker walks: the grid with the smallest code of the public map."""
    with httpx.Client(base_url=house.address, trust_env=False) as client:
        address = re.search(r'data-outlines="([^"]+)"', client.get("/report/").text)
        assert address
        found = client.get(address[1]).json()["features"]
    grids = [one for one in found if one["properties"]["level"] == 5]
    first = min(grids, key=lambda one: str(one["properties"]["code"]))
    point = shapely.point_on_surface(shape(first["geometry"]))
    return {"longitude": point.x, "latitude": point.y}


def _report(resident: Person, phone_number: str, photo: Path) -> str:
    page = resident.page
    resident.open("/")
    resident.picture("resident-home")
    page.get_by_role("link", name="我要反映").first.click()
    resident.look()
    page.fill("[name=description]", SAYS)
    page.get_by_role("button", name="路灯").first.click()
    expect(page.locator("[name=class_code]")).to_have_value(LAMP)
    page.locator("label:has([name='answers.how_many'][value=one])").click()
    _mark_on_the_map(page)
    page.set_input_files("[name=photos]", photo)
    expect(page.locator("[data-photos] img")).to_have_count(1)
    page.fill("[name=name]", "李梅")
    page.fill("[name=phone]", phone_number)
    resident.look()
    resident.picture("resident-report")
    resident.send()
    expect(page).to_have_url(re.compile("/report/sent/"))
    number = page.locator("[data-number]").get_attribute("data-number")
    assert number
    return number


def _mark_on_the_map(page: Page) -> None:
    page.get_by_text("在地图上标出").click()
    page.locator("[data-map-me]").click()
    expect(page.locator("[data-map-said]")).to_contain_text("已标出")
    expect(page.locator("[name=lng]")).not_to_have_value("")


def _follow(resident: Person, number: str, phone_number: str) -> str:
    resident.open("/track/")
    resident.page.fill("[name=number]", number)
    resident.page.fill("[name=secret]", phone_number)
    resident.send()
    expect(resident.page.get_by_text(SAYS)).to_be_visible()
    return resident.page.url


def _found(person: Person, number: str, queue: str) -> str:
    """The matter in one's own queue, opened as a whole."""
    person.open(f"/desk/?queue={queue}&q={number}")
    row = person.page.locator("[data-row]")
    expect(row).to_have_count(1)
    href = row.locator("a[href*='/desk/matters/']").first.get_attribute("href")
    assert href
    person.open(href)
    return href


def _step(person: Person, matter: str, key: str, **answered: str) -> None:
    person.open(f"{matter}steps/{key}/")
    for name, value in answered.items():
        person.page.fill(f"[name={name}]", value)
    person.send()
    assert person.page.url.endswith(matter)


def _file(worker: Person, number: str) -> None:
    _found(worker, number, "mine")
    expect(worker.page.get_by_text(SAYS).first).to_be_visible()
    worker.picture("grid-worker")
    worker.page.locator("main a[href$='/steps/file/']").first.click()
    worker.look()
    worker.page.locator("[name=filing_condition]").select_option("one_out")
    worker.send()


def _route(hub: Person, number: str) -> str:
    hub.open("/desk/?queue=triage")
    hub.page.locator("[data-row]", has_text=number).locator("a[data-open]").click()
    expect(hub.page.locator("#beside")).to_contain_text(SAYS)
    hub.look()
    hub.picture("desk")
    matter = hub.page.locator("#beside a.btn-sm").get_attribute("href")
    assert matter
    hub.page.locator("#beside a[href$='/steps/route/']").click()
    unit = hub.page.locator("#beside [name=unit]")
    unit.select_option(index=1)
    hub.look()
    hub.page.locator("#beside form button[type=submit]").click()
    expect(hub.page.locator("#beside")).to_contain_text("转办 · 城西街道网格中心")
    hub.look()
    return matter


def _work(handler: Person, matter: str, photo: Path, *, pressed_by: Person) -> None:
    _step(handler, matter, "progress", note=NOTE)
    _step(pressed_by, matter, "press")
    pressed_by.open("/desk/?queue=late")
    pressed_by.picture("supervisor")
    handler.open(matter)
    expect(handler.page.get_by_text("督促").first).to_be_visible()
    handler.open(f"{matter}steps/report_result/")
    handler.page.fill("[name=result]", RESULT)
    handler.page.set_input_files("[name=photos]", photo)
    expect(handler.page.locator("[data-photos] img")).to_have_count(1)
    handler.look()
    handler.picture("department-result")
    handler.send()
    expect(handler.page.get_by_text(RESULT).first).to_be_visible()


def _inspect(community: Person, number: str) -> None:
    matter = _found(community, number, "check")
    expect(community.page.locator(f"main img[src*='{matter}']")).to_have_count(2)
    community.picture("community-check")
    _step(community, matter, "pass")


def _rate(resident: Person, progress: str) -> None:
    resident.open(progress)
    expect(resident.page.get_by_text(ANSWER)).to_be_visible()
    resident.picture("resident-progress")
    resident.page.locator("label:has([name=score][value='5'])").click()
    resident.page.fill("[name=score_reason]", "修得快。")
    resident.send()
    expect(resident.page.locator("[name=score]")).to_have_count(0)


def _read_in_public(visitor: Person, number: str, phone_number: str) -> None:
    visitor.open("/public/")
    visitor.page.locator(f"a[href='/public/{number}/']").first.click()
    visitor.look()
    expect(visitor.page.get_by_text(PUBLIC).first).to_be_visible()
    for private in (phone_number, "李梅", SAYS):
        expect(visitor.page.get_by_text(private)).to_have_count(0)


def _read_the_archive(hub: Person, matter: str) -> None:
    _step(hub, matter, "archive")
    link = hub.page.locator(f"a[href='{matter}archive/']")
    for _ in range(PRINTED_WITHIN):
        if link.count():
            break
        hub.page.wait_for_timeout(1000)
        hub.page.reload()
    hub.look()
    hub.picture("matter")
    expect(link).to_be_visible()
    # A paper is handed out as a file; the tab that asks for it with the same cookies gets it.
    paper = hub.context.request.get(f"{hub.house.address}{matter}archive/")
    assert paper.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(paper.body())).pages
    assert RESULT in "".join("".join(page.extract_text() for page in pages).split())
