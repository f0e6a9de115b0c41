"""Requests and files nobody would send by mistake: no fault of ours, no answer that takes long.

REQUESTS (100,000) are made up by schemathesis from the API's own description, for a token of every
role and for none; INPUTS (1,000,000) are sound files and words mangled by chance, read by
everything that reads what strangers send. The controls: a fault planted in an operation, one in a
parser and a parser that never ends are all seen.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from unittest.mock import patch

from bench.house import a_house
from linli.domains.matters.rules import PlaceGiven

SEED = 20260304
TARGETS = {"faults": "none", "slowest_s": "<= 5", "control": "all seen"}


def main() -> dict[str, object]:
    """Everything, in a house of its own."""
    requests = int(os.environ.get("REQUESTS", "100000"))
    inputs = int(os.environ.get("INPUTS", "1000000"))
    with a_house():
        figures = prove(requests=requests, inputs=inputs, roles=_roles())
    wanted: dict[str, object] = {"faults": [], "control": [True, True, True]}
    met = all(figures[name] == value for name, value in wanted.items())
    enough = figures["requests"] >= requests * 0.9 and figures["inputs"] >= inputs * 0.9  # type: ignore[operator]
    return {"figures": figures, "limit": wanted, "targets": TARGETS, "met": met and enough}


def _roles() -> list[str]:
    from linli.ground.accounts.models import Role

    return sorted(Role.objects.values_list("key", flat=True))


def prove(*, requests: int, inputs: int, roles: Sequence[str]) -> dict[str, object]:
    """So many of each, by these roles; in a database that may be written to."""
    from proofs._mangling import parsers, try_all
    from proofs._requests import ask_everything

    begun = time.monotonic()
    tokens, matter_ids = _people(roles)
    asked = ask_everything(tokens, requests=requests, matter_ids=matter_ids, number=SEED)
    sys.stderr.write(f"{asked.requests} requests: {asked.statuses}\n")
    tried = try_all(parsers(), inputs=inputs, seed=SEED)
    slowest = max([asked.slowest, *(one.slowest for one in tried.values())])
    faults = [*asked.faults, *(fault for one in tried.values() for fault in one.faults)]
    return {
        "requests": asked.requests,
        "roles": len(roles) + 1,
        "statuses": asked.statuses,
        "inputs": sum(one.inputs for one in tried.values()),
        "taken": {name: one.taken for name, one in tried.items()},
        "slowest_s": round(slowest, 2),
        "faults": faults,
        "control": _controls(tokens, matter_ids),
        "seconds": round(time.monotonic() - begun, 1),
    }


def _people(roles: Sequence[str]) -> tuple[list[str], list[str]]:
    """A token for each role at the street, one that is none, and some matters there."""
    from linli.domains.matters.testing import a_report, make_cast, make_matter
    from linli.ground.accounts.testing import make_holder, make_organisation, make_token

    cast = make_cast(first="230803009", name="试验街道", west=131.40)
    tokens = [""]
    for role in roles:
        station = make_organisation(cast.town.street, name=f"{role}站")
        tokens.append(make_token(make_holder(role, cast.town.street, organisation=station)))
    lng = 131.401
    places = [a_report(place=_place(lng)) for _number in range(3)]
    return tokens, [str(make_matter(report).id) for report in places]


def _place(lng: float) -> PlaceGiven:
    from linli.ground.territory.testing import SIDE, SOUTH

    return PlaceGiven(lng=lng, lat=SOUTH + SIDE / 2, crs="EPSG:4490")


def _controls(tokens: Sequence[str], matter_ids: Sequence[str]) -> list[bool]:
    """A planted fault of an operation, of a parser, and a parser without an end."""
    from proofs import _mangling, _requests

    def broken(*_given: object, **_named: object) -> object:
        raise ZeroDivisionError

    def endless(_raw: bytes) -> object:
        while True:
            pass

    with patch("linli.domains.matters.queries.desk", broken):
        asked = _requests.ask_everything(
            tokens[-1:], requests=200, matter_ids=matter_ids, number=SEED
        )
    planted = [
        _mangling.Parser("broken", broken, [b"x"]),
        _mangling.Parser("endless", endless, [b"x"]),
    ]
    with patch.object(_mangling, "LONGEST_SECONDS", 0.2):
        tried = _mangling.try_all(planted, inputs=2, seed=SEED)
    return [
        any(fault.startswith("500") for fault in asked.faults),
        bool(tried["broken"].faults),
        any("TimeoutError" in fault for fault in tried["endless"].faults),
    ]
