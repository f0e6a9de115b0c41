"""Keeping what exists: mend a given division with as few households moved as can be."""

from __future__ import annotations

from typing import Any

import numpy as np

from linli.solvers.zoning.engine.compiled import compiled
from linli.solvers.zoning.engine.graphs import slice_of
from linli.solvers.zoning.engine.parts import (
    Graph,
    Ints,
    Rule,
    make_grids,
    make_scratch,
    score,
)
from linli.solvers.zoning.engine.search import anneal, halve, tidy


@compiled
def adopt(graph: Graph, label: Ints) -> None:
    """Give each node without a label that of the neighbours it borders on most, from edge to core."""
    nodes = label.size
    queue, queued = np.empty(nodes, np.int32), label >= 0
    tail = 0
    for v in range(nodes):
        if label[v] >= 0:
            queue[tail] = v
            tail += 1
    head = 0
    while head < tail:
        v = queue[head]
        head += 1
        if label[v] < 0:
            label[v] = dearest(graph, label, v)
        for e in range(graph.ptr[v], graph.ptr[v + 1]):
            u = graph.to[e]
            if not queued[u]:
                queued[u] = True
                queue[tail] = u
                tail += 1


@compiled
def dearest(graph: Graph, label: Ints, v: int) -> int:
    """The label with the most border to a node."""
    best, most = -1, -1.0
    for e in range(graph.ptr[v], graph.ptr[v + 1]):
        own, total = label[graph.to[e]], 0.0
        for f in range(graph.ptr[v], graph.ptr[v + 1]):
            if label[graph.to[f]] == own:
                total += graph.cost[f]
        if own >= 0 and total > most:
            best, most = own, total
    return best


@compiled
def dissolve_lightest(graph: Graph, part: Ints, number: int) -> None:
    """Merge the lightest grid into the neighbour it borders on most. Its number stays unused."""
    weight, nodes = np.zeros(number), np.zeros(number)
    for v in range(part.size):
        weight[part[v]] += graph.weight[v]
        nodes[part[v]] += 1
    weight[nodes == 0] = np.inf
    lightest = int(np.argmin(weight))
    border = np.zeros(number)
    for v in range(part.size):
        if part[v] == lightest:
            for e in range(graph.ptr[v], graph.ptr[v + 1]):
                border[part[graph.to[e]]] += graph.cost[e]
    border[lightest] = -1.0
    part[part == lightest] = int(np.argmax(border))


@compiled
def is_fine(graph: Graph, rule: Rule, part: Ints, number: int) -> bool:
    """Whether nothing needs to be moved: every grid there is lies in range."""
    total, nodes = np.zeros(number), np.zeros(number)
    for v in range(part.size):
        total[part[v]] += graph.weight[v]
        nodes[part[v]] += 1
    for grid in range(number):
        if nodes[grid] > 0 and (total[grid] < rule.low or total[grid] > rule.high):
            return False
    return True


@compiled
def settle(
    graph: Graph,
    rule: Rule,
    part: Ints,
    number: int,
    wanted: int,
    effort: Any,
    seed: int,
    stop: Any,
) -> tuple[Ints, float]:
    """From `number` grids to `wanted` ones, then into range; the grids and their score."""
    most = max(number, wanted)
    scratch = make_scratch(graph, most, seed)
    for _gone in range(number - wanted):
        dissolve_lightest(graph, part, number)
    grids = make_grids(part, graph.weight, most)
    for new in range(number, wanted):
        halve(graph, rule, grids, scratch, int(np.argmax(grids.total)), 2, new)
    steps = int(effort[0] * wanted)
    tidy(graph, rule, grids, scratch, 4, stop)
    anneal(graph, rule, grids, scratch, steps, effort[1], stop)
    anneal(graph, rule, grids, scratch, steps, 0.0, stop)
    tidy(graph, rule, grids, scratch, 4, stop)
    return grids.part, score(graph, rule, grids)


@compiled
def settle_zones(
    fine: Graph,
    begin: Ints,
    rule: Rule,
    given: Ints,
    had: Ints,
    wanted: Ints,
    effort: Any,
    seed: int,
    part: Ints,
    stop: Any,
) -> None:
    """Settle every zone several times from what it had; `part` gets the best of each."""
    for zone in range(had.size):
        first, last = begin[zone], begin[zone + 1]
        graph, least = slice_of(fine, first, last), 1e300
        for trial in range(int(effort[2])):
            if had[zone] == wanted[zone] and is_fine(graph, rule, given[first:last], had[zone]):
                part[first:last] = given[first:last]
                break
            own = seed * 1000003 + zone * 31 + trial
            found, cost = settle(
                graph,
                rule,
                given[first:last].copy(),
                had[zone],
                wanted[zone],
                effort,
                own,
                stop,
            )
            if cost < least:
                least = cost
                part[first:last] = found
            if stop[0] != 0:
                break
