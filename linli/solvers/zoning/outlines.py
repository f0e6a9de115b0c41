"""From grids to polygons that tile the community without gap or overlap.

Each building's cell of the Voronoi diagram belongs to its grid. Where roads and rivers are given,
the borders between grids follow them: they cut the territory into faces, a face with one grid
belongs to it whole, and only the others are divided by cells. All borders are then noded once,
together, so that what meets on a road meets in the same points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.solvers.zoning.plan import Plan
from linli.solvers.zoning.refusals import BoundaryUnusable
from linli.solvers.zoning.town import Floats, Ints, Town

Shapes = NDArray[np.object_]
SNAP = 1e-5  # metres: borders closer than this are the same border
DISPLAY = 3.0  # metres a simplified border may leave the exact one by, about


@dataclass(frozen=True, slots=True)
class Outlines:
    """One polygon per grid, in the town's metres, and what was checked of them."""

    exact: Shapes
    display: Shapes  # fewer corners, the same tiling
    is_valid: bool  # shared borders are the same line on both sides
    gap_share: float  # of the territory: in no grid, or outside it
    overlap_share: float  # of the territory: in two
    astray: Ints  # buildings whose point is not in their own grid's polygon
    in_parts: Ints  # grids whose polygon is in several parts


def outline(
    town: Town,
    plan: Plan,
    boundary: shapely.Geometry,
    *,
    snap_to: Sequence[shapely.Geometry] = (),
    tolerance: float = DISPLAY,
) -> Outlines:
    """The polygons of a plan: a seamless tiling of the boundary.

    `snap_to` are lines, in the town's metres, that borders follow where a grid ends there. A
    boundary that is not a usable area is refused.
    """
    boundary = usable_area(boundary)
    faces = faces_of(boundary, snap_to) if snap_to else np.array([boundary], object)
    face = face_of(town.sites, faces)
    needed = at_a_border(town, plan.grid, face)[town.site_of]
    for chosen in (needed, np.ones(len(face), bool)):
        sites, grid, own = _distinct(town, plan.grid, face, chosen)
        exact = _drawn(sites, grid, own, plan.number, faces, boundary)
        exact = without_islets(exact, sites, grid)
        if shapely.is_empty(exact).sum() == 0:
            break
    display = shapely.coverage_simplify(exact, tolerance, simplify_boundary=False)
    return _checked(town, plan, boundary, exact, display)


