"""Following, rating and reading what was settled, on the pages that need no account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client

from linli.domains.matters.models import Matter
from linli.domains.matters.queries import current_classes, matter_just_made, rating_token
from linli.domains.matters.testing import (
    LAMP,
    Cast,
    a_report,
    file_and_route,
    make_cast,
    make_matter,
    take,
)
from linli.domains.matters.tests.visiting import filled, text_of
from linli.kernel import clock
from linli.kernel.actor import RESIDENT

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _look_ups_start_anew() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.practice("JM4", part="reported, followed and rated by the resident")
def test_a_resident_reports_follows_and_rates(client: Client, cast: Cast) -> None:
    receipt = client.post("/report/", filled(), follow=True)
    matter = Matter.objects.get()
    assert receipt.status_code == 200
    assert f'data-number="{matter.number}"' in receipt.content.decode()
    assert matter.area == cast.town.grids[0]
    assert 'data-draft-sent="report"' in receipt.content.decode()

    file_and_route(matter, cast)
    take(matter, "report_result", cast.department, result="灯泡已更换")
    take(matter, "pass", cast.community)
    take(matter, "feed_back", cast.hub, answer="路灯已修好，谢谢您的反映。")
    page = client.post(
        "/track/", {"number": matter.number, "secret": "138 0000 0001"}, follow=True
    )
    assert "路灯已修好，谢谢您的反映。" in text_of(page)

    form = page.context["form"]
    rated = client.post(
        page.redirect_chain[-1][0],
        {name: form[name].value() for name in ("request_id", "seen_version")} | {"score": "5"},
        follow=True,
    )
    assert rated.status_code == 200
    assert matter_just_made(matter.id).score == 5
    assert "score" not in rated.content.decode()


# --- where is mine? ---------------------------------------------------------------------------


def look_up(client: Client, number: str, secret: str) -> Answer:
    return client.post("/track/", {"number": number, "secret": secret})


def test_number_and_telephone_or_query_code_lead_to_the_matter(
    client: Client, cast: Cast
) -> None:
    receipt = client.post("/report/", filled(), follow=True)
    number, code = receipt.context["matter"].number, receipt.context["query_code"]
    for secret in ("13800000001", "+86 138-0000-0001", code, f"{code[:4]} {code[4:]}".lower()):
        assert look_up(client, number, secret).status_code == 302


def test_an_anonymous_matter_is_found_by_its_code_alone(client: Client, cast: Cast) -> None:
    receipt = client.post("/report/", filled(kind="anonymous"), follow=True)
    number, code = receipt.context["matter"].number, receipt.context["query_code"]
    assert look_up(client, number, "13800000001").status_code == 422
    assert look_up(client, number, code).status_code == 302


def test_a_wrong_number_and_a_wrong_telephone_get_the_same_answer(
    client: Client, cast: Cast
) -> None:
    number = make_matter().number
    other = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    wrong_phone = look_up(client, number, "13800000002")
    wrong_number = look_up(client, other, "13800000002")
    told = [
        text_of(a).replace(number, "#").replace(other, "#") for a in (wrong_phone, wrong_number)
    ]
    assert wrong_phone.status_code == wrong_number.status_code == 422
    assert told[0] == told[1]


def test_somebody_who_guesses_has_to_wait(client: Client, cast: Cast) -> None:
    number = make_matter().number
    tries = [look_up(client, number, f"1380000{n:04}") for n in range(2, 13)]
    assert [answer.status_code for answer in tries] == [422] * 10 + [429]
    # Even the right telephone has to wait now, from here; from elsewhere it does not.
    assert look_up(client, number, "13800000001").status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert look_up(elsewhere, number, "13800000001").status_code == 302


def test_after_ten_minutes_the_look_up_is_open_again(client: Client, cast: Cast) -> None:
    number = make_matter().number
    for _try in range(11):
        look_up(client, number, "13800000002")
    clock.set_offset(timedelta(minutes=10))
    try:
        assert look_up(client, number, "13800000001").status_code == 302
    finally:
        clock.set_offset(timedelta())


def test_the_code_on_paper_fills_in_the_number(client: Client, cast: Cast) -> None:
    html = client.get("/track/", {"number": "2308032026030400001"}).content.decode()
    assert 'value="2308032026030400001"' in html


@pytest.mark.parametrize("path", ["/report/sent/x/", "/track/x:y:z/", "/rate/x/"])
def test_a_token_somebody_made_up_opens_nothing(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_rating_token_does_not_open_a_receipt(client: Client, cast: Cast) -> None:
    token = rating_token(make_matter())
    assert client.get(f"/report/sent/{token}/").status_code == 404
    assert client.get(f"/rate/{token}/").status_code == 200


# --- how it goes ------------------------------------------------------------------------------


def progress_of(client: Client, matter: Matter) -> Answer:
    return client.get(f"/rate/{rating_token(matter)}/")


def test_a_question_is_answered_on_the_page(client: Client, cast: Cast) -> None:
    matter = make_matter()
    take(matter, "ask", cast.grid_worker, question="是几号楼的路灯？")
    page = progress_of(client, matter)
    assert "是几号楼的路灯？" in text_of(page)

    form = page.context["form"]
    answered = {n: form[n].value() for n in ("request_id", "seen_version")}
    empty = client.post(page.request["PATH_INFO"], answered | {"reply": ""})
    assert empty.status_code == 422
    assert matter_just_made(matter.id).work.phase == "waiting_reporter"
    client.post(page.request["PATH_INFO"], answered | {"reply": "5号楼东侧"})
    assert matter_just_made(matter.id).work.phase == "new"


def test_a_declined_report_says_why_and_shows_no_step_it_never_took(
    client: Client, cast: Cast
) -> None:
    matter = make_matter()
    take(matter, "void", cast.grid_worker, reason="该路段不属于本街道，请联系邻近街道。")
    page = progress_of(client, matter)
    assert "该路段不属于本街道" in text_of(page)
    assert len(page.context["steps"]) == 1


def test_a_rating_outside_the_five_is_refused_and_none_is_kept(
    client: Client, cast: Cast
) -> None:
    matter = make_matter()
    file_and_route(matter, cast)
    take(matter, "report_result", cast.department, result="灯泡已更换")
    take(matter, "pass", cast.community)
    take(matter, "feed_back", cast.hub, answer="修好了")
    page = progress_of(client, matter)
    form = page.context["form"]
    sent = {n: form[n].value() for n in ("request_id", "seen_version")} | {"score": "6"}
    refused = client.post(page.request["PATH_INFO"], sent)
    assert refused.status_code == 422
    assert 'id="id_score_error"' in refused.content.decode()
    assert matter_just_made(matter.id).score is None


# --- what everybody may read ------------------------------------------------------------------


def published(cast: Cast) -> Matter:
    matter = make_matter(a_report(description="李梅家门口3幢101室路灯不亮"))
    file_and_route(matter, cast)
    take(matter, "report_result", cast.department, result="灯泡已更换")
    take(matter, "pass", cast.community)
    take(matter, "feed_back", cast.hub, answer="修好了")
    take(matter, "rate", RESIDENT, reported=True, score=5)
    take(matter, "publish", cast.hub, public_text="安民路路灯已修好。")
    return matter_just_made(matter.id)


def test_a_settled_matter_is_public_without_person_and_door(client: Client, cast: Cast) -> None:
    matter = published(cast)
    for path in ("/", "/public/", f"/public/{matter.number}/"):
        shown = text_of(client.get(path))
        assert "安民路路灯已修好。" in shown
        for private in ("李梅", "101", "13800000001", str(matter.lng)):
            assert private not in shown


@pytest.mark.parametrize("number", ["1", "x%00y", "%27", "%EF%BF%BD"])
def test_a_number_that_was_not_published_is_not_found(
    client: Client, cast: Cast, number: str
) -> None:
    assert client.get(f"/public/{number}/").status_code == 404


def test_a_matter_not_yet_published_is_not_found(client: Client, cast: Cast) -> None:
    matter = make_matter()
    assert client.get(f"/public/{matter.number}/").status_code == 404
    assert matter.number not in client.get("/public/").content.decode()


def test_empty_lists_say_what_to_do(client: Client, cast: Cast) -> None:
    assert 'href="/report/"' in client.get("/public/").content.decode()
    assert client.get("/").status_code == 200


def test_a_page_address_that_is_none_is_refused(client: Client, cast: Cast) -> None:
    assert client.get("/public/", {"cursor": "bm9uc2Vuc2U"}).status_code == 422


@pytest.mark.practice("FT1", part="list of who does what")
def test_who_does_what_names_every_item_once_with_its_side_and_its_basis(
    client: Client, cast: Cast
) -> None:
    page = client.get("/who-does-what/")
    sides = {side.key: side for side in page.context["sides"]}
    listed = {
        item.code: key
        for key, side in sides.items()
        for _major, items in side.groups
        for item in items
    }
    assert listed == {c.code: c.duty for c in current_classes()}
    assert sum(side.count for side in sides.values()) == len(listed)
    shown = text_of(page)
    for matter_class in current_classes():
        assert matter_class.title_zh in shown
        assert matter_class.basis in shown


@pytest.mark.parametrize(("words", "found"), [("路灯", True), ("LAMP", True), ("qwxz", False)])
def test_the_list_of_duties_is_searched(
    client: Client, cast: Cast, words: str, found: bool
) -> None:
    page = client.get("/who-does-what/", {"q": words})
    assert page.status_code == 200
    assert page.context["nothing"] is not found
    assert (f"class={LAMP}" in page.content.decode()) is found


@pytest.mark.parametrize(
    "path", ["/", "/report/", "/track/", "/public/", "/who-does-what/", "/accounts/login/"]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_before_any_street_is_named(
    client: Client, path: str, language: str
) -> None:
    answer = client.get(path, HTTP_ACCEPT_LANGUAGE=language)
    assert answer.status_code == 200
    assert "110" in answer.content.decode()
