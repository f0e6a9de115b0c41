"""The pack edited through its pages: fill in, look at the difference, say why, put in force."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from linli.domains.matters.models import MatterClass
from linli.ground.accounts.models import RoleGrant
from linli.ground.accounts.testing import make_holder
from linli.ground.territory.testing import Town, make_town
from linli.outer.packs import queries
from linli.outer.packs.models import Installed

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db
PACK = "/desk/administration/pack/"


@pytest.fixture(autouse=True)
def _second_factor_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-in has tests of its own; here everybody has passed it."""
    monkeypatch.setattr("linli.web.middleware.is_mfa_enabled", lambda _account: True)


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def desk(town: Town) -> Client:
    return browser_of("system_administrator", town)


def browser_of(role: str, town: Town) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(make_holder(role, town.city))
    return client


def text(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def typed(answer: Answer, **changed: object) -> dict[str, object]:
    """What a browser would send of the forms on this page."""
    values: dict[str, object] = {}
    for form in (answer.context["form"], answer.context.get("save")):
        for bound in form or ():
            value = bound.value()
            if hasattr(bound.field.widget, "widgets_names"):
                is_list = isinstance(value, list)
                parts = value if is_list else bound.field.widget.decompress(value)
                for name, part in zip(("number", "unit"), parts, strict=True):
                    values[f"{bound.html_name}_{name}"] = "" if part is None else part
            elif value not in (None, "", False):
                values[bound.html_name] = value
    return values | changed


def confirmed(desk: Client, address: str, **changed: object) -> Answer:
    """Filled in, looked at, confirmed."""
    looked = desk.post(address, typed(desk.get(address), **changed))
    assert looked.status_code == 200, text(looked)
    assert "Nothing has been changed yet" in text(looked)
    return desk.post(address, typed(looked, reason="街道会议", ground="会议纪要", confirm="1"))


def test_a_class_gets_another_limit_and_title(desk: Client) -> None:
    address = f"{PACK}classes/01-01/"

    done = confirmed(desk, address, limit_number="1", title_en="Cover gone")

    assert done.status_code == 302, text(done)
    now = MatterClass.objects.get(code="01-01", current=True)
    assert (now.limit, now.title_en) == ("1 urgent_hour", "Cover gone")
    edition = queries.in_force()
    assert (edition.reason, edition.basis) == ("街道会议", "会议纪要")
    assert now.basis == "市容环境事件立案、处置、结案通行时限"
    assert edition.post is not None
    assert "街道会议" in text(desk.get(f"{PACK}editions/"))
    shown = text(desk.get(f"{PACK}editions/{edition.number}/"))
    assert "“2 urgent_hours” -&gt; “1 urgent_hour”" in shown


def test_looking_at_a_difference_changes_nothing(desk: Client) -> None:
    address = f"{PACK}classes/01-01/"
    before = queries.in_force()

    looked = desk.post(address, typed(desk.get(address), limit_number="1"))

    assert "limit: “2 urgent_hours” -&gt; “1 urgent_hour”" in text(looked)
    assert queries.in_force() == before


def test_a_slip_stands_beside_its_field_with_file_key_found_and_expected(
    desk: Client,
) -> None:
    address = f"{PACK}classes/01-02/"

    refused = desk.post(
        address, typed(desk.get(address), target_number="4", target_unit="work_day")
    )

    assert refused.status_code == 422
    (error,) = refused.context["form"].errors["target"]
    assert "base/matters/municipal.toml: classes[01-02].target" in error
    assert "found" in error
    assert 'value="4"' in refused.content.decode()  # what was typed is kept


def test_confirming_without_a_reason_or_another_difference_is_refused(desk: Client) -> None:
    address = f"{PACK}classes/01-01/"
    looked = desk.post(address, typed(desk.get(address), limit_number="1"))

    no_reason = desk.post(address, typed(looked, confirm="1"))
    other = desk.post(address, typed(looked, limit_number="9", reason="x", confirm="1"))

    assert no_reason.status_code == other.status_code == 422
    assert "reason" in no_reason.context["save"].errors
    assert "another one now" in text(other)
    assert Installed.objects.count() == 1


def test_a_filing_condition_is_added_and_one_emptied_is_gone(desk: Client) -> None:
    confirmed(
        desk,
        f"{PACK}classes/01-04/",
        condition_0_zh="",
        condition_0_en="",
        condition_2_zh="整条街不亮",
    )

    now = MatterClass.objects.get(code="01-04", current=True)
    assert [each["title"]["zh"] for each in now.conditions][-1] == "整条街不亮"
    assert now.conditions[0]["key"] != "one_out"


def test_words_of_a_state_change_in_one_line_of_its_file(desk: Client) -> None:
    confirmed(desk, f"{PACK}workflows/matter/reported/", resident_zh="收到了，正在核实。")

    (label,) = queries.in_force().overlay
    before = queries.in_force().release.files[label].splitlines()
    after = queries.texts_of(queries.in_force())[label].splitlines()
    assert label == "jiamusi/workflows/matter.toml"
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_a_moved_limit_shows_the_examples_it_moves_and_takes_them_along(
    desk: Client,
) -> None:
    address = f"{PACK}workflows/matter/filed/"
    looked = desk.post(address, typed(desk.get(address), limit_number="4"))
    assert "come out at another time" in text(looked)

    again = desk.post(address, typed(looked, limit_number="4", adapt_examples="on"))
    done = desk.post(
        address, typed(again, limit_number="4", adapt_examples="on", reason="延长", confirm="1")
    )

    assert done.status_code == 302, text(done)
    assert any("/cases/" in label for label in queries.in_force().overlay)


def test_a_question_is_reworded_and_a_bad_option_is_named(desk: Client) -> None:
    address = f"{PACK}forms/street_lamp/how_many/"

    confirmed(desk, address, title_zh="几盏灯不亮？")
    bad = desk.post(address, typed(desk.get(address), options="nothing but a name"))

    assert "几盏灯不亮" in text(desk.get(f"{PACK}forms/street_lamp/")) or (
        "几盏灯不亮" in queries.texts_of(queries.in_force())["base/forms/street_lamp.toml"]
    )
    assert "expected name | Chinese | English" in text(bad)


def test_a_role_gets_and_loses_a_permission_from_the_security_administrator_alone(
    town: Town, desk: Client
) -> None:
    address = f"{PACK}roles/grid_leader/"

    wanted = ["matters.view", "matters.press", "territory.view"]

    assert desk.post(address, typed(desk.get(address), area=wanted)).status_code == 403
    confirmed(browser_of("security_administrator", town), address, area=wanted)

    now = RoleGrant.objects.filter(role__key="grid_leader").values_list("permission", flat=True)
    assert set(now) == {"matters.view", "matters.press", "territory.view"}


def test_a_file_is_edited_as_text_and_its_line_named_when_it_cannot_be_read(
    desk: Client,
) -> None:
    address = f"{PACK}files/base/forms/street_lamp.toml"
    whole = queries.texts_of(queries.in_force())["base/forms/street_lamp.toml"]

    broken = desk.post(address, {"text": 'title = "open\n' + whole})
    done = confirmed(desk, address, text="# A remark\n" + whole)

    assert "line 1" in broken.context["form"].errors["text"][0]
    assert done.status_code == 302
    assert "# A remark" in desk.get(f"{address}?as=file").content.decode()


def test_a_new_example_is_begun_by_its_name_and_an_unknown_place_is_not_found(
    desk: Client,
) -> None:
    begun = desk.post(f"{PACK}files/", {"folder": "cases", "name": "my_own"})

    assert begun["Location"] == f"{PACK}files/jiamusi/cases/my_own.toml"
    assert desk.get(begun["Location"]).status_code == 200
    assert desk.get(f"{PACK}files/jiamusi/secrets/a.toml").status_code == 404
    assert desk.get(f"{PACK}files/../../etc/passwd").status_code == 404


def test_a_file_taken_out_comes_back_with_the_earlier_edition(desk: Client) -> None:
    label = "jiamusi/cases/second_look.toml"
    address, first = f"{PACK}files/{label}", queries.in_force()

    looked = desk.post(address, typed(desk.get(address), take_out="1"))
    done = desk.post(address, typed(looked, take_out="1", reason="不再需要", confirm="1"))
    gone = dict(queries.texts_of(queries.in_force()))
    back_to = f"{PACK}editions/{first.number}/"
    back = desk.post(back_to, typed(desk.get(back_to), reason="还要"))

    assert (done.status_code, back.status_code) == (302, 302), text(done)
    assert label not in gone
    assert label in queries.texts_of(queries.in_force())
    assert queries.in_force().overlay == {}


def test_what_was_edited_comes_out_as_toml(desk: Client) -> None:
    confirmed(desk, f"{PACK}classes/01-01/", limit_number="1")

    sent = desk.get(f"{PACK}editions/{queries.in_force().number}/export/")

    archive = zipfile.ZipFile(io.BytesIO(sent.content))
    assert archive.namelist() == ["base/matters/municipal.toml"]
    assert 'limit = "1 urgent_hour"' in archive.read(archive.namelist()[0]).decode()


def test_other_roles_find_no_pack_at_all(town: Town, desk: Client) -> None:
    other = browser_of("street_hub", town)

    for address in ("", "classes/", "classes/01-01/", "roles/", "files/", "editions/"):
        assert desk.get(PACK + address).status_code == 200
        assert other.get(PACK + address).status_code == 404
        assert other.post(PACK + address).status_code in {404, 405}


def test_whoever_may_only_read_sees_no_button_and_cannot_post(town: Town, desk: Client) -> None:
    RoleGrant.objects.filter(
        role__key="system_administrator", permission="packs.manage"
    ).delete()
    address = f"{PACK}classes/01-01/"

    page = desk.get(address)
    sent = desk.post(address, {"limit_number": "1", "limit_unit": "urgent_hour"})

    assert "do not include changing this" in text(page)
    assert "Look at the difference" not in text(page)
    assert sent.status_code == 403
    assert Installed.objects.count() == 1


@pytest.mark.parametrize("more", [1, 3])
def test_the_history_costs_the_same_however_long_it_is(
    more: int, desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = queries.in_force()
    for number in range(more):
        Installed.objects.create(
            number=first.number + 1 + number,
            release=first.release,
            name="jiamusi",
            version="1.0.0",
            digest=b"x",
            body={},
            actor_kind="clock",
            installed_at=first.installed_at,
        )
    with django_assert_num_queries(1):
        rows = list(queries.editions())

    assert len(rows) == more + 1
