"""Codes of areas: a path is the significant digits, so that "inside" is a prefix test.

City 4, county 6, street 9, community 12, grid 15 digits, a micro-grid two more after a hyphen.
Published division codes are always written with 12 digits, filled up with zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from math import ceil, sqrt
from typing import Final

from linli.kernel.errors import Conflict, Invalid, _


class Level(IntEnum):
    """How deep in the tree an area lies."""

    CITY = 1
    COUNTY = 2
    STREET = 3
    COMMUNITY = 4
    GRID = 5
    MICRO_GRID = 6


class NotAnAreaCode(Invalid):
    """Letters, spaces, or a number of digits no level has."""

    message = _(
        "“{found}” is not a division or grid code. These have 4, 6, 9, 12 or 15 digits; "
        "a micro-grid has a hyphen and two more."
    )


class CodesUsedUp(Conflict):
    """A sequence never starts over: a code that was once a grid's stays that grid's."""

    message = _("{parent} has no free grid code left.")


LENGTHS: Final = {
    Level.CITY: 4,
    Level.COUNTY: 6,
    Level.STREET: 9,
    Level.COMMUNITY: 12,
    Level.GRID: 15,
    Level.MICRO_GRID: 18,
}
_LEVELS: Final = {length: level for level, length in LENGTHS.items()}
_SHAPE: Final = re.compile(r"[1-9][0-9]{3,14}|[1-9][0-9]{14}-[0-9]{2}", re.ASCII)


def parse_code(text: str, *, field: str | None = None) -> str:
    """The path of a code somebody wrote, whether short or filled up with zeros."""
    code = text.strip()
    if not _SHAPE.fullmatch(code) or len(code) not in _LEVELS:
        raise NotAnAreaCode(field, found=text[:40])
    path = without_filling(code)
    groups = (path[2:4], path[6:9], path[9:12], path[12:15], path[16:18])
    if len(path) < LENGTHS[Level.CITY] or any(group and not int(group) for group in groups):
        raise NotAnAreaCode(field, found=text[:40])
    return path


def without_filling(code: str) -> str:
    """Only whole groups of zeros at the end are filling: 230800000000 is the city 2308.

    Zeros for the county alone are none: a few cities have streets and no counties.
    """
    if len(code) > LENGTHS[Level.COMMUNITY]:
        return code
    for start, end in ((9, 12), (6, 9), (4, 6), (2, 4)):
        if len(code) == end and code[start:end].strip("0") == "":
            code = code[:start]
    return code


def level_of(path: str) -> Level:
    """The level of an area, from the length of its path."""
    try:
        return _LEVELS[len(path)]
    except KeyError:
        raise NotAnAreaCode(found=path[:40]) from None


def parent_of(path: str) -> str | None:
    """The path of the area it lies in; a city has none."""
    level = level_of(path)
    return None if level == Level.CITY else path[: LENGTHS[Level(level - 1)]]


def ancestors_of(path: str) -> tuple[str, ...]:
    """The paths of everything it lies in, from the city down."""
    level = level_of(path)
    return tuple(path[:length] for above, length in LENGTHS.items() if above < level)


def statistical_code(path: str) -> str:
    """The 12 digits under which a division is published."""
    if level_of(path) > Level.COMMUNITY:
        raise NotAnAreaCode(found=path)
    return path.ljust(LENGTHS[Level.COMMUNITY], "0")


def next_grid_code(community: str, taken: Iterable[str]) -> str:
    """The next code of a community, after every one that was ever given out."""
    return _next(community, "", 3, taken)


def next_micro_grid_code(grid: str, taken: Iterable[str]) -> str:
    """The next code of a grid's parts, after every one that was ever given out."""
    return _next(grid, "-", 2, taken)


def _next(parent: str, joint: str, digits: int, taken: Iterable[str]) -> str:
    stem = parent + joint
    own = (code[len(stem) :] for code in taken if code.startswith(stem))
    value = 1 + max((int(rest) for rest in own if len(rest) == digits), default=0)
    if value >= 10**digits:
        raise CodesUsedUp(parent=parent)
    return f"{stem}{value:0{digits}d}"


def number_grids(community: str, centres: Sequence[tuple[float, float]]) -> list[str]:
    """A code for each centre, in the standard's order: west to east, and north to south.

    The order is that of reading: rows of equal count from the north, each row from the west.
    Bands of equal height instead would renumber everything when one grid lies far out.
    """
    if len(centres) > 999:
        raise CodesUsedUp(parent=community)
    southwards = sorted(range(len(centres)), key=lambda i: (-centres[i][1], centres[i][0]))
    in_row = ceil(sqrt(len(centres))) or 1
    codes = [""] * len(centres)
    for first in range(0, len(centres), in_row):
        row = sorted(southwards[first : first + in_row], key=lambda i: centres[i])
        for place, i in enumerate(row, start=first + 1):
            codes[i] = f"{community}{place:03d}"
    return codes
