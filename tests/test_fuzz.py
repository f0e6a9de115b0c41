"""Requests and files nobody would send by mistake: the short form of `make prove NAME=fuzz`."""

from __future__ import annotations

import pytest

from linli.kernel.errors import Refusal
from proofs import _mangling
from proofs.fuzz import prove


@pytest.mark.slow
@pytest.mark.django_db
def test_nothing_made_up_by_chance_is_a_fault_of_ours_and_a_planted_one_is_seen() -> None:
    figures = prove(requests=700, inputs=20_000, roles=["street_hub", "auditor"])

    assert figures["faults"] == []
    assert figures["control"] == [True, True, True]
    assert figures["statuses"].keys() >= {200, 404, 422}  # type: ignore[attr-defined]


@pytest.mark.parametrize("parser", _mangling.parsers(), ids=lambda one: one.name)
def test_what_is_mangled_is_sound_before(parser: _mangling.Parser) -> None:
    """Without this a parser that refuses everything would pass for one that withstands it."""
    for sample in parser.samples:
        try:
            parser.read(sample)
        except Refusal as refusal:
            pytest.fail(f"{sample[:60]!r}: {refusal}")
