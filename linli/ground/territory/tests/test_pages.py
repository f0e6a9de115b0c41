from __future__ import annotations

import json
import os
import re
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from shapely.geometry import box, mapping

from linli.ground.territory import queries
from linli.ground.territory.models import Area, MapVersion, Place
from linli.ground.territory.testing import (
    SIDE,
    SOUTH,
    WEST,
    Town,
    make_area,
    make_town,
    two_squares,
)
from linli.ground.territory.views.maps import today

pytestmark = pytest.mark.django_db

REAL = (
    Path(os.environ.get("SAMPLE_DATA", "../shared/data"))
    / "divisions_6cities_village_level.csv"
)
HEAD = "code12,name,street_code,street,area_code,area,city_code,city,province\n"
ROW = "230803007001,安民社区居委会,230803007,西林街道,230803,向阳区,2308,佳木斯市,黑龙江省\n"


def signed_in(role: str, area: Area, language: str = "en") -> Client:
    """A browser of somebody in a post, with a second factor where the post asks for one."""
    # Posts stand a floor above: the contract of the floors holds for tests too, so by name.
    account = import_module("linli.ground.accounts.testing").make_holder(role, area)
    Authenticator.objects.create(
        user=account, type=Authenticator.Type.TOTP, data={"secret": "x"}
    )
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(account)
    return client


class Shown(Protocol):
    """A page as the browser got it."""

    @property
    def content(self) -> bytes: ...


def text(response: Shown) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def drawn(*grids: tuple[str, float, float]) -> SimpleUploadedFile:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": mapping(box(WEST + w * SIDE, SOUTH, WEST + e * SIDE, SOUTH + SIDE)),
        }
        for name, w, e in grids
    ]
    plain = json.dumps({"type": "FeatureCollection", "features": features})
    return SimpleUploadedFile("grids.geojson", plain.encode())


# --- looking --------------------------------------------------------------------------------


def test_who_has_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    town = make_town()
    for address in (
        reverse("territory:areas"),
        reverse("territory:area", args=[town.street.id]),
        reverse("territory:import"),
        reverse("territory:draw", args=[town.communities[0].id]),
    ):
        assert client.get(address).status_code == 302


@pytest.mark.parametrize("q", ["安民", "anmin", "amsq", "230803007001"])
def test_an_area_is_found_on_the_page_and_says_where_it_lies(q: str) -> None:
    town = make_town()
    browser = signed_in("street_hub", town.street)
    shown = browser.get(reverse("territory:areas"), {"q": q})
    assert "安民社区居委会" in text(shown)
    assert "佳木斯市 › 向阳区 › 西林街道" in text(shown)
    assert "光明社区" not in text(shown)


def test_names_that_repeat_are_told_apart_by_where_they_lie() -> None:
    town = make_town()
    make_town(first="230803009", name="东林街道", west=WEST + 1)
    shown = text(
        signed_in("street_hub", town.street).get(reverse("territory:areas"), {"q": "安民"})
    )
    assert "向阳区 › 西林街道" in shown
    assert "向阳区 › 东林街道" in shown


@pytest.mark.parametrize("asked", [{"q": "没有这个地方"}, {"q": "%"}])
def test_an_empty_search_says_what_to_do_next(asked: dict[str, str]) -> None:
    town = make_town()
    shown = signed_in("street_hub", town.street).get(reverse("territory:areas"), asked)
    assert "Try a shorter piece" in text(shown)


@pytest.mark.parametrize("asked", [{"q": "x" * 61}, {"q": "a\0"}, {"cursor": "bad"}])
def test_a_malformed_search_is_refused(asked: dict[str, str]) -> None:
    town = make_town()
    shown = signed_in("street_hub", town.street).get(reverse("territory:areas"), asked)
    assert shown.status_code == 422


def test_pages_cost_the_same_however_long_they_are() -> None:
    town = make_town()
    browser = signed_in("street_hub", town.street)

    def cost(address: str, **asked: str) -> int:
        with CaptureQueriesContext(connection) as asked_of_it:
            assert browser.get(address, asked).status_code == 200
        # What the house remembers for all pages is not counted.
        return sum('FROM "territory_area"' in q["sql"] for q in asked_of_it.captured_queries)

    def costs() -> tuple[int, int]:
        listed = cost(reverse("territory:areas"), q="tongming")
        return listed, cost(reverse("territory:area", args=[town.street.id]))

    make_area("230803007010", 4, "同名社区", town.street)
    with_one = costs()
    make_area("230803007011", 4, "同名社区", town.street)
    make_area("230803007012", 4, "同名社区", town.street)
    assert costs() == with_one
    assert all(with_one)


