from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from linli.domains.matters.models import MatterClass
from linli.engines.workflow.models import Definition
from linli.ground.accounts.models import RoleGrant
from linli.ground.audit.models import Entry
from linli.ground.privacy.models import Kept
from linli.kernel.actor import CLOCK
from linli.outer.packs import queries
from linli.outer.packs.models import Installed
from linli.outer.packs.services import AnotherCity, install_pack
from linli.outer.packs.spec import Pack
from linli.outer.packs.testing import check, copy_packs, forget_installed, replace_in

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_is_installed(db: None) -> None:
    """The tests' house has the pack in force already; these tests begin before that."""
    forget_installed()


def real_pack() -> Pack:
    return check(queries.PACKS / "jiamusi").passed()


def test_installing_puts_every_part_in_force_and_leaves_one_trace() -> None:
    installed = install_pack(real_pack(), by=CLOCK, at=NOON)

    assert queries.installed() == installed
    assert MatterClass.objects.filter(current=True, personal="").count() == 119
    assert MatterClass.objects.get(code="01-03", current=True).form is not None
    assert Definition.objects.filter(name="matter", current=True).count() == 1
    given = RoleGrant.objects.filter(role__key="system_administrator", scope="area")
    assert given.filter(permission="territory.publish").exists()
    assert Kept.objects.get(term="matter_content").keep == "3 years"
    entries = Entry.objects.filter(ref_kind="pack", ref_id=installed.id)
    assert [entry.verb for entry in entries] == ["packs.install"]
    assert queries.lead_titles()["sanitation"].zh == "环卫"


def test_installing_the_same_again_changes_nothing() -> None:
    first = install_pack(real_pack(), by=CLOCK, at=NOON)

    again = install_pack(real_pack(), by=CLOCK, at=NOON + timedelta(days=1))

    assert again == first
    assert Installed.objects.count() == 1
    assert Entry.objects.filter(ref_kind="pack", ref_id=first.id).count() == 1
    assert queries.plan(real_pack(), today=NOON.date()).changes == ()


def test_the_plan_names_what_an_edited_pack_would_change(tmp_path: Path) -> None:
    install_pack(real_pack(), by=CLOCK, at=NOON)
    folder = copy_packs(tmp_path)
    replace_in(folder, "jiamusi/pack.toml", '"1.0.0"', '"1.1.0"')
    replace_in(folder, "base/matters/municipal.toml", '"2 urgent_hours"', '"1 urgent_hour"')
    replace_in(folder, "jiamusi/posts.toml", "[roles.auditor]", "[roles.inspector]")

    planned = queries.plan(check(folder).passed(), today=NOON.date())

    assert [(change.kind, change.what) for change in planned.changes] == [
        ("changed", "about.version"),
        ("changed", "classes.01-01"),
        ("removed", "roles.auditor"),
        ("added", "roles.inspector"),
    ]
    assert planned.changes[1].details == ("limit: “2 urgent_hours” -> “1 urgent_hour”",)
    assert not planned.says_new_things_under_an_old_version


def test_running_work_keeps_its_version_and_new_work_begins_with_the_new_one(
    tmp_path: Path,
) -> None:
    install_pack(real_pack(), by=CLOCK, at=NOON)
    before = Definition.objects.get(name="matter", current=True)
    folder = copy_packs(tmp_path)
    for case in (folder / "cases").glob("*.toml"):
        case.unlink()
    replace_in(folder, "jiamusi/workflows/matter.toml", '"4 work_hours"', '"2 work_hours"')
    changed = check(folder).passed()

    assert queries.plan(changed, today=NOON.date()).says_new_things_under_an_old_version
    install_pack(changed, by=CLOCK, at=NOON + timedelta(days=1))

    now = Definition.objects.get(name="matter", current=True)
    assert now != before
    assert Definition.objects.get(id=before.id).body == before.body
    assert now.body["states"]["reported"]["limit"] == "2 work_hours"


def test_another_city_cannot_take_the_place_of_the_installed_one(tmp_path: Path) -> None:
    install_pack(real_pack(), by=CLOCK, at=NOON)
    folder = copy_packs(tmp_path).rename(tmp_path / "harbin")
    replace_in(folder, "harbin/pack.toml", 'name = "jiamusi"', 'name = "harbin"')
    other = check(folder).passed()

    with pytest.raises(AnotherCity, match="jiamusi"):
        install_pack(other, by=CLOCK, at=NOON)

    assert Installed.objects.count() == 1


def test_an_installation_that_fails_halfway_leaves_nothing() -> None:
    pack = real_pack()
    too_long = pack.matters.classes[0].model_copy(update={"code": "01-01-too-long"})
    broken = pack.matters.model_copy(update={"classes": (*pack.matters.classes, too_long)})

    with pytest.raises(Exception, match="too long"):
        install_pack(_with_matters(pack, broken), by=CLOCK, at=NOON)

    assert not Installed.objects.exists()
    assert not Definition.objects.exists()
    assert not MatterClass.objects.exists()


def _with_matters(pack: Pack, matters: object) -> Pack:
    from dataclasses import replace

    return replace(pack, matters=matters)  # type: ignore[arg-type]
