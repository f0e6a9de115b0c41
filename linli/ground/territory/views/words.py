"""How levels, schemes and changes are called on pages, and a map drawn without a script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians
from typing import TYPE_CHECKING

import shapely

from linli.kernel.errors import _

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

LEVELS: dict[int, StrOrPromise] = {
    1: _("City"),
    2: _("County or district"),
    3: _("Street or town"),
    4: _("Community or village"),
    5: _("Grid"),
    6: _("Micro-grid"),
}
SCHEMES: dict[str, StrOrPromise] = {
    "statistical": _("Statistical codes"),
    "civil_affairs": _("Civil affairs codes"),
}
STATES: dict[str, tuple[StrOrPromise, str, str]] = {
    "new": (_("Added"), "plus", "blue"),
    "redrawn": (_("Redrawn"), "edit", "amber"),
    "kept": (_("Unchanged"), "check", "grey"),
    "ended": (_("Ends"), "ban", "red"),
}
_WIDTH = 960.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One grid on the map: its number, its corners, and where the number stands."""

    number: str
    name: str
    corners: str
    x: float
    y: float
    changed: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A map as lines alone: it needs no script and prints as it is."""

    width: int
    height: int
    cells: tuple[Cell, ...]


def sheet_of(grids: Iterable[tuple[str, str, shapely.Geometry, bool]]) -> Sheet | None:
    """The map of these grids (code, name, outline, changed); None when there are none."""
    rows = list(grids)
    if not rows:
        return None
    west, south, east, north = shapely.total_bounds([row[2] for row in rows])
    squeeze = cos(radians((south + north) / 2))
    scale = _WIDTH / max((east - west) * squeeze, north - south)

    def put(x: float, y: float) -> tuple[float, float]:
        return (x - west) * squeeze * scale + 20, (north - y) * scale + 20

    cells = []
    for code, name, outline, changed in rows:
        middle = outline.representative_point()
        x, y = put(middle.x, middle.y)
        number = str(int(code[-3:]))
        cells.append(
            Cell(number, name, _corners(outline, put), round(x, 1), round(y, 1), changed)
        )
    width, height = (east - west) * squeeze * scale + 40, (north - south) * scale + 40
    return Sheet(round(width), round(height), tuple(cells))


def _corners(outline: shapely.Geometry, put: _Put) -> str:
    """The rings as one path; a hole stays a hole by the even-odd rule."""
    parts = []
    for part in shapely.get_parts(outline):
        for ring in [part.exterior, *part.interiors]:
            points = [put(x, y) for x, y in ring.coords[:-1]]
            parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(parts)


if TYPE_CHECKING:
    from collections.abc import Callable

    _Put = Callable[[float, float], tuple[float, float]]