def test_a_community_shows_its_grids_with_size_in_words_and_its_map() -> None:
    town = make_town()
    for n in range(160):
        Place.objects.create(
            community=town.communities[0],
            parent=town.building,
            kind="dwelling",
            name=str(n),
            address=f"{town.building.address}{n}",
        )
    browser = signed_in("community_desk", town.communities[1])
    shown = browser.get(reverse("territory:area", args=[town.communities[0].id]))
    assert "160" in text(shown)
    assert "right size" in text(shown)
    assert "too small" in text(shown)
    assert b"<svg" in shown.content
    assert "Publish grids" not in text(shown)


def test_an_area_nobody_made_is_not_found() -> None:
    town = make_town()
    browser = signed_in("street_hub", town.street)
    missing = reverse("territory:area", args=["00000000-0000-7000-8000-000000000000"])
    assert browser.get(missing).status_code == 404


# --- importing ------------------------------------------------------------------------------


def test_who_may_not_import_finds_no_such_page() -> None:
    town = make_town()
    browser = signed_in("street_hub", town.street)
    assert browser.get(reverse("territory:import")).status_code == 404


def send(browser: Client, raw: bytes, **said: str) -> Any:
    return browser.post(
        reverse("territory:import"),
        {
            "file": SimpleUploadedFile("divisions.csv", raw),
            "scheme": "statistical",
            "valid_from": "2025-01-01",
            **said,
        },
    )


@pytest.mark.slow
@pytest.mark.practice("JM1", part="import")
@pytest.mark.skipif(not REAL.exists(), reason=f"the sample data are not here: {REAL}")
def test_six_real_cities_go_through_the_page_in_one_file() -> None:
    city = make_area("9999", 1, "某市", None)
    browser = signed_in("system_administrator", city)
    sent = send(browser, REAL.read_bytes())
    assert sent.status_code == 302
    assert Area.objects.count() == 1

    preview = browser.get(sent["Location"])
    done = browser.post(sent["Location"], follow=True)

    rows = len(REAL.read_bytes().splitlines()) - 1
    assert Area.objects.filter(level=4).count() == rows
    assert f"{Area.objects.count() - 1} new" in text(done)
    assert str(Area.objects.count() - 1) in text(preview).replace(",", "")
    found = text(browser.get(reverse("territory:areas"), {"q": "安民社区"}))
    assert "佳木斯市 › " in found


@pytest.mark.practice("JM1", part="import")
def test_the_preview_counts_what_is_new_renamed_and_as_it_was() -> None:
    town = make_town()
    browser = signed_in("system_administrator", town.city)
    raw = HEAD + ROW.replace("安民", "新民") + ROW.replace("007001,安民", "007003,和平")
    sent = send(browser, raw.encode(), valid_from="2026-02-01")
    shown = text(browser.get(sent["Location"]))
    assert "Added 1 Renamed 1 As they were 3" in shown
    assert "安民社区居委会 → 新民社区居委会" in shown
    assert Area.objects.get(path="230803007001").name == "安民社区居委会"


def test_a_wrong_file_is_refused_beside_the_field_and_the_form_is_kept() -> None:
    town = make_town()
    browser = signed_in("system_administrator", town.city)
    before = Area.objects.count()
    shown = send(browser, (HEAD + ROW.replace(",230803,", ",23080x,")).encode())
    assert shown.status_code == 422
    assert "Line 2, column “area_code”" in text(shown)
    assert 'value="2025-01-01"' in shown.content.decode()
    assert Area.objects.count() == before


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", {}),
        (b"\x89PNG\r\n\x1a\n\0\0", {}),
        ((HEAD + ROW).encode("utf-16"), {}),
        ((HEAD + ROW).encode(), {"scheme": "moon"}),
        ((HEAD + ROW).encode(), {"scheme": "civil_affairs"}),
        ((HEAD + ROW).encode(), {"valid_from": "2026-02-30"}),
        ((HEAD + ROW).encode(), {"valid_from": ""}),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(raw: bytes, said: dict[str, str]) -> None:
    town = make_town()
    before = Area.objects.count()
    shown = send(signed_in("system_administrator", town.city), raw, **said)
    assert shown.status_code == 422
    assert Area.objects.count() == before


