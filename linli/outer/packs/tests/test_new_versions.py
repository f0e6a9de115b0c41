"""A new version under what was edited here: one side's change is taken, both sides' is decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from linli.domains.matters.models import MatterClass
from linli.kernel.actor import CLOCK
from linli.outer.packs import queries
from linli.outer.packs.models import Installed
from linli.outer.packs.rules.threeway import Choices, ThreeWay
from linli.outer.packs.services import Undecided, edit_pack, install_pack
from linli.outer.packs.spec import Pack
from linli.outer.packs.testing import TODAY
from linli.outer.packs.tests.test_editing import MUNICIPAL, an_edit, editor

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
LIMIT = f"{MUNICIPAL}: classes[01-01].limit"


def three(
    was: object, ours: object, theirs: object, **choices: str
) -> tuple[object, list[str]]:
    decided: Choices = choices  # type: ignore[assignment]
    side = ThreeWay("f", decided)
    merged = side.merge({"k": was}, {"k": ours}, {"k": theirs})
    assert merged is not None
    return merged.get("k"), [conflict.name for conflict in side.conflicts]


@pytest.mark.parametrize(
    ("was", "ours", "theirs", "merged"),
    [
        (1, 1, 2, 2),
        (1, 2, 1, 2),
        (1, 2, 2, 2),
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}),
        ({"a": 1}, {"a": 1, "o": 1}, {"a": 1, "t": 1}, {"a": 1, "t": 1, "o": 1}),
        ({"a": 1, "b": 1}, {"b": 1}, {"a": 1, "b": 2}, {"b": 2}),
        (
            [{"code": "1", "x": 1}, {"code": "2", "x": 1}],
            [{"code": "1", "x": 2}, {"code": "9", "x": 9}, {"code": "2", "x": 1}],
            [{"code": "1", "x": 1}, {"code": "2", "x": 3}],
            [{"code": "1", "x": 2}, {"code": "9", "x": 9}, {"code": "2", "x": 3}],
        ),
    ],
)
def test_what_one_side_changed_is_taken(
    was: object, ours: object, theirs: object, merged: object
) -> None:
    assert three(was, ours, theirs) == (merged, [])


def test_both_may_add_to_days_and_permissions() -> None:
    side = ThreeWay("f", {})

    merged = side.merge({"area": ["a", "b"]}, {"area": ["a", "b", "o"]}, {"area": ["b", "t"]})

    assert merged == {"area": ["b", "t", "o"]}
    assert side.conflicts == []


@pytest.mark.parametrize(("choice", "stands"), [("keep", 2), ("take", 3)])
def test_what_both_changed_is_named_and_decided(choice: str, stands: int) -> None:
    assert three(1, 2, 3) == (3, ["f: k"])
    assert three(1, 2, 3, **{"f: k": choice}) == (stands, ["f: k"])
    assert three(1, 2, 3, all=choice)[0] == stands


def test_what_we_changed_and_they_took_out_is_decided_whole() -> None:
    item = {"code": "1", "x": 1, "y": 1}

    merged, conflicts = three([item], [{**item, "x": 2}], [{"code": "2", "x": 1}])

    assert conflicts == ["f: k[1]"]
    assert merged == [{"code": "2", "x": 1}]


def next_version(old: str, new: str) -> Pack:
    texts = dict(queries.in_force().release.files)
    assert old in texts[MUNICIPAL]
    texts[MUNICIPAL] = "# of the makers\n" + texts[MUNICIPAL].replace(old, new, 1)
    about = texts["jiamusi/pack.toml"].replace('"1.0.0"', '"1.1.0"')
    texts["jiamusi/pack.toml"] = about
    from linli.outer.packs.queries.check import check_texts

    return check_texts("jiamusi", texts, today=TODAY).passed()


@pytest.fixture
def edited(db: None) -> Installed:
    edit = an_edit(MUNICIPAL, '"2 urgent_hours"', '"1 urgent_hour"')
    return edit_pack(edit, by=editor("packs.manage"), at=NOON)


def test_an_edit_stays_laid_over_the_new_version(edited: Installed) -> None:
    pack = next_version('"Manhole cover damaged, rattling or loose"', '"Cover damaged"')

    edition = install_pack(pack, by=CLOCK, at=NOON + timedelta(days=1))

    assert (edition.version, list(edition.overlay)) == ("1.1.0", [MUNICIPAL])
    assert MatterClass.objects.get(code="01-01", current=True).limit == "1 urgent_hour"
    assert MatterClass.objects.get(code="01-02", current=True).title_en == "Cover damaged"
    assert queries.texts_of(edition)[MUNICIPAL].startswith("# of the makers")


def test_the_same_change_on_both_sides_is_no_longer_an_edit(edited: Installed) -> None:
    pack = next_version('"2 urgent_hours"', '"1 urgent_hour"')

    assert install_pack(pack, by=CLOCK, at=NOON).overlay == {}


def test_a_conflict_stops_the_installation_until_it_is_decided(edited: Installed) -> None:
    pack = next_version('"2 urgent_hours"', '"3 urgent_hours"')
    planned = queries.plan(pack, today=TODAY)

    (conflict,) = planned.undecided
    assert (conflict.name, conflict.was, conflict.ours, conflict.theirs) == (
        LIMIT,
        "“2 urgent_hours”",
        "“1 urgent_hour”",
        "“3 urgent_hours”",
    )
    with pytest.raises(Undecided, match=r"classes\[01-01\]\.limit"):
        install_pack(pack, by=CLOCK, at=NOON)
    assert queries.installed() == edited

    kept = install_pack(pack, by=CLOCK, at=NOON, choices={LIMIT: "keep"})
    assert kept.body["matters"]["classes"][0]["limit"] == "1 urgent_hour"
    assert MUNICIPAL in kept.overlay


def test_what_is_taken_from_the_new_version_is_still_in_the_history(edited: Installed) -> None:
    pack = next_version('"2 urgent_hours"', '"3 urgent_hours"')

    taken = install_pack(pack, by=CLOCK, at=NOON, choices={"all": "take"})

    assert taken.body["matters"]["classes"][0]["limit"] == "3 urgent_hours"
    assert taken.overlay == {}
    assert '"1 urgent_hour"' in queries.texts_of(queries.get_edition(edited.number))[MUNICIPAL]
