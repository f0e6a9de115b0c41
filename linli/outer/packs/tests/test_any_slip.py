"""Any one key of the loop deleted or misspelt is either refused by file, or was optional."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from linli.outer.packs.queries import PACKS
from linli.outer.packs.queries.folder import read_layers
from linli.outer.packs.queries.shape import shape_of
from linli.outer.packs.rules.cases import case_faults
from linli.outer.packs.rules.faults import Fault
from linli.outer.packs.rules.merge import Layer, merge
from linli.outer.packs.rules.sense import sense_faults
from linli.outer.packs.testing import TODAY

FILE = "workflows/matter.toml"
WHOLE = tomllib.loads((PACKS / "jiamusi" / FILE).read_text(encoding="utf-8"))
LAYERS = read_layers(PACKS / "jiamusi", [])
# What a workflow may leave out and still be sound: words in English, the numbers of steps,
# what is asked of the mover, a condition, the second pair of eyes, and what runs beside a limit.
OPTIONAL = {"en", "step", "needs", "when", "another_than_handler", "within", "before_due"}
OPTIONAL |= {"counts", "up_to", "extends", "unit_clock", "warn", "escalate"}


def _keys(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*place, key)
            yield from _keys(inner, (*place, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _keys(inner, (*place, at))


KEYS = [place for place in _keys(WHOLE) if not isinstance(place[-1], int)]


def _without(place: tuple[Any, ...], instead: str | None) -> dict[str, Any]:
    whole: dict[str, Any] = deepcopy(WHOLE)
    table: Any = whole
    for part in place[:-1]:
        table = table[part]
    value = table.pop(place[-1])
    if instead is not None:
        table[instead] = value
    return whole


def _faults(loop: dict[str, Any]) -> list[Fault]:
    own = Layer("jiamusi", {**LAYERS[-1].files, FILE: loop})
    merged = merge([*LAYERS[:-1], own])
    faults = list(merged.faults)
    pack = shape_of(merged, faults, texts={})
    if pack is not None:
        faults += sense_faults(pack, merged.sections, folder="jiamusi", today=TODAY)
    if pack is not None and not faults:
        faults += case_faults(pack, merged.sections)
    return faults


def _misspelt(name: str, at: int) -> str:
    at %= len(name)
    return f"{name[:at]}{name[at]}{name[at:]}"


def test_the_loop_as_it_is_has_no_fault() -> None:
    assert _faults(WHOLE) == []


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KEYS))
def test_a_deleted_key_is_refused_by_file_or_was_optional(place: tuple[Any, ...]) -> None:
    faults = _faults(_without(place, None))

    if not faults:
        assert place[-1] in OPTIONAL, place
    else:
        assert any(f.file.startswith("jiamusi/") for f in faults)
        assert all(f.found and f.expected for f in faults)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KEYS), st.integers(min_value=0, max_value=30))
def test_a_misspelt_key_is_refused_naming_the_file_and_the_key(
    place: tuple[Any, ...], at: int
) -> None:
    wrong = _misspelt(place[-1], at)

    faults = _faults(_without(place, wrong))

    assert any(f.file == f"jiamusi/{FILE}" for f in faults), faults
    if place[:-1] != (
        "states",
    ):  # a state may be called as one likes: what named it is refused
        assert any(wrong in f.key for f in faults), faults
