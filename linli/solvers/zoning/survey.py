"""From what a community has on file to a town: cleaned, flat, and every repair told.

A duplicate is left out, a broken outline mended, a building without a position goes with its
compound, one outside the boundary is left out, households nobody knows are estimated from area
and floors. Nothing of that is silent: `Cleaning` says it, building by building.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from linli.kernel.crs import Crs
from linli.solvers.zoning.contiguity import Line, neighbours_across
from linli.solvers.zoning.outlines import usable_area
from linli.solvers.zoning.plane import Plane, flat_shapes, one_system, plane_of
from linli.solvers.zoning.refusals import NoBuildingInside, NothingToDivide, NoUsableOutline
from linli.solvers.zoning.town import Barrier, Floats, Ints, Town

AREA_PER_HOUSEHOLD = 100.0  # square metres of floor, walls and stairs included
USUAL_FLOORS = 3.0
DETAIL = 8.0  # metres between the points that stand for a wall
INSET = 0.4  # metres walls are drawn in by, so that neighbours that touch stay two
Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildings:
    """One row per building. Shapes are points, polygons or None; unknown numbers are NaN or -1."""

    ids: Sequence[str]
    shapes: Sequence[shapely.Geometry | None]
    crs: str
    households: ArrayLike | None = None
    floors: ArrayLike | None = None
    people: ArrayLike | None = None
    compound: ArrayLike | None = None
    dedicated: ArrayLike | None = None
    existing: ArrayLike | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Roads, rivers or walls of one kind, and whether a grid may lie across them."""

    shapes: Sequence[shapely.Geometry]
    crs: str
    barrier: Barrier


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The rows of the file that were not taken as they stood."""

    duplicates: Ints
    mended: Ints
    placed_with_compound: Ints
    without_position: Ints  # left out
    outside: Ints  # left out
    estimated: Ints  # households from area and floors
    spread: Ints  # several on one spot, set a little apart
    boundary_mended: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """The town, the row of the file each building came from, and what the drawing needs."""

    town: Town
    rows: Ints
    boundary: shapely.Geometry  # in metres
    lines: tuple[shapely.Geometry, ...]  # in metres: main roads, rivers, walls
    plane: Plane
    cleaning: Cleaning


def town_from_buildings(
    buildings: Buildings,
    *,
    lines: Sequence[Lines] = (),
    boundary: shapely.Geometry | None = None,
) -> Survey:
    """The town these files describe, and what had to be repaired.

    All layers, the boundary with the buildings, come in one system: CGCS2000, WGS-84, GCJ-02 or
    BD-09, or in metres. Refused: layers in different systems, a place outside China given in
    degrees, a boundary without area, no building with a position or none inside the boundary.
    """
    if not len(buildings.ids):
        raise NothingToDivide("buildings")
    crs = one_system([buildings.crs, *(layer.crs for layer in lines)])
    work = _Work(buildings)
    work.drop_duplicates()
    work.mend()
    plane = work.flatten(crs)
    area, mended = _territory(boundary, crs, plane, work.shapes)
    work.drop_outside(area)
    work.spread()
    flat = [
        Line(shape, layer.barrier)
        for layer in lines
        for shape in flat_shapes(np.array(layer.shapes, object), crs, plane)
    ]
    town = work.town(flat)
    firm = tuple(line.shape for line in flat if line.barrier != Barrier.NONE)
    return Survey(town, work.rows.astype(np.int32), area, firm, plane, work.cleaning(mended))


def _territory(
    boundary: shapely.Geometry | None, crs: Crs | None, plane: Plane, shapes: Shapes
) -> tuple[shapely.Geometry, bool]:
    """The boundary in metres; without one, the buildings' hull and a little more."""
    if boundary is None:
        return shapely.convex_hull(shapely.geometrycollections(shapes)).buffer(30.0), False
    flat = flat_shapes(boundary, crs, plane)
    return usable_area(flat), not flat.is_valid


