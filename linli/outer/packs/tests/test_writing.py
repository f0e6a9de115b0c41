"""A value is changed where it stands; what stands around it stays as it was written."""

from __future__ import annotations

import difflib
import tomllib
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.outer.packs.queries import PACKS
from linli.outer.packs.rules.writing import rewrite

FILES = {
    path.relative_to(PACKS).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(PACKS.glob("*/**/*.toml"))
}


def different_lines(one: str, other: str) -> list[str]:
    lines = difflib.unified_diff(one.splitlines(), other.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_says_what_is_wanted_is_left_alone(file: str) -> None:
    assert rewrite(FILES[file], tomllib.loads(FILES[file])) == FILES[file]


def test_a_limit_changed_is_one_line_changed() -> None:
    text = FILES["jiamusi/workflows/matter.toml"]
    wanted: dict[str, Any] = tomllib.loads(text)
    wanted["states"]["filed"]["limit"] = "3 work_hours"

    assert different_lines(text, rewrite(text, wanted)) == [
        '-limit = "2 work_hours"',
        '+limit = "3 work_hours"',
    ]


def test_a_permission_taken_away_is_one_line_less() -> None:
    text = FILES["jiamusi/posts.toml"]
    wanted: dict[str, Any] = tomllib.loads(text)
    wanted["roles"]["street_hub"]["area"].remove("matters.press")

    assert different_lines(text, rewrite(text, wanted)) == ['-  "matters.press",']


def test_a_class_more_and_a_class_less_leave_the_others_as_they_were() -> None:
    text = FILES["base/matters/municipal.toml"]
    wanted: dict[str, Any] = tomllib.loads(text)
    gone = wanted["classes"].pop(2)
    wanted["classes"].insert(1, {**gone, "code": "01-99"})

    written = rewrite(text, wanted)

    assert tomllib.loads(written) == wanted
    assert [line[0] for line in different_lines(text, written)].count("-") < 25


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, one in inner:
        found.append((*place, key))
        if isinstance(one, dict | list):
            found += _places(one, (*place, key))
    return found


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_whatever_is_wanted_is_what_the_file_then_says(data: st.DataObject) -> None:
    text = FILES[data.draw(st.sampled_from(sorted(FILES)))]
    wanted: dict[str, Any] = tomllib.loads(text)
    for _n in range(data.draw(st.integers(1, 3))):
        *outer, last = data.draw(st.sampled_from(_places(wanted)))
        table: Any = wanted
        for part in outer:
            table = table[part]
        act = data.draw(st.sampled_from(["delete", "replace", "double", "add"]))
        if act == "delete":
            del table[last]
        elif act == "double" and isinstance(table, list):
            table.append(deepcopy(table[last]))
        elif act == "add" and isinstance(table, dict):
            table["new_key"] = {"zh": "新", "en": "new"}
        else:
            table[last] = data.draw(st.sampled_from(["改", 7, True, ["a", "b"], {"zh": "字"}]))
        if not wanted:
            return

    assert tomllib.loads(rewrite(text, wanted)) == wanted
