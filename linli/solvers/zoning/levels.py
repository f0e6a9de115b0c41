"""Two sizes of node: compounds whole among single buildings, and small clusters of both.

The search cuts the coarse graph, some ten nodes a grid, and tidies on the finer one. A compound
that a grid can hold is one node on both, so no search can split it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.engine.graphs import (
    cluster,
    components,
    contract,
    neighbours,
    sources,
)
from linli.solvers.zoning.engine.parts import Graph
from linli.solvers.zoning.pieces import Pieces
from linli.solvers.zoning.plan import weights_of
from linli.solvers.zoning.town import Barrier, Ints, Town

CLUSTER_SHARE = 0.09  # of the target: the most a cluster of single buildings may weigh


@dataclass(frozen=True, slots=True)
class Levels:
    """Nodes of both graphs lie zone by zone: those of zone z are begin[z]..begin[z + 1]."""

    building: NDArray[np.intp]  # buildings in the order of their zones
    block: Ints  # the fine node of each of those
    fine: Graph
    fine_begin: Ints
    up: Ints  # the coarse node of each fine one
    coarse: Graph
    coarse_begin: Ints
    zones: int


def make_levels(
    town: Town,
    aims: Aims,
    pieces: Pieces,
    *,
    zone: Ints,
    whole: bool = True,
    cap: float = CLUSTER_SHARE,
    home: Ints | None = None,
) -> Levels:
    """The graphs of the buildings whose `zone` is 0 or more, compounds whole or not."""
    order = np.argsort(zone, kind="stable")
    building = order[np.searchsorted(zone[order], 0) :]
    zones = int(zone.max(initial=-1)) + 1
    number = np.full(town.size, -1, np.int32)
    number[building] = np.arange(building.size, dtype=np.int32)
    weight = weights_of(town, aims)
    keep = usable(town, pieces, zone)
    pairs = number[town.edges]
    single = Graph(
        *neighbours(building.size, pairs, town.cost, keep),
        weight[building].astype(np.float64),
        np.full(building.size, -1, np.int32) if home is None else home[building],
    )
    block = np.arange(building.size, dtype=np.int32)
    if whole:
        block = _blocks(town, aims, building, pairs, keep, single.weight)
    count = int(block.max(initial=-1)) + 1
    fine = contract(single, block, count) if whole else single
    source = sources(fine.ptr)
    wiggle = np.random.default_rng(aims.seed).uniform(0.7, 1.0, source.size)
    once = np.flatnonzero(source < fine.to)
    by_cost = once[np.argsort(-fine.cost[once] * wiggle[once], kind="stable")]
    up = cluster(fine, by_cost, source, cap * aims.target)
    coarse = contract(fine, up, int(up.max(initial=-1)) + 1)
    of_building = zone[building]
    fine_zone = _first_of(block, of_building, count)
    coarse_zone = _first_of(up, fine_zone, coarse.weight.size)
    bounds = np.arange(zones + 1)
    return Levels(
        building=building,
        block=block,
        fine=fine,
        fine_begin=np.searchsorted(fine_zone, bounds).astype(np.int32),
        up=up,
        coarse=coarse,
        coarse_begin=np.searchsorted(coarse_zone, bounds).astype(np.int32),
        zones=zones,
    )


def usable(town: Town, pieces: Pieces, zone: Ints) -> NDArray[np.bool_]:
    """Pairs a grid may hold together by: inside a piece, or over a road that joins two."""
    one, two = town.edges[:, 0], town.edges[:, 1]
    together = (zone[one] == zone[two]) & (zone[one] >= 0)
    joins = (town.barrier == Barrier.ROAD) & (pieces.piece[one] != pieces.piece[two])
    return np.asarray(together & ((town.barrier == Barrier.NONE) | joins))


def _blocks(
    town: Town,
    aims: Aims,
    building: NDArray[np.intp],
    pairs: Ints,
    keep: NDArray[np.bool_],
    weight: NDArray[np.float64],
) -> Ints:
    """One label per building; those of a compound that fits a grid share theirs."""
    compound = town.compound[building]
    one, two = town.compound[town.edges[:, 0]], town.compound[town.edges[:, 1]]
    inside = keep & (one == two) & (one >= 0)
    gated = components(building.size, pairs, inside)
    heavy = np.bincount(gated, weight)
    fits = (heavy[gated] <= aims.high) & (compound >= 0)
    inside[inside] = fits[pairs[inside, 0]]
    return components(building.size, pairs, inside)


def _first_of(label: Ints, value: Ints, count: int) -> Ints:
    """The value of any member of each label; all of a label have the same."""
    found = np.zeros(count, np.int32)
    found[label] = value
    return found
