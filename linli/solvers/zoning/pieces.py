"""Pieces: what barriers leave together. Each is divided by itself, so no grid crosses a barrier.

A piece that fits no number of grids is joined with the neighbour it has most road in common
with, and the join is remembered: a grid over that road is a declared crossing.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.engine.graphs import components
from linli.solvers.zoning.plan import weights_of
from linli.solvers.zoning.town import Barrier, Ints, Town

FIXED = -1


@dataclass(frozen=True, slots=True)
class Pieces:
    """`zone` joins pieces; a building of a fixed grid has FIXED in both."""

    piece: Ints  # (n,)
    zone: Ints  # (n,) counted from 0
    fixed: Ints  # (n,) number of the fixed grid, or -1
    fixed_is_dedicated: NDArray[np.bool_]
    weight: NDArray[np.int64]  # of each zone


def find_pieces(town: Town, aims: Aims) -> Pieces:
    """The zones that are divided independently, and the grids that are fixed beforehand."""
    weight = weights_of(town, aims)
    fixed, is_dedicated = _fixed(town, weight, aims)
    one, two = town.edges[:, 0], town.edges[:, 1]
    free = (fixed[one] < 0) & (fixed[two] < 0)
    piece = components(town.size, town.edges, free & (town.barrier == Barrier.NONE))
    piece = _renumbered(np.where(fixed < 0, piece, FIXED))
    heavy = np.bincount(piece[piece >= 0], weight[piece >= 0]).astype(np.int64)
    roads = free & (town.barrier == Barrier.ROAD)
    joined = np.arange(len(heavy))
    if aims.cross_roads:
        joined = _joined(heavy, piece[town.edges[roads]], town.length[roads], aims)
    zone = _renumbered(np.append(joined, FIXED)[piece])
    return Pieces(
        piece=piece,
        zone=zone,
        fixed=fixed,
        fixed_is_dedicated=is_dedicated,
        weight=np.bincount(zone[zone >= 0], weight[zone >= 0]).astype(np.int64),
    )


def _fixed(town: Town, weight: Ints, aims: Aims) -> tuple[Ints, NDArray[np.bool_]]:
    """Dedicated grids, then one for each building that is larger than any grid may be."""
    fixed = np.full(town.size, -1, np.int32)
    names, number = np.unique(town.dedicated, return_inverse=True)
    given = town.dedicated >= 0
    fixed[given] = number[given] - int(names.size > 0 and names[0] < 0)
    dedicated = int(fixed.max(initial=-1)) + 1
    large = np.flatnonzero((weight > aims.high) & ~given)
    fixed[large] = dedicated + np.arange(large.size)
    return fixed, np.arange(dedicated + large.size) < dedicated


def _renumbered(label: Ints) -> Ints:
    """The same groups counted from 0; -1 stays."""
    names, number = np.unique(label, return_inverse=True)
    return (number - int(names.size > 0 and names[0] < 0)).astype(np.int32)


def _joined(
    weight: NDArray[np.int64], pairs: Ints, length: NDArray[np.float64], aims: Aims
) -> NDArray[np.intp]:
    """For each piece the piece it goes with: the lightest misfit first, over the longest road."""
    head = np.arange(len(weight))
    roads: list[dict[int, float]] = [defaultdict(float) for _ in weight]
    for (one, two), metres in zip(pairs.tolist(), length.tolist(), strict=True):
        if one != two:
            roads[one][two] += metres
            roads[two][one] += metres
    heavy = weight.tolist()
    waiting = [(heavy[p], p) for p in range(len(heavy)) if not aims.numbers_for(heavy[p])]
    heapq.heapify(waiting)
    gone: set[int] = set()
    while waiting:
        seen, piece = heapq.heappop(waiting)
        if piece in gone or heavy[piece] != seen or not roads[piece]:
            continue
        other = _companion(piece, heavy, roads, aims)
        gone.add(piece)
        head[piece] = other
        heavy[other] += heavy[piece]
        _hand_over(roads, piece, other)
        if not aims.numbers_for(heavy[other]):
            heapq.heappush(waiting, (heavy[other], other))
    for piece in range(len(head)):
        while head[head[piece]] != head[piece]:
            head[piece] = head[head[piece]]
    return head


def _companion(piece: int, heavy: list[int], roads: list[dict[int, float]], aims: Aims) -> int:
    """The neighbour over the longest road, one with which the sum fits if there is one."""

    def worth(other: int) -> tuple[bool, float, int]:
        fits = bool(aims.numbers_for(heavy[piece] + heavy[other]))
        return fits, roads[piece][other], -other

    return max(roads[piece], key=worth)


def _hand_over(roads: list[dict[int, float]], piece: int, other: int) -> None:
    for beyond, metres in roads[piece].items():
        del roads[beyond][piece]
        if beyond != other:
            roads[other][beyond] += metres
            roads[beyond][other] += metres
    roads[piece].clear()