def test_a_preview_is_nobody_else_s() -> None:
    town = make_town()
    sent = send(signed_in("system_administrator", town.city), (HEAD + ROW).encode())
    other = signed_in("system_administrator", town.county)
    assert other.get(sent["Location"]).status_code == 410


# --- publishing -----------------------------------------------------------------------------


def by_file(browser: Client, town: Town, file: SimpleUploadedFile, crs: str = "") -> Any:
    address = reverse("territory:take_file", args=[town.communities[0].id])
    return browser.post(address, {"file": file, "crs": crs})


@pytest.mark.practice("JM1", part="import")
def test_grids_are_published_from_a_file_after_a_look_at_what_changes() -> None:
    town = make_town()
    browser = signed_in("system_administrator", town.street)
    sent = by_file(browser, town, drawn(("甲格", 0, 0.4), ("乙格", 0.4, 1), ("丙格", 1, 2)))
    shown = text(browser.get(sent["Location"]))
    assert "Added 3" in shown
    assert "Ends 2" in shown
    assert "Buildings that change grid 1" in shown
    assert Area.objects.filter(level=5, closed_on=None).count() == 4

    day = today() + timedelta(7)
    done = browser.post(
        sent["Location"], {"valid_from": day.isoformat(), "document": "佳网格〔2026〕3号"}
    )

    assert done.status_code == 302
    area = reverse("territory:area", args=[town.communities[0].id])
    assert "丙格" in text(browser.get(area, {"on": day.isoformat()}))
    assert "佳网格〔2026〕3号" in text(browser.get(area))
    assert "丙格" not in text(browser.get(area, {"on": "2025-06-01"}))


@pytest.mark.practice("JM1", part="by hand")
def test_a_grid_drawn_by_hand_takes_from_its_neighbours_and_is_published() -> None:
    town = make_town()
    browser = signed_in("system_administrator", town.street)
    address = reverse("territory:draw", args=[town.communities[0].id])
    assert "1格" in text(browser.get(address, {"grid": "0"}))
    outline = json.dumps(mapping(box(WEST, SOUTH, WEST + 0.25 * SIDE, SOUTH + SIDE)))
    sent = browser.post(
        f"{address}?grid=0", {"name": "市场格", "kind": "dedicated", "outline": outline}
    )
    shown = text(browser.get(sent["Location"]))
    assert "Redrawn 2" in shown
    assert "Buildings that change grid 1" in shown

    browser.post(
        sent["Location"], {"valid_from": today().isoformat(), "document": "会议纪要 12"}
    )

    known = queries.current_map(on=today())
    assert known
    assert known.grids.locate(WEST + 0.3 * SIDE, SOUTH + SIDE / 2) == town.grids[1].path
    assert queries.grid_of_place(town.building, on=today()) == town.grids[1]
    grid = Area.objects.get(id=town.grids[0].id)
    assert (grid.name, grid.kind) == ("市场格", "dedicated")
    assert MapVersion.objects.order_by("-number")[0].document == "会议纪要 12"


def test_of_two_who_draw_on_the_same_map_the_second_is_told() -> None:
    town = make_town()
    browser = signed_in("system_administrator", town.street)
    drafts = [by_file(browser, town, drawn((name, 0, 2)))["Location"] for name in ("甲", "乙")]
    said = {"valid_from": today().isoformat(), "document": "会议纪要 12"}
    assert browser.post(drafts[0], said).status_code == 302

    refused = browser.post(drafts[1], said)

    assert refused.status_code == 422
    assert "Somebody published grids of this community meanwhile" in text(refused)
    assert not Area.objects.filter(name="乙").exists()


