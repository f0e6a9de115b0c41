"""150 slips at random places of the whole pack: each is refused by place, or provably harmless."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from linli.outer.packs.queries import PACKS
from linli.outer.packs.queries.check import check_texts
from linli.outer.packs.queries.folder import read_texts
from linli.outer.packs.rules.writing import rewrite
from linli.outer.packs.testing import TODAY

SEED, SLIPS = 20260302, 150
TEXTS = read_texts(PACKS / "jiamusi", [])
Place = tuple[Any, ...]
# What may be left out and the pack still says something whole, each with what holds without it.
HARMLESS = {
    "en": "the reader gets the Chinese words",
    "national": "the class has no number of the national list",
    "target": "only the limit is promised",
    "form": "the class asks no more than the report",
    "stop_notice": "no warning is shown",
    "on_the_spot": "the class goes the whole way",
    "for_residents": "residents may choose it",
    "inspect": "it is inspected",
    "step": "the numbered line shows nothing for it",
    "classes": "the city does without the classes of this file",
    "within": "the move stays open however long it takes",
    "before_due": "the move stays open when it is late",
    "counts": "the move is not counted",
    "up_to": "the move may be taken again and again",
    "extends": "the limit stays as it was",
    "unit_clock": "the unit's limit ends there",
    "warn": "nobody is warned before the limit",
    "escalate": "nobody up the tree is told",
    "needs": "nothing more is asked of whoever moves it",
    "when": "the move is open whatever the facts",
    "another_than_handler": "the handler may take it as well",
    "help": "the question stands alone",
    "required": "the question may be left out",
    "minimum": "any number is taken",
    "maximum": "any number is taken",
    "max_length": "the usual length is taken",
    "show_if": "the question is asked always",
    "personal": "no personal word stands in the question",
    "whole": "it is taken for a pack that can be installed",
    "second_factor": "the role signs in by password",
    "unit": "the role is no unit",
    "separate": "the seat may be held beside another",
    "area": "the role may do nothing in its area",
    "assigned": "the role may do nothing with what is assigned",
    "own": "the role may do nothing with its own",
    "leads": "no class names it",
    "sampled": "the example is not drawn",
    "given": "the example gives nothing",
    "urban": "no size is asked of such a grid",
    "rural": "no size is asked of such a grid",
    "dedicated": "no size is asked of such a grid",
    "sources": "the year names no notice",
    "due": "the example does not look at the time",
    "state": "the example does not look at the state",
    "phase": "the example does not look at the phase",
    "owner": "the example does not look at the owner",
    "refused": "the example expects no refusal",
}


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*place, key)
            yield from _places(inner, (*place, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _places(inner, (*place, at))


def _slips() -> Iterator[tuple[str, Place, str]]:
    every = [(file, place) for file in TEXTS for place in _places(tomllib.loads(TEXTS[file]))]
    dice = random.Random(SEED)  # noqa: S311 - the same slips on every run
    for file, place in dice.sample(every, SLIPS):
        yield file, place, dice.choice(["deleted", "misspelt"])


def _broken(file: str, place: Place, how: str) -> str:
    whole: Any = deepcopy(tomllib.loads(TEXTS[file]))
    table = whole
    for part in place[:-1]:
        table = table[part]
    value = table.pop(place[-1])
    if how == "misspelt":
        table[f"{place[-1]}x"] = value
    return rewrite(TEXTS[file], whole)


def _is_harmless(file: str, place: Place, how: str) -> bool:
    """A key may be left out where the list says so; a wrong one is refused, free names excepted."""
    if file == "base/pack.toml" and place[0] != "leads":
        return bool(place[0] == "basis")  # of the base's own words only the leads are inherited
    free = place[:-1] in {("leads",), ("roles",), ("states",), ("sources",)}
    return bool(free if how == "misspelt" else free or place[-1] in HARMLESS)


def test_the_pack_without_a_slip_passes() -> None:
    assert check_texts("jiamusi", TEXTS, today=TODAY).faults == ()


@pytest.mark.parametrize("how", ["deleted", "misspelt"])
def test_every_slip_is_refused_by_its_place_or_is_harmless(how: str) -> None:
    unseen, unnamed = [], []
    for file, place, kind in _slips():
        if kind != how:
            continue
        report = check_texts("jiamusi", {**TEXTS, file: _broken(file, place, how)}, today=TODAY)
        if not report.faults and not _is_harmless(file, place, how):
            unseen.append((file, place))
        # The third gate names the beat of the example that the slip sends another way.
        named = any(
            f.file == file or str(place[-1]) in str(f) or "/cases/" in f.file
            for f in report.faults
        )
        if report.faults and not named:
            unnamed.append((file, place, str(report.faults[0])))

    assert unseen == []
    assert unnamed == []
