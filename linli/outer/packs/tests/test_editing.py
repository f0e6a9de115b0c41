"""Edits made in the product: laid over the release, gated, kept, taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from linli.domains.matters.models import MatterClass
from linli.engines.workflow.models import Definition
from linli.ground.accounts.models import RoleGrant
from linli.ground.audit.models import Entry
from linli.ground.audit.services import RequestIdReused
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import Forbidden
from linli.kernel.ids import uuid7
from linli.outer.packs import queries
from linli.outer.packs.models import Installed
from linli.outer.packs.rules.faults import PackRefused
from linli.outer.packs.services import (
    ChangedMeanwhile,
    Edit,
    NothingChanged,
    edit_pack,
    return_to,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
MUNICIPAL = "base/matters/municipal.toml"
LOOP = "jiamusi/workflows/matter.toml"
POSTS = "jiamusi/posts.toml"
SECTION = re.compile(r"(?<=\[roles\.street_hub\]).*?(?=\n\[)", re.DOTALL)


def editor(*permissions: str) -> Actor:
    post = uuid7()
    grants = tuple(Grant(one, "area", "2308", post) for one in permissions)
    return Actor("person", account_id=uuid7(), name="编辑", grants=grants)


@pytest.fixture(autouse=True)
def first() -> Installed:
    """The tests' house has the pack in force already."""
    return queries.in_force()


def text(label: str) -> str:
    return queries.texts_of(queries.in_force())[label]


def an_edit(
    label: str, old: str, new: str, *, request_id: UUID | None = None, adapt: bool = False
) -> Edit:
    assert old in text(label)
    return Edit(
        request_id or uuid7(),
        queries.in_force().id,
        {label: text(label).replace(old, new, 1)},
        "街道会议决定",
        "佳街发〔2026〕3号",
        adapt,
    )


SHORTER = (MUNICIPAL, '"2 urgent_hours"', '"1 urgent_hour"')


def test_an_edit_is_the_next_edition_and_holds_for_new_matters_only(first: Installed) -> None:
    by = editor("packs.manage")
    before = MatterClass.objects.get(code="01-01", current=True)

    edition = edit_pack(an_edit(*SHORTER), by=by, at=NOON)

    assert edition.number == first.number + 1
    assert (edition.reason, edition.basis) == ("街道会议决定", "佳街发〔2026〕3号")
    assert edition.actor_key == by.account_id
    assert list(edition.overlay) == [MUNICIPAL]
    assert edition.release == first.release
    assert first.release.files[MUNICIPAL].count('"1 urgent_hour"') == 0
    assert MatterClass.objects.get(code="01-01", current=True).limit == "1 urgent_hour"
    assert MatterClass.objects.get(id=before.id).limit == "2 urgent_hours"
    entry = Entry.objects.get(ref_id=edition.id)
    assert (entry.verb, entry.fields) == ("packs.install", [MUNICIPAL])


def test_an_edit_the_gates_refuse_changes_nothing(first: Installed) -> None:
    broken = an_edit(LOOP, 'phase = "triage"', 'phase = "triaged"')

    with pytest.raises(PackRefused, match=r"states\.filed\.phase"):
        edit_pack(broken, by=editor("packs.manage"), at=NOON)

    assert queries.installed() == first
    assert not Entry.objects.filter(ref_id=broken.request_id).exists()


@pytest.mark.parametrize(
    ("permissions", "label"),
    [
        (["packs.view"], MUNICIPAL),
        (["packs.manage"], POSTS),
        (["packs.manage"], "base/calendar.toml"),
        (["packs.manage_roles", "calendar.manage"], MUNICIPAL),
    ],
)
def test_rights_calendar_and_the_rest_are_three_trusts(
    permissions: list[str], label: str, first: Installed
) -> None:
    edit = Edit(uuid7(), first.id, {label: text(label) + "# x\n"}, "试")

    with pytest.raises(Forbidden):
        edit_pack(edit, by=editor(*permissions), at=NOON)

    assert queries.installed() == first