@pytest.mark.practice("JM1", part="by hand")
def test_a_new_grid_is_drawn_on_a_draft_that_is_not_published_yet() -> None:
    town = make_town()
    browser = signed_in("system_administrator", town.street)
    address = reverse("territory:draw", args=[town.communities[0].id])

    def draw(where: str, name: str, west: float, east: float) -> Any:
        outline = json.dumps(
            mapping(box(WEST + west * SIDE, SOUTH, WEST + east * SIDE, SOUTH + SIDE))
        )
        return browser.post(where, {"name": name, "kind": "basic", "outline": outline})

    first = draw(address, "东格", 1.5, 2)
    token = first["Location"].rstrip("/").rsplit("/", 1)[1]
    second = draw(f"{address}?draft={token}", "西格", 0, 0.5)
    shown = text(browser.get(second["Location"]))
    assert "Added 2" in shown
    assert "东格" in shown
    assert "西格" in shown


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (drawn(("甲格", 0, 1.2), ("乙格", 1, 2)), "Feature 2 (乙格) overlaps feature 1"),
        (drawn(("甲格", 0, 0.8), ("乙格", 1, 2)), "belong to no outline"),
        (drawn(("甲格", 0, 3)), "Feature 1 (甲格) reaches beyond"),
        (SimpleUploadedFile("x.geojson", b"{}"), "not a GeoJSON feature collection"),
        (SimpleUploadedFile("x.geojson", b""), "empty"),
    ],
)
def test_a_wrong_outline_file_is_refused_beside_the_field(
    file: SimpleUploadedFile, words: str
) -> None:
    town = make_town()
    file.seek(0)
    shown = by_file(signed_in("system_administrator", town.street), town, file)
    assert shown.status_code == 422
    assert words in text(shown)
    assert Area.objects.filter(level=5).count() == 4


def test_a_wrong_crs_is_refused() -> None:
    town = make_town()
    shown = by_file(
        signed_in("system_administrator", town.street), town, drawn(("甲格", 0, 2)), "moon"
    )
    assert shown.status_code == 422


def test_what_was_drawn_and_typed_is_kept_when_it_is_refused() -> None:
    town = make_town()
    browser = signed_in("system_administrator", town.street)
    address = reverse("territory:draw", args=[town.communities[0].id])
    shown = browser.post(address, {"name": "", "kind": "basic", "outline": '{"type":"kept"}'})
    assert shown.status_code == 422
    assert "&quot;kept&quot;" in shown.content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"valid_from": "2020-01-01", "document": "x"},
        {"valid_from": "2062-01-01", "document": "x"},
        {"valid_from": "2026-02-30", "document": "x"},
        {"valid_from": date(2026, 12, 1).isoformat(), "document": ""},
        {"valid_from": date(2026, 12, 1).isoformat(), "document": "a\0"},
    ],
)
def test_a_wrong_day_or_no_document_is_refused_and_nothing_is_published(
    said: dict[str, str],
) -> None:
    town = make_town()
    browser = signed_in("system_administrator", town.street)
    sent = by_file(browser, town, SimpleUploadedFile("x.geojson", two_squares(WEST)))
    before = MapVersion.objects.count()
    shown = browser.post(sent["Location"], said)
    assert shown.status_code == 422
    assert f'value="{said["valid_from"]}"' in shown.content.decode()
    assert MapVersion.objects.count() == before


def test_a_post_looks_at_every_area_and_publishes_only_in_its_own() -> None:
    town = make_town()
    other = make_town(first="230803009", name="东林街道", west=WEST + 1)
    browser = signed_in("system_administrator", other.street)
    community = town.communities[0]
    assert browser.get(reverse("territory:area", args=[community.id])).status_code == 200
    assert browser.get(reverse("territory:draw", args=[community.id])).status_code == 403
    assert by_file(browser, town, drawn(("甲格", 0, 2))).status_code == 403
    own = reverse("territory:draw", args=[other.communities[0].id])
    assert browser.get(own).status_code == 200  # the control


def test_outlines_of_a_day_come_as_the_file_that_publishing_takes_back() -> None:
    town = make_town()
    browser = signed_in("system_administrator", town.street)
    address = reverse("territory:outlines", args=[town.communities[0].id])
    raw = browser.get(address, {"on": "2025-06-01"}).content
    sent = by_file(browser, town, SimpleUploadedFile("back.geojson", raw))
    assert "Unchanged 2" in text(browser.get(sent["Location"]))


def test_the_list_of_areas_begins_where_the_reader_sits() -> None:
    town = make_town()
    browser = signed_in("street_hub", town.street)
    mine = text(browser.get(reverse("territory:areas")))
    assert "西林街道" in mine
    assert "佳木斯市" not in mine
    assert "佳木斯市" in text(browser.get(reverse("territory:areas"), {"all": "1"}))
