"""Who borders on whom, and for how many metres: the cells of a Voronoi diagram, without drawing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.solvers.zoning.town import Barrier, Floats, Ints

LONGEST_BORDER = 400.0  # metres; the outermost cells have borders that run on for ever
SHORTEST_BORDER = 0.01
# What a metre of border costs, by what it parts: buildings of one compound, of one block, across
# a street, a main road, a river. So a cheap border runs along roads and cuts no compound.
IN_COMPOUND, IN_BLOCK, STREET, ROAD, FIRM = 3.0, 1.5, 0.7, 0.1, 0.03
BY_LINE = np.array([IN_BLOCK, STREET, ROAD, FIRM])


def neighbours_of_points(xy: Floats) -> tuple[Ints, Floats]:
    """Pairs (smaller first) and the metres they share. No two points may coincide."""
    if len(xy) < 3 or np.linalg.matrix_rank(xy[1:] - xy[0]) < 2:
        return _in_a_row(xy)
    from scipy.spatial import Delaunay

    found = Delaunay(xy)
    corner, beside = found.simplices, found.neighbors
    centre = circumcentres(xy[corner])
    triangles = np.arange(len(corner))
    pairs, ends = [], []
    for side in range(3):
        other = beside[:, side]
        once = (other < 0) | (triangles < other)
        one, two = corner[once, (side + 1) % 3], corner[once, (side + 2) % 3]
        far = np.where(other[once, None] >= 0, centre[other[once]], np.inf)
        pairs.append(np.column_stack([np.minimum(one, two), np.maximum(one, two)]))
        ends.append(np.hypot(*(far - centre[once]).T))
    edges, length = np.concatenate(pairs).astype(np.int32), np.concatenate(ends)
    length = np.minimum(length, LONGEST_BORDER)
    real = length > SHORTEST_BORDER
    edges, length = edges[real], length[real]
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    return edges[order], length[order]


def circumcentres(triangles: Floats) -> Floats:
    """The centres of the circles through (n, 3, 2) corners, reckoned from the first corner."""
    origin = triangles[:, 0]
    b, c = triangles[:, 1] - origin, triangles[:, 2] - origin
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    twice = np.where(np.abs(twice) < 1e-9, 1e-9, twice)
    bb, cc = (b * b).sum(axis=1), (c * c).sum(axis=1)
    x = (c[:, 1] * bb - b[:, 1] * cc) / twice
    y = (b[:, 0] * cc - c[:, 0] * bb) / twice
    return np.asarray(origin + np.column_stack([x, y]))


def _in_a_row(xy: Floats) -> tuple[Ints, Floats]:
    """Points on one line, or too few for a triangle: each borders on the next."""
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    pairs = np.sort(np.column_stack([order[:-1], order[1:]]), axis=1).astype(np.int32)
    return pairs, np.full(len(pairs), 10.0)


@dataclass(frozen=True, slots=True)
class Line:
    """A road, river or wall in the town's metres."""

    shape: shapely.Geometry
    barrier: Barrier


def neighbours_across(
    sites: Floats, owner: Ints, compound: Ints, lines: Sequence[Line]
) -> tuple[Ints, Floats, Floats, NDArray[np.int8]]:
    """Pairs of owners with the border they share, what cutting it costs, what lies between.

    Two buildings are parted by a line only if every way from the one to the other crosses it.
    """
    pairs, length = neighbours_of_points(sites)
    both = owner[pairs]
    between = both[:, 0] != both[:, 1]
    pairs, length, both = pairs[between], length[between], both[between]
    crossed = _crossed(sites[pairs], lines)
    inside = (compound[both[:, 0]] == compound[both[:, 1]]) & (compound[both[:, 0]] >= 0)
    factor = np.where(inside & (crossed < 1), IN_COMPOUND, BY_LINE[crossed + 1])
    key = np.sort(both, axis=1).astype(np.int64) @ (len(compound), 1)
    names, where = np.unique(key, return_inverse=True)
    level = np.full(names.size, Barrier.FIRM, np.int8)
    np.minimum.at(level, where, np.maximum(crossed, 0).astype(np.int8))
    edges = np.column_stack(np.divmod(names, len(compound))).astype(np.int32)
    shared, cost = (np.bincount(where, x).astype(np.float64) for x in (length, length * factor))
    return edges, shared, cost, level


def _crossed(ends: Floats, lines: Sequence[Line]) -> NDArray[np.int64]:
    """For each straight way the strongest line over it: -1 none, else its barrier."""
    found = np.full(len(ends), -1, np.int64)
    if not lines or not len(ends):
        return found
    tree = shapely.STRtree([line.shape for line in lines])
    way, line = tree.query(shapely.linestrings(ends), predicate="intersects")
    np.maximum.at(found, way, np.array([one.barrier for one in lines], np.int64)[line])
    return found
