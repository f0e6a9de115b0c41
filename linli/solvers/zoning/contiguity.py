"""Who borders on whom, and for how many metres: the cells of a Voronoi diagram, without drawing it."""

from __future__ import annotations

import numpy as np

from linli.solvers.zoning.town import Floats, Ints

LONGEST_BORDER = 400.0  # metres; the outermost cells have borders that run on for ever
SHORTEST_BORDER = 0.01


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
