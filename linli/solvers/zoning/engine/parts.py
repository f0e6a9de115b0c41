"""What the kernels pass around: a graph, the rule of sizes, the grids as they stand, scratch.

All are tuples of arrays, because that is what compiles. Nodes of a zone are numbered from 0,
grids of a zone from 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linli.solvers.zoning.engine.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Graph(NamedTuple):
    """Neighbours of node v: to[ptr[v]:ptr[v+1]], each with what it costs to part them."""

    ptr: Ints
    to: Ints
    cost: Floats
    weight: Floats
    home: Ints


class Rule(NamedTuple):
    """What a grid of a given weight costs, and what moving a household away from home costs."""

    target: float
    low: float
    high: float
    balance: float
    breach: float
    stay: float


class Grids(NamedTuple):
    """The grid of each node, the nodes of each grid as a chain, the weight of each grid."""

    part: Ints
    first: Ints
    after: Ints
    before: Ints
    total: Floats


class Scratch(NamedTuple):
    """Room to work in; rank is -2 outside the region looked at, -1 inside and not reached."""

    rank: Ints
    member: Ints
    order: Ints
    parent: Ints
    sub: Floats
    cut: Floats
    home: Floats
    key: Floats
    node: Ints
    origin: Ints
    link: Floats
    near: Ints
    seen: Ints
    random: Any  # one uint64


@compiled
def make_scratch(graph: Graph, grids: int, seed: int) -> Scratch:
    """Room for a zone; two zones with one seed draw the same numbers."""
    nodes, arcs = graph.ptr.size - 1, graph.to.size
    ints = np.zeros((4, nodes), np.int32)
    random = np.empty(1, np.uint64)
    random[0] = np.uint64(seed) * np.uint64(2654435761) + np.uint64(88172645463325252)
    return Scratch(
        np.full(nodes, -2, np.int32),
        ints[0],
        ints[1],
        ints[2],
        np.zeros(nodes),
        np.zeros(nodes),
        np.zeros((2, nodes)).reshape(2 * nodes),
        np.zeros(arcs + nodes + 1),
        np.zeros(arcs + nodes + 1, np.int32),
        np.zeros(arcs + nodes + 1, np.int32),
        np.zeros(grids),
        np.zeros(grids + 1, np.int32),
        ints[3],
        random,
    )


@compiled
def draw(random: Any) -> float:
    """The next number in (0, 1): xorshift, 64 bits."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return (float(x >> np.uint64(11)) + 0.5) * 1.1102230246251565e-16


@compiled
def draw_below(random: Any, number: int) -> int:
    return int(draw(random) * number)


@compiled
def penalty(rule: Rule, weight: float) -> float:
    """What a grid of this weight costs: little inside the range, much outside."""
    off = (weight - rule.target) / rule.target
    out = max(rule.low - weight, weight - rule.high, 0.0) / rule.target
    return rule.balance * off * off + rule.breach * (out + out * out)


@compiled
def make_grids(part: Ints, weight: Floats, number: int) -> Grids:
    """The chains and totals of grids that are already drawn."""
    nodes = part.size
    grids = Grids(
        part,
        np.full(number, -1, np.int32),
        np.full(nodes, -1, np.int32),
        np.full(nodes, -1, np.int32),
        np.zeros(number),
    )
    for v in range(nodes):
        hang(grids, v, part[v], weight[v])
    return grids


@compiled
def hang(grids: Grids, v: int, grid: int, weight: float) -> None:
    """Put a node that hangs nowhere at the head of a grid's chain."""
    head = grids.first[grid]
    grids.part[v] = grid
    grids.after[v] = head
    grids.before[v] = -1
    if head >= 0:
        grids.before[head] = v
    grids.first[grid] = v
    grids.total[grid] += weight


@compiled
def unhang(grids: Grids, v: int, weight: float) -> None:
    """Take a node out of its grid's chain."""
    grid, before, after = grids.part[v], grids.before[v], grids.after[v]
    if before >= 0:
        grids.after[before] = after
    else:
        grids.first[grid] = after
    if after >= 0:
        grids.before[after] = before
    grids.total[grid] -= weight


@compiled
def score(graph: Graph, rule: Rule, grids: Grids) -> float:
    """What the division costs as a whole: the number every search lowers."""
    total = 0.0
    for v in range(graph.ptr.size - 1):
        for e in range(graph.ptr[v], graph.ptr[v + 1]):
            u = graph.to[e]
            if u > v and grids.part[u] != grids.part[v]:
                total += graph.cost[e]
        if rule.stay > 0 and graph.home[v] >= 0 and graph.home[v] != grids.part[v]:
            total += rule.stay * graph.weight[v]
    for grid in range(grids.total.size):
        total += penalty(rule, grids.total[grid])
    return total