def test_sent_twice_it_is_one_edition() -> None:
    by, edit = editor("packs.manage"), an_edit(*SHORTER)

    once = edit_pack(edit, by=by, at=NOON)
    again = edit_pack(edit, by=by, at=NOON + timedelta(minutes=1))

    assert once == again
    assert Installed.objects.count() == 2
    with pytest.raises(RequestIdReused):
        edit_pack(edit, by=editor("packs.manage"), at=NOON)


def test_on_top_of_an_edition_one_has_not_seen_nothing_is_put() -> None:
    by = editor("packs.manage")
    late = an_edit(LOOP, 'zh = "待受理"', 'zh = "等待受理"')
    edit_pack(an_edit(*SHORTER), by=by, at=NOON)

    with pytest.raises(ChangedMeanwhile):
        edit_pack(late, by=by, at=NOON)

    assert "等待受理" not in text(LOOP)


def test_what_says_the_same_is_no_edit(first: Installed) -> None:
    edit = Edit(uuid7(), first.id, {LOOP: text(LOOP)}, "试")

    with pytest.raises(NothingChanged):
        edit_pack(edit, by=editor("packs.manage"), at=NOON)


@pytest.mark.parametrize(
    ("label", "old", "new", "key"),
    [
        ("jiamusi/pack.toml", '"1.0.0"', '"9.9.9"', "version"),
        ("jiamusi/pack.toml", 'extends = "base"\n', "", "extends"),
    ],
)
def test_name_and_version_stay_their_makers(label: str, old: str, new: str, key: str) -> None:
    with pytest.raises(PackRefused, match=key):
        edit_pack(an_edit(label, old, new), by=editor("packs.manage"), at=NOON)


@pytest.mark.parametrize(
    "label", ["../etc/passwd", "harbin/matters/a.toml", "jiamusi/x/y.toml"]
)
def test_a_file_that_has_no_place_in_the_pack_is_refused(label: str, first: Installed) -> None:
    edit = Edit(uuid7(), first.id, {label: "a = 1\n"}, "试")

    with pytest.raises(PackRefused):
        edit_pack(edit, by=editor("packs.manage"), at=NOON)


def test_a_moved_limit_is_refused_by_its_examples_until_they_are_confirmed_with_it() -> None:
    by = editor("packs.manage")
    longer = (LOOP, 'limit = "2 work_hours"', 'limit = "4 work_hours"')

    with pytest.raises(PackRefused, match=r"eight_steps.*due"):
        edit_pack(an_edit(*longer), by=by, at=NOON)
    edition = edit_pack(an_edit(*longer, adapt=True), by=by, at=NOON)

    assert LOOP in edition.overlay
    assert any(label.startswith("jiamusi/cases/") for label in edition.overlay)


def test_returning_is_an_edition_of_its_own_and_restores_every_word(first: Installed) -> None:
    by = editor("packs.manage")
    edited = edit_pack(an_edit(*SHORTER), by=by, at=NOON)

    back = return_to(
        first.number, reason="撤回", seen=edited.id, request_id=uuid7(), by=by, at=NOON
    )

    assert back.number == edited.number + 1
    assert back.overlay == {}
    assert bytes(back.digest) == bytes(first.digest)
    assert MatterClass.objects.get(code="01-01", current=True).limit == "2 urgent_hours"
    assert Definition.objects.filter(name="matter", current=True).count() == 1


def test_what_a_role_may_do_follows_the_edit() -> None:
    less = SECTION.search(text(POSTS))
    assert less is not None
    edit = an_edit(POSTS, less[0], less[0].replace('  "matters.view_archive",\n', ""))

    edit_pack(edit, by=editor("packs.manage_roles"), at=NOON)

    assert not RoleGrant.objects.filter(
        role__key="street_hub", permission="matters.view_archive"
    )
    assert RoleGrant.objects.filter(role__key="street_hub", permission="matters.view").exists()
