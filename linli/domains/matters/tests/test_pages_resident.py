"""Reporting a matter on the resident's page: what is taken, and what is refused beside its field."""

from __future__ import annotations

import re
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.domains.matters.models import Matter, Reporter
from linli.domains.matters.testing import LAMP, Cast, make_cast
from linli.domains.matters.tests.visiting import filled, picture
from linli.engines.files.models import Upload
from linli.engines.workflow.models import Work
from linli.ground.audit.models import Entry
from linli.ground.territory.testing import SIDE, SOUTH, WEST
from linli.kernel.crs import Crs, from_cgcs2000

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def nothing_is_written() -> bool:
    entries = Entry.objects.filter(verb="matters.report")
    kept = (Matter.objects, Work.objects, Reporter.objects, Upload.objects, entries)
    return not any(rows.exists() for rows in kept)


# --- reporting --------------------------------------------------------------------------------


def test_the_report_page_asks_three_questions_and_says_nothing_is_wrong_yet(
    client: Client, cast: Cast
) -> None:
    page = client.get("/report/")
    html = page.content.decode()
    assert page.status_code == 200
    for name in ("description", "place_text", "photos", "kind", "phone"):
        assert f'name="{name}"' in html
    assert 'data-draft="report"' in html
    assert "ll-field-error" not in html


def test_a_missing_place_and_a_wrong_telephone_are_said_in_one_round(
    client: Client, cast: Cast
) -> None:
    page = client.post("/report/", filled(place_text="", lng="", lat="", phone="12"))
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"place_text", "phone"}
    assert nothing_is_written()


def test_the_same_form_sent_five_times_is_one_matter(client: Client, cast: Cast) -> None:
    form = filled()
    answers = [client.post("/report/", form, follow=True) for _again in range(5)]
    assert Matter.objects.count() == 1
    assert len({answer.context["query_code"] for answer in answers}) == 1
    assert {answer.context["matter"].number for answer in answers} == {
        Matter.objects.get().number
    }


def test_an_anonymous_report_keeps_no_contact_even_if_one_was_typed(
    client: Client, cast: Cast
) -> None:
    receipt = client.post("/report/", filled(kind="anonymous"), follow=True)
    reporter = Reporter.objects.get()
    assert (reporter.name, reporter.phone, reporter.phone_digest) == ("", None, None)
    assert receipt.context["anonymous"]


def test_without_a_class_the_words_choose_one(client: Client, cast: Cast) -> None:
    client.post("/report/", filled(class_code="", **{"answers.how_many": ""}))
    assert "路灯" in Matter.objects.get().matter_class.title_zh


BAD = {
    "nothing said": ({"description": "  "}, "description"),
    "too long": ({"description": "灯" * 2001}, "description"),
    "a NUL": ({"description": "路灯\x00不亮"}, "description"),
    "an unknown class": ({"class_code": "99-99"}, "class_code"),
    "a class of another kind": ({"class_code": "[]"}, "class_code"),
    "a required question left open": ({"answers.how_many": ""}, "answers.how_many"),
    "an answer that is none": ({"answers.how_many": "a dozen"}, "answers.how_many"),
    "no place": ({"lng": "", "lat": "", "place_text": " "}, "place_text"),
    "a place too long": ({"place_text": "路" * 201}, "place_text"),
    "a point outside": ({"lng": "116.39", "lat": "39.90"}, "place_text"),
    "a point abroad": ({"lng": "2.35", "lat": "48.85"}, "place_text"),
    "nought, nought": ({"lng": "0", "lat": "0"}, "place_text"),
    "no number": ({"lng": "130°18'"}, "lng"),
    "not a finite number": ({"lng": "nan"}, "lng"),
    "half a point": ({"lat": ""}, "lng"),
    "an unknown system": ({"crs": "EPSG:2"}, "crs"),
    "a foreign community": ({"area_id": str(UUID(int=7))}, "area_id"),
    "no telephone": ({"phone": ""}, "phone"),
    "a telephone that is none": ({"phone": "12345"}, "phone"),
    "an unknown way to answer": ({"kind": "shout"}, "kind"),
    "a name too long": ({"name": "李" * 61}, "name"),
}


