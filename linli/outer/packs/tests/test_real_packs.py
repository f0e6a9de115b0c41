from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.engines.workflow.rules.clocks import Limit, read_limit
from linli.outer.packs import queries
from linli.outer.packs.commands import DIAGRAMS, SCHEMAS
from linli.outer.packs.spec import Pack
from linli.outer.packs.testing import check

SAMPLE_DATA = Path(os.environ.get("SAMPLE_DATA", "../shared/data"))
EIGHT = ["受理", "分类转办", "跟踪问效", "督促落实", "反馈", "评价", "公示", "归档销号"]
# Two stages are written in the list; the pack keeps the first, whose owner the matter has.
TOLD_APART = {"22-08"}


@pytest.fixture(scope="module")
def jiamusi() -> Pack:
    return check(queries.PACKS / "jiamusi").passed()


def test_jiamusi_passes_the_three_gates_without_a_remark() -> None:
    report = check(queries.PACKS / "jiamusi")

    assert [(gate.name, gate.asked) for gate in report.gates] == [
        ("shape", True),
        ("sense", True),
        ("cases", True),
    ]
    assert [str(w) for gate in report.gates for w in (*gate.faults, *gate.warnings)] == []


def test_the_base_has_the_right_shape_and_cannot_be_installed_by_itself() -> None:
    report = check(queries.PACKS / "base")

    assert report.faults == ()
    assert report.pack is None


def test_the_loop_has_the_eight_steps_and_a_move_fills_each(jiamusi: Pack) -> None:
    workflow = jiamusi.workflows["matter"]

    assert [step.title.zh for step in workflow.steps] == EIGHT
    filled = {move.step for _state, move in workflow.moves() if move.step}
    assert filled == set(range(1, 9))


def test_who_handled_it_neither_passes_nor_fails_it(jiamusi: Pack) -> None:
    workflow = jiamusi.workflows["matter"]
    checking = [
        move
        for state in workflow.states.values()
        if state.phase == "check"
        for move in state.moves
    ]

    assert checking
    assert all(move.another_than_handler for move in checking)


THREE = ("system_administrator", "security_administrator", "audit_administrator")


def test_three_administrators_are_kept_apart_and_read_no_matter(jiamusi: Pack) -> None:
    roles = jiamusi.posts.roles
    held = {key: {*roles[key].area, *roles[key].assigned, *roles[key].own} for key in THREE}

    assert {key for key, role in roles.items() if role.separate} == set(THREE)
    assert all(roles[key].second_factor for key in THREE)
    assert not any(p.startswith("matters.") for key in THREE for p in held[key])
    # Whoever seats people neither reads the trail nor changes the rules, and the other way round.
    writes = {"accounts.manage", "territory.import", "territory.publish", "people.manage"}
    assert held["security_administrator"] & writes == {"accounts.manage", "people.manage"}
    assert not held["audit_administrator"] & writes
    assert "accounts.manage" not in held["system_administrator"]


def test_a_department_sees_only_what_is_assigned_to_it(jiamusi: Pack) -> None:
    desk = jiamusi.posts.roles["department_desk"]

    assert desk.unit
    assert not [p for p in desk.area if p.startswith("matters.")]


def test_hub_households_are_seen_by_party_posts_alone(jiamusi: Pack) -> None:
    seeing = {k for k, role in jiamusi.posts.roles.items() if "people.view_hubs" in role.area}

    assert seeing == {"grid_leader", "party_secretary"}


@pytest.mark.skipif(not SAMPLE_DATA.is_dir(), reason="the sample data are not on this machine")
def test_the_119_classes_keep_the_list_they_came_from(jiamusi: Pack) -> None:
    with (SAMPLE_DATA / "matter_classes.csv").open(encoding="utf-8") as file:
        rows = {row["ref"]: row for row in csv.DictReader(file)}

    listed = [each for each in jiamusi.matters.classes if not each.personal]
    assert [each.code for each in listed] == sorted(rows)
    for each in listed:
        row = rows[each.code]
        assert each.title.zh == row["minor"].replace("(", "（").replace(")", "）")
        assert (each.major.zh, str(each.severity)) == (row["major"], row["severity"])
        if each.code not in TOLD_APART:
            assert Limit.parse(each.limit) == read_limit(row["limit"])[0], each.code


def test_every_class_has_a_filing_condition_and_six_ask_more(jiamusi: Pack) -> None:
    assert all(each.conditions for each in jiamusi.matters.classes)
    assert len({each.form for each in jiamusi.matters.classes if each.form}) >= 6


@pytest.mark.parametrize(
    ("code", "number"),
    [("22-03", "119"), ("24-01", "110"), ("28-02", "120"), ("23-07", "122"), ("30-01", "119")],
)
def test_danger_is_told_whom_to_call(code: str, number: str, jiamusi: Pack) -> None:
    each = next(each for each in jiamusi.matters.classes if each.code == code)

    assert each.stop_notice is not None
    assert number in each.stop_notice.zh
    assert number in each.stop_notice.en


def test_only_ordinary_matters_are_settled_on_the_spot(jiamusi: Pack) -> None:
    spot = [each for each in jiamusi.matters.classes if each.on_the_spot]

    assert len(spot) >= 8
    assert all(each.severity >= 3 for each in spot)


def test_everything_people_read_is_there_in_both_languages(jiamusi: Pack) -> None:
    assert [place for place, text in _texts(jiamusi.body(), "") if not text["en"]] == []


def test_the_generated_schemas_and_pictures_are_fresh(jiamusi: Pack) -> None:
    page = {"jiamusi.md": queries.diagrams_of(jiamusi)}

    assert queries.differing(SCHEMAS, queries.schemas()) == []
    assert queries.differing(DIAGRAMS, page) == []


def test_a_schema_knows_every_key_the_packs_write() -> None:
    workflow = queries.schemas()["workflow.json"]

    assert all(f'"{key}"' in workflow for key in ("resident_limit", "another_than_handler"))


def _texts(value: object, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, dict):
        if value.keys() == {"zh", "en"}:
            yield place, value
            return
        for key, inner in value.items():
            yield from _texts(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _texts(inner, f"{place}[{at}]")