def usable_area(boundary: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a boundary, mended if it crosses itself; refused if nothing is left."""
    mended = boundary if boundary.is_valid else shapely.make_valid(boundary)
    polygons = [one for one in shapely.get_parts([mended]) if one.geom_type == "Polygon"]
    if not polygons or not sum(one.area for one in polygons) > 0:
        raise BoundaryUnusable("boundary")
    return polygons[0] if len(polygons) == 1 else shapely.union_all(polygons)


def face_of(sites: Floats, faces: Shapes) -> Ints:
    """The face each point lies in; -1 outside, the first of two for one on a line."""
    if len(faces) == 1:
        return np.zeros(len(sites), np.int32)
    which, where = shapely.STRtree(faces).query(shapely.points(sites), predicate="intersects")
    face = np.full(len(sites), -1, np.int32)
    face[which[::-1]] = where[::-1]
    return face


def at_a_border(town: Town, grid: Ints, face_of_site: Ints) -> NDArray[np.bool_]:
    """Buildings that border on another grid or face, and one of each grid and face.

    The others may be left out of the diagram: the cell of a point that is left out goes to its
    neighbours, which are all of its own grid, so the union of the cells stays the same.
    """
    face = np.zeros(town.size, np.int32)
    face[town.site_of] = face_of_site
    one, two = town.edges[:, 0], town.edges[:, 1]
    differs = (grid[one] != grid[two]) | (face[one] != face[two])
    needed = np.zeros(town.size, bool)
    needed[town.edges[differs]] = True
    needed[town.site_of[face_of_site != face[town.site_of]]] = True
    pair = grid.astype(np.int64) * (int(face.max(initial=0)) + 2) + face + 1
    needed[np.unique(pair, return_index=True)[1]] = True
    return needed


def _distinct(
    town: Town, grid: Ints, face: Ints, chosen: NDArray[np.bool_]
) -> tuple[Floats, Ints, Ints]:
    """The chosen points, each once, with the grid of their building and their face."""
    picked = np.flatnonzero(chosen)
    _sites, first = np.unique(town.sites[picked], axis=0, return_index=True)
    picked = picked[first]
    return town.sites[picked], grid[town.site_of[picked]], face[picked]


def shares_of(sites: Floats, group: Ints, number: int, area: shapely.Geometry) -> Shapes:
    """An area divided among groups of points: to each the cells of its points."""
    if number == 1:
        return np.array([area], object)
    extent = shapely.box(*shapely.total_bounds([area])).buffer(100)
    diagram = shapely.voronoi_polygons(
        shapely.multipoints(sites), extend_to=extent, ordered=True
    )
    shares = united(shapely.get_parts(diagram), group, number)
    shapely.prepare(area)
    touching = ~shapely.contains_properly(area, shares)
    shares[touching] = shapely.intersection(shares[touching], area)
    return np.asarray(shares)


def united(shapes: Shapes, group: Ints, number: int) -> Shapes:
    """For each group the union of its shapes, which must share their borders exactly."""
    order = np.argsort(group, kind="stable")
    parts, index = shapely.get_parts(shapes[order], return_index=True)
    polygon = shapely.get_dimensions(parts) == 2
    parts, owner = parts[polygon], group[order][index[polygon]]
    collected = shapely.geometrycollections(parts, indices=owner, out=np.empty(number, object))
    there = collected != None  # noqa: E711 - asked of each element
    found = np.full(number, shapely.Polygon(), object)
    found[there] = shapely.coverage_union_all(collected[there][:, None], axis=1)
    return found


def _drawn(
    sites: Floats,
    grid: Ints,
    face: Ints,
    number: int,
    faces: Shapes,
    boundary: shapely.Geometry,
) -> Shapes:
    """Each face divided among its grids, all faces put together again by grid."""
    pieces: list[shapely.Geometry] = []
    owner: list[int] = []
    order = np.argsort(face, kind="stable")
    bounds = np.searchsorted(face[order], np.arange(len(faces) + 1))
    for at, whole in enumerate(faces):
        inside = order[bounds[at] : bounds[at + 1]]
        grids, local = np.unique(grid[inside], return_inverse=True)
        owner.extend(grids.tolist() or [-1])
        pieces.extend(
            shares_of(sites[inside], local.astype(np.int32), max(1, grids.size), whole)
        )
    shapes, owners = np.array(pieces, object), np.array(owner, np.int32)
    if len(faces) == 1 and shapely.coverage_is_valid(shapes):
        return united(shapes, owners, number)
    return renoded(shapes, owners, number, boundary)


def faces_of(boundary: shapely.Geometry, lines: Sequence[shapely.Geometry]) -> Shapes:
    """What lines cut an area into."""
    inside = shapely.intersection(np.array(lines, object), boundary)
    noded = shapely.union_all([*inside, boundary.boundary], grid_size=SNAP)
    found = shapely.get_parts(shapely.polygonize([noded]))
    middle = shapely.point_on_surface(found)
    return np.asarray(found[shapely.intersects(boundary, middle)])


def renoded(pieces: Shapes, owner: Ints, number: int, boundary: shapely.Geometry) -> Shapes:
    """Cut all borders where any two meet, and put the smallest parts together again by owner.

    Parts without an owner, and parts of a grid cut off from its buildings, go to the neighbour
    they share the longest border with.
    """
    borders = shapely.union_all([*shapely.boundary(pieces), boundary.boundary], grid_size=SNAP)
    parts = shapely.get_parts(shapely.polygonize([borders]))
    middle = shapely.point_on_surface(parts)
    which, where = shapely.STRtree(pieces).query(middle, predicate="intersects")
    of_part = np.full(len(parts), -1, np.int32)
    of_part[which[::-1]] = owner[where[::-1]]
    keep = (of_part >= 0) | shapely.intersects(boundary, middle)
    parts, of_part = parts[keep], of_part[keep]
    return united(parts, given_away(parts, of_part), number)


def without_islets(exact: Shapes, sites: Floats, grid: Ints) -> Shapes:
    """Parts of a grid that are cut off from it and hold none of its points go to a neighbour."""
    parts, owner = shapely.get_parts(exact, return_index=True)
    doubtful = np.bincount(owner, minlength=len(exact))[owner] > 1
    if not doubtful.any():
        return exact
    which, where = shapely.STRtree(parts).query(shapely.points(sites), predicate="intersects")
    doubtful[where[owner[where] == grid[which]]] = False
    owner = np.where(doubtful, -1, owner).astype(np.int32)
    return united(parts, given_away(parts, owner), len(exact))


def given_away(parts: Shapes, owner: Ints) -> Ints:
    """Owners for the parts that have none: the neighbour of the longest border."""
    owner = owner.copy()
    tree = shapely.STRtree(parts)
    while (without := np.flatnonzero(owner < 0)).size:
        which, beside = tree.query(parts[without], predicate="touches")
        known = owner[beside] >= 0
        which, beside = which[known], beside[known]
        if not which.size:
            break
        shared = shapely.length(shapely.intersection(parts[without[which]], parts[beside]))
        for at in np.argsort(shared, kind="stable").tolist():
            owner[without[which[at]]] = owner[beside[at]]
    return owner


def _checked(
    town: Town, plan: Plan, boundary: shapely.Geometry, exact: Shapes, display: Shapes
) -> Outlines:
    whole, area = boundary.area, float(shapely.area(exact).sum())
    is_valid = bool(shapely.coverage_is_valid(exact))
    covered = shapely.coverage_union_all(exact) if is_valid else shapely.union_all(exact)
    own = exact[plan.grid]
    shapely.prepare(exact)
    inside = shapely.intersects_xy(own, town.xy[:, 0], town.xy[:, 1])
    return Outlines(
        exact=exact,
        display=display,
        is_valid=is_valid and bool(shapely.coverage_is_valid(display)),
        gap_share=float(shapely.symmetric_difference(covered, boundary).area / whole),
        overlap_share=float(max(0.0, area - covered.area) / whole),
        astray=np.flatnonzero(~inside).astype(np.int32),
        in_parts=np.flatnonzero(shapely.get_num_geometries(exact) > 1).astype(np.int32),
    )
