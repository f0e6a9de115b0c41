"""Seamless generated outlines: open data has none of communities, so a demo draws its own.

Everything is noded once and rounded to the seven decimals that are stored, so that neighbours
share every vertex: cells cut one by one leave hairline gaps a point can fall into.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[Any]
Points = NDArray[np.float64]
GRAIN = 1e-7
_EVENING_ROUNDS = 2


def tile(outline: shapely.Geometry, number: int, *, seed: int) -> list[shapely.Geometry]:
    """The outline cut into so many cells of about equal size, the same for the same seed."""
    return subdivide([outline], [number], seed=seed)[0]


def subdivide(
    outlines: Sequence[shapely.Geometry], numbers: Sequence[int], *, seed: int
) -> list[list[shapely.Geometry]]:
    """Neighbouring outlines cut into cells that are seamless across all of them.

    The outlines themselves gain vertices where cells meet them; whoever keeps both takes the
    union of the cells as the new outline.
    """
    random = np.random.default_rng(seed)
    seeds = [
        _even_seeds(shape, number, random)
        for shape, number in zip(outlines, numbers, strict=True)
    ]
    faces = _faces(outlines, seeds)
    owner, cell = _owners(faces, outlines, seeds)
    return [
        _joined(faces[owner == i], cell[owner == i], len(own)) for i, own in enumerate(seeds)
    ]


def _even_seeds(outline: shapely.Geometry, number: int, random: np.random.Generator) -> Points:
    """Points spread over the outline, moved to the middle of their cells a few times.

    Work is done on a plane where a step east is as long as a step north.
    """
    shapely.prepare(outline)
    points = _random_points(outline, number, random)
    for _round in range(_EVENING_ROUNDS if number > 1 else 0):
        cells = shapely.intersection(_voronoi(points, outline), outline)
        middles = shapely.get_coordinates(shapely.centroid(cells))
        inside = shapely.intersects_xy(outline, middles[:, 0], middles[:, 1])
        points = np.where(inside[:, None], middles, points)
    return points


def _random_points(
    outline: shapely.Geometry, number: int, random: np.random.Generator
) -> Points:
    west, south, east, north = outline.bounds
    found = np.empty((0, 2))
    while len(found) < number:
        tried = random.uniform((west, south), (east, north), (4 * number + 16, 2))
        inside = shapely.contains_xy(outline, tried[:, 0], tried[:, 1])
        found = np.concatenate([found, tried[inside]])
    return found[:number]


def _voronoi(points: Points, outline: shapely.Geometry) -> Shapes:
    """One cell around each point, in their order, reaching over the whole outline."""
    if len(points) == 1:
        return np.array([shapely.box(*outline.bounds).buffer(1)])
    flat = points * _flattening(outline)
    frame = shapely.box(*outline.bounds).buffer(0.1)
    around = shapely.transform(frame, lambda xy: xy * _flattening(outline))
    cells = shapely.voronoi_polygons(shapely.multipoints(flat), extend_to=around, ordered=True)
    parts = shapely.get_parts(cells)
    return np.asarray(shapely.transform(parts, lambda xy: xy / _flattening(outline)))


def _flattening(outline: shapely.Geometry) -> Points:
    return np.array([np.cos(np.radians(outline.centroid.y)), 1.0])


def _faces(outlines: Sequence[shapely.Geometry], seeds: Sequence[Points]) -> Shapes:
    """All pieces between all borders, every border noded with every other at once."""
    borders = [shapely.boundary(shape) for shape in outlines]
    for shape, points in zip(outlines, seeds, strict=True):
        if len(points) > 1:
            shapely.prepare(shape)
            inner = shapely.boundary(_voronoi(points, shape))
            borders.extend(shapely.intersection(inner, shape))
    noded = shapely.union_all(np.array(borders), grid_size=GRAIN)
    return np.asarray(shapely.get_parts(shapely.polygonize([noded])))


def _owners(
    faces: Shapes, outlines: Sequence[shapely.Geometry], seeds: Sequence[Points]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which outline each piece lies in (-1: a hole between them), and at which seed's side."""
    middles = shapely.point_on_surface(faces)
    owner = np.full(len(faces), -1)
    inside, of = shapely.STRtree(list(outlines)).query(middles, predicate="intersects")
    owner[inside[::-1]] = of[::-1]
    cell = np.zeros(len(faces), dtype=np.intp)
    xy = shapely.get_coordinates(middles)
    for i, (shape, points) in enumerate(zip(outlines, seeds, strict=True)):
        own = np.flatnonzero(owner == i)
        flattening = _flattening(shape)
        nearest = shapely.STRtree(shapely.points(points * flattening))
        cell[own] = nearest.nearest(shapely.points(xy[own] * flattening))
    return owner, cell


def _joined(faces: Shapes, cell: NDArray[np.intp], number: int) -> list[shapely.Geometry]:
    """The pieces of each cell as one shape; a piece cut off goes to a neighbour."""
    cell = _reattached(faces, cell)
    order = np.argsort(cell, kind="stable")
    pieces = np.split(faces[order], np.searchsorted(cell[order], np.arange(1, number)))
    return [p[0] if len(p) == 1 else shapely.coverage_union_all(p) for p in pieces]


def _reattached(faces: Shapes, cell: NDArray[np.intp]) -> NDArray[np.intp]:
    """A bay can cut a cell in two: its largest part keeps the seed, the others join neighbours.

    A part that touches no other cell is an island and stays.
    """
    cell = cell.copy()
    left, right = shapely.STRtree(faces).query(faces, predicate="intersects")
    apart = left < right
    left, right = left[apart], right[apart]
    shared = shapely.length(shapely.intersection(faces[left], faces[right]))
    touching = shared > 0
    edges = list(zip(left[touching], right[touching], shared[touching], strict=True))
    for stray in _strays(faces, cell, edges):
        gains: dict[int, float] = {}
        for a, b, length in edges:
            if (a in stray) != (b in stray):
                outer = int(cell[b if a in stray else a])
                gains[outer] = gains.get(outer, 0.0) + float(length)
        if gains:
            cell[list(stray)] = max(gains, key=lambda n: (gains[n], -n))
    return cell


def _strays(
    faces: Shapes,
    cell: NDArray[np.intp],
    edges: Sequence[tuple[int, int, float]],
) -> list[set[int]]:
    """The connected parts of every cell but its largest."""
    group = list(range(len(faces)))

    def root(n: int) -> int:
        while group[n] != n:
            group[n] = group[group[n]]
            n = group[n]
        return n

    for a, b, _length in edges:
        if cell[a] == cell[b]:
            group[root(int(a))] = root(int(b))
    parts: dict[int, set[int]] = {}
    for n in range(len(faces)):
        parts.setdefault(root(n), set()).add(n)
    area = shapely.area(faces)
    of_cell: dict[int, list[set[int]]] = {}
    for first, part in parts.items():
        of_cell.setdefault(int(cell[first]), []).append(part)
    strays: list[set[int]] = []
    for own in of_cell.values():
        own.sort(key=lambda part: float(area[list(part)].sum()))
        strays += own[:-1]
    return strays
