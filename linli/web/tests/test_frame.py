"""The shell around every page: its policy, its look, its last pages."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.urls import include, path
from django.utils import translation

from linli.kernel.actor import RESIDENT, Actor, Seat
from linli.kernel.ids import uuid7
from linli.web.look import set_look

CHECKOUT = Path(__file__).parents[3]
TEMPLATES = sorted(CHECKOUT.glob("linli/**/templates/**/*.html"))
OURS = CHECKOUT / "linli/web/templates"


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


_OF_THE_MENU = ("account_change_password", "mfa_index", "usersessions_list")
urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("look/", set_look, name="set_look"),
    path("start/", _nothing, name="start"),
    *(path(f"{name}/", _nothing, name=name) for name in _OF_THE_MENU),
    path("in/", _nothing, name="account_login"),
    path("out/", _nothing, name="account_logout"),
    path("", include("linli.engines.notices.urls")),
]


def frame(template: str, actor: Actor, **cookies: str) -> str:
    request = RequestFactory().get("/desk/", {"q": "lamp"})
    request.COOKIES.update(cookies)
    values = {
        "house": SimpleNamespace(name="Shounan", events_url="/events"),
        "places": [],
        "actor": actor,
        "elder": cookies.get("elder") == "1",
        "messages": [],
        "request": request,
        "csrf_token": "t0ken",
    }
    with translation.override("en"):
        return Template(f"{{% extends '{template}' %}}").render(Context(values))


def duty_officer() -> Actor:
    seat = Seat(uuid7(), "duty", "Duty desk of Shounan", "330212", None)
    return Actor(kind="person", account_id=uuid7(), name="Wen", seats=(seat,))


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("template", ["base.html", "base_resident.html", "base_desk.html"])
def test_a_frame_keeps_to_the_policy_of_the_page(template: str) -> None:
    html = frame(template, duty_officer())
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\s(style|on\w+)=", html)
    assert "<style" not in html
    assert not re.search(r"(src|href|action)=[\"'](https?:)?//", html)
    assert 'href="#main"' in html
    assert 'id="main"' in html


@pytest.mark.urls(__name__)
def test_the_desk_names_the_post_that_is_held_and_keeps_the_search() -> None:
    html = frame("base_desk.html", duty_officer())
    assert "Duty desk of Shounan" in html
    assert 'value="lamp"' in html
    assert 'data-events-url="/events"' in html


@pytest.mark.urls(__name__)
def test_whoever_is_not_signed_in_is_offered_to() -> None:
    html = frame("base_desk.html", RESIDENT)
    assert 'href="/in/"' in html
    assert "Sign out" not in html


@pytest.mark.urls(__name__)
def test_the_resident_s_page_names_the_emergency_numbers() -> None:
    html = frame("base_resident.html", RESIDENT)
    for number in ("110", "119", "120"):
        assert f'href="tel:{number}"' in html


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("cookies", "state"),
    [
        ({}, 'data-bs-theme="light">'),
        ({"theme": "dark"}, 'data-bs-theme="dark">'),
        ({"elder": "1"}, 'data-bs-theme="light" class="elder">'),
        ({"theme": '"><script>', "elder": "x"}, 'data-bs-theme="light">'),
    ],
)
def test_the_look_is_the_reader_s_own(cookies: dict[str, str], state: str) -> None:
    assert state in frame("base_resident.html", RESIDENT, **cookies)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("name", ["400", "403", "404", "413", "429", "csrf"])
def test_an_error_page_says_what_to_do(name: str) -> None:
    html = frame(f"errors/{name}.html", RESIDENT)
    assert re.search(r"<h1>\s*\w", html)
    assert re.search(r'<a\s+class="btn btn-primary"\s+href="/"', html)


@pytest.mark.parametrize("name", ["500", "503", "offline"])
def test_the_last_pages_need_nothing_that_could_be_broken(name: str) -> None:
    source = (OURS / f"errors/{name}.html").read_text()
    assert "{%" not in source
    assert "{{" not in source
    assert render_to_string(f"errors/{name}.html").count("lang=") == 2


# --- the look ---------------------------------------------------------------------------------


def choose(values: dict[str, str], came_from: str = "") -> HttpResponse:
    request = RequestFactory().post("/look/", values, HTTP_REFERER=came_from)
    response = set_look(request)  # type: ignore[arg-type] # the middleware adds nothing it needs
    assert isinstance(response, HttpResponse)
    return response


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_a_choice_of_look_is_kept_and_leads_back() -> None:
    answer = choose({"elder": "1"}, "http://testserver/report/?class=lamp")
    assert answer.cookies["elder"].value == "1"
    assert answer["Location"] == "/report/?class=lamp"


@override_settings(ALLOWED_HOSTS=["testserver"])
@pytest.mark.parametrize("came_from", ["", "https://elsewhere.example/", "//elsewhere.example"])
def test_a_choice_of_look_never_leads_elsewhere(came_from: str) -> None:
    assert choose({"theme": "dark"}, came_from)["Location"] == "/"


def test_an_unknown_look_is_not_kept() -> None:
    assert not choose({"theme": "<b>", "elder": "2", "admin": "1"}).cookies


def test_a_look_is_only_changed_by_a_form() -> None:
    read = RequestFactory().get("/look/")
    assert set_look(read).status_code == 405  # type: ignore[arg-type]


# --- what is built ----------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_carries_no_code_and_no_styles_of_its_own(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"\s(style|on[a-z]+)=[\"']", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style", source)


def test_the_styles_load_nothing_from_elsewhere() -> None:
    styles = finders.find("dist/linli.css")
    if not isinstance(styles, str):
        pytest.skip("the islands are not built; make demo and make test build them")
    addresses = re.findall(r"url\(\s*[\"']?([^)\"']+)", Path(styles).read_text())
    assert addresses
    assert all(address.startswith(("data:", "#", "%23")) for address in addresses)
