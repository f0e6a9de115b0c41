"""Point to grid, in the process: one index for each published version of the map.

A tree of rectangles finds the one or two grids a point may lie in, prepared outlines decide.
Measured on 10,200 grids this is some 600,000 points a second and 15 microseconds for one point,
so that nothing cleverer is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

NOWHERE: Final = -1
_AT_ONCE: Final = 100_000


class GridIndex:
    """The outlines of one map version; it never changes and may be asked by many threads."""

    def __init__(self, codes: Sequence[str], outlines: Sequence[shapely.Geometry]) -> None:
        """Codes are put in order, so that the smaller code is the smaller number too."""
        if len(codes) != len(outlines) or len(set(codes)) != len(codes):
            raise ValueError("every outline needs a code of its own")
        order = sorted(range(len(codes)), key=lambda i: codes[i])
        self.codes: Final = tuple(codes[i] for i in order)
        self._outlines = np.array([outlines[i] for i in order], dtype=object)
        self._tree = shapely.STRtree(self._outlines)
        self._warm()

    def __len__(self) -> int:
        return len(self.codes)

    def locate(self, lng: float, lat: float) -> str | None:
        """The code of the grid the point lies in: on a border the smaller one, outside none."""
        if not (np.isfinite(lng) and np.isfinite(lat)):
            return None
        near = self._tree.query(shapely.Point(lng, lat))
        hits = near[shapely.intersects_xy(self._outlines[near], lng, lat)]
        return self.codes[hits.min()] if len(hits) else None

    def locate_many(self, lngs: ArrayLike, lats: ArrayLike) -> NDArray[np.intp]:
        """For each point the number of its code in `codes`, or NOWHERE."""
        xs, ys = np.asarray(lngs, np.float64), np.asarray(lats, np.float64)
        found = np.full(len(xs), NOWHERE, dtype=np.intp)
        for first in range(0, len(xs), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            found[part] = self._located(xs[part], ys[part])
        return found

    def _located(self, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.intp]:
        known = np.isfinite(xs) & np.isfinite(ys)
        points = np.full(len(xs), None, dtype=object)
        points[known] = shapely.points(xs[known], ys[known])
        asked, near = self._tree.query(points)
        inside = shapely.intersects_xy(self._outlines[near], xs[asked], ys[asked])
        found = np.full(len(xs), len(self), dtype=np.intp)
        np.minimum.at(found, asked[inside], near[inside])
        found[found == len(self)] = NOWHERE
        return found

    def _warm(self) -> None:
        """An outline builds its index when first asked: no two threads may do that at once."""
        shapely.prepare(self._outlines)
        inner = shapely.get_coordinates(shapely.point_on_surface(self._outlines))
        shapely.intersects_xy(self._outlines, inner[:, 0], inner[:, 1])
        self._tree.query(shapely.Point(0, 0))