class _Work:
    """The buildings on their way: rows kept, their shapes, and what was done to which row."""

    def __init__(self, buildings: Buildings) -> None:
        self.given = buildings
        self.rows: NDArray[np.intp] = np.arange(len(buildings.ids))
        self.shapes: Shapes = np.array([*buildings.shapes, None], object)[:-1]
        self.told: dict[str, NDArray[np.intp]] = {}

    def _keep(self, keep: NDArray[np.bool_], left_out_as: str) -> None:
        self.told[left_out_as] = self.rows[~keep]
        self.rows, self.shapes = self.rows[keep], self.shapes[keep]

    def drop_duplicates(self) -> None:
        """The first of each id stays: tiled downloads repeat what they cut."""
        _ids, first = np.unique(np.array(self.given.ids, object).astype(str), return_index=True)
        keep = np.zeros(len(self.rows), bool)
        keep[first] = True
        self._keep(keep, "duplicates")

    def mend(self) -> None:
        """Broken outlines become valid ones; buildings without any go with their compound."""
        broken = ~shapely.is_missing(self.shapes) & ~shapely.is_valid(self.shapes)
        self.told["mended"] = self.rows[broken]
        self.shapes[broken] = shapely.make_valid(self.shapes[broken])
        placed = ~shapely.is_missing(self.shapes) & ~shapely.is_empty(self.shapes)
        compound = self.column("compound", -1)
        spots = dict(zip(compound[placed].tolist(), self.shapes[placed], strict=True))
        spots.pop(-1, None)
        lost = np.flatnonzero(~placed)
        helped = [at for at in lost.tolist() if compound[at] in spots]
        for at in helped:
            self.shapes[at] = shapely.point_on_surface(spots[int(compound[at])])
        self.told["placed_with_compound"] = self.rows[helped]
        placed[helped] = True
        self._keep(placed, "without_position")
        if not len(self.rows):
            raise NoUsableOutline("buildings")

    def flatten(self, crs: Crs | None) -> Plane:
        points = shapely.get_coordinates(shapely.point_on_surface(self.shapes))
        plane = plane_of(points, crs)
        self.shapes = flat_shapes(self.shapes, crs, plane)
        return plane

    def drop_outside(self, area: shapely.Geometry) -> None:
        shapely.prepare(area)
        inside = shapely.intersects(area, shapely.point_on_surface(self.shapes))
        self._keep(np.asarray(inside), "outside")
        if not len(self.rows):
            raise NoBuildingInside("boundary")

    def spread(self) -> None:
        """Several on one spot are set apart in a spiral, half a metre from one to the next."""
        middle = shapely.get_coordinates(shapely.point_on_surface(self.shapes))
        _spots, spot = np.unique(middle.round(2), axis=0, return_inverse=True)
        spot = spot.ravel()
        order = np.argsort(spot, kind="stable")
        begins = np.concatenate([[True], np.diff(spot[order]) != 0])
        turn = np.arange(len(order)) - np.maximum.accumulate(
            np.where(begins, np.arange(len(order)), 0)
        )
        place = np.empty(len(order), np.int64)
        place[order] = turn
        angle, radius = place * 2.399963, 0.5 * np.sqrt(place)
        self.middle = middle + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        self.areas = shapely.area(self.shapes)
        moved = place > 0
        self.told["spread"] = self.rows[moved]
        self.shapes[moved] = shapely.points(self.middle[moved])

    def column(self, name: str, unknown: float) -> NDArray[Any]:
        given = getattr(self.given, name)
        if given is None:
            return np.full(len(self.rows), unknown)
        return np.asarray(given)[self.rows]

    def households(self) -> Ints:
        """As known, else floors times area over what a household usually has."""
        known = np.asarray(self.column("households", np.nan), np.float64)
        missing = ~np.isfinite(known) | (known < 0)
        floors = np.asarray(self.column("floors", np.nan), np.float64)
        floors = np.where(np.isfinite(floors) & (floors > 0), floors, USUAL_FLOORS)
        guess = np.maximum(1, np.rint(self.areas * floors / AREA_PER_HOUSEHOLD))
        self.told["estimated"] = self.rows[missing]
        return np.where(missing, guess, known).astype(np.int32)

    def town(self, lines: Sequence[Line]) -> Town:
        sites, owner = wall_points(self.shapes, self.middle)
        compound = self.column("compound", -1).astype(np.int32)
        edges, length, cost, barrier = neighbours_across(sites, owner, compound, lines)
        return Town(
            xy=self.middle,
            households=self.households(),
            edges=edges,
            length=length,
            cost=cost,
            barrier=barrier,
            compound=compound,
            dedicated=self.column("dedicated", -1).astype(np.int32),
            existing=self.column("existing", -1).astype(np.int32),
            people=self.column("people", 0).astype(np.int32),
            sites=sites,
            site_of=owner,
        )

    def cleaning(self, boundary_mended: bool) -> Cleaning:
        told = {name: rows.astype(np.int32) for name, rows in self.told.items()}
        return Cleaning(**told, boundary_mended=boundary_mended)


def wall_points(shapes: Shapes, middle: Floats) -> tuple[Floats, Ints]:
    """Points that stand for each building: its middle, and its walls drawn in a little."""
    drawn = shapely.segmentize(shapely.buffer(shapes, -INSET, join_style="mitre"), DETAIL)
    has_walls = ~shapely.is_empty(drawn) & (shapely.get_dimensions(shapes) == 2)
    walls, of_wall = shapely.get_coordinates(drawn[has_walls], return_index=True)
    owner = np.concatenate([np.arange(len(shapes)), np.flatnonzero(has_walls)[of_wall]])
    sites = np.concatenate([middle, walls])
    _sites, first = np.unique(sites.round(3), axis=0, return_index=True)
    first.sort()
    return sites[first], owner[first].astype(np.int32)