@pytest.mark.parametrize(("wrong", "field"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_beside_its_field_and_what_was_typed_is_kept(
    client: Client, cast: Cast, wrong: dict[str, object], field: str
) -> None:
    answer = client.post("/report/", filled(**wrong))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert nothing_is_written()
    assert list(answer.context["form"].errors) == [field]
    assert "ll-field-error" in html
    kept = {"description": "3幢门口的路灯不亮", "name": "李梅", "phone": "13800000001"}
    for name, value in kept.items():
        assert name in wrong or value in html


def test_the_same_report_without_the_fault_is_taken(client: Client, cast: Cast) -> None:
    assert client.post("/report/", filled()).status_code == 302
    assert not nothing_is_written()


def test_words_in_another_encoding_are_refused_and_not_kept_as_signs_nobody_can_read(
    client: Client, cast: Cast
) -> None:
    body = urlencode(filled(place_text="", name=""), encoding="gbk")
    answer = client.post("/report/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["description"]
    assert nothing_is_written()


def test_a_point_in_the_shifted_system_is_put_right_and_never_lands_in_another_grid(
    client: Client, cast: Cast
) -> None:
    # Close to the border: read as if it were not shifted, it would lie in the next grid.
    true = (WEST + SIDE - 0.001, SOUTH + SIDE / 2)
    lng, lat = from_cgcs2000(*true, Crs.GCJ02)
    shifted = {"lng": f"{lng:.7f}", "lat": f"{lat:.7f}"}
    for _again in range(2):
        client.post("/report/", filled(**shifted, crs="GCJ-02"))
    client.post("/report/", filled(**shifted, crs="EPSG:4490"))
    first, second, misread = Matter.objects.order_by("number")
    assert first.area == second.area == cast.town.grids[0]
    assert misread.area == cast.town.grids[1]


def test_a_form_far_too_large_is_refused_whole(client: Client, cast: Cast) -> None:
    answer = client.post("/report/", filled(description="灯" * 3_000_000))
    assert 400 <= answer.status_code < 500
    assert nothing_is_written()


FILES = {
    "not a photo": ("a.jpg", b"not a photo at all"),
    "an SVG": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    "a PDF named as a picture": ("a.jpg", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"),
    "half a photo": ("a.jpg", picture()[:200]),
}


@pytest.mark.parametrize(("name", "content"), FILES.values(), ids=FILES.keys())
def test_what_is_no_photo_is_refused_with_the_reason_and_the_matter_is_kept(
    client: Client, cast: Cast, name: str, content: bytes
) -> None:
    photos = [SimpleUploadedFile(name, content), SimpleUploadedFile("b.jpg", picture())]
    receipt = client.post("/report/", filled(photos=photos), follow=True)
    assert Matter.objects.count() == 1
    assert Upload.objects.filter(kind="photo").count() == 1
    assert 'class="ll-note ll-note-warning"' in receipt.content.decode()


def test_a_tenth_photo_is_refused_before_anything_is_written(
    client: Client, cast: Cast
) -> None:
    photos = [SimpleUploadedFile(f"{n}.jpg", picture()) for n in range(10)]
    answer = client.post("/report/", filled(photos=photos))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["photos"]
    assert answer.context["photos_lost"]
    assert nothing_is_written()


# --- the parts of the page --------------------------------------------------------------------


def test_typed_words_suggest_a_class_and_nonsense_suggests_none(
    client: Client, cast: Cast
) -> None:
    lamp = client.post("/report/suggest/", {"description": "路灯不亮了"})
    assert f"class_code={LAMP}" in lamp.content.decode()
    assert client.post("/report/suggest/", {"description": "qwxz"}).content.strip() == b""
    in_the_address = client.get("/report/suggest/", {"description": "路灯不亮了"})
    assert in_the_address.status_code == 405


def test_a_chosen_class_brings_its_questions_and_its_warning(
    client: Client, cast: Cast
) -> None:
    lamp = client.get("/report/questions/", {"class_code": LAMP}).content.decode()
    assert 'name="answers.how_many"' in lamp
    assert 'role="alert"' not in lamp
    manhole = client.get("/report/questions/", {"class_code": "01-01"}).content.decode()
    assert 'role="alert"' in manhole
    assert "119" in manhole


def test_without_a_script_the_questions_come_with_the_page_and_nothing_is_written(
    client: Client, cast: Cast
) -> None:
    form = filled(show_questions="1", phone="")
    answer = client.post("/report/", form)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="answers.how_many"' in html
    assert "3幢门口的路灯不亮" in html
    assert str(form["request_id"]) in html
    assert "ll-field-error" not in html
    assert nothing_is_written()


def test_an_item_of_the_list_of_duties_opens_the_report_of_its_class(
    client: Client, cast: Cast
) -> None:
    html = client.get("/report/", {"class": LAMP}).content.decode()
    assert re.search(rf'<option value="{LAMP}" selected>', html)
