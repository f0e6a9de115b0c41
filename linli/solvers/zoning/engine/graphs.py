"""Making graphs: neighbours from pairs, components, contraction, and the cut of one zone."""

from __future__ import annotations

from typing import Any

import numpy as np

from linli.solvers.zoning.engine.compiled import compiled
from linli.solvers.zoning.engine.parts import Floats, Graph, Ints, Rule
from linli.solvers.zoning.engine.search import solve_zone


@compiled
def root(parent: Ints, v: int) -> int:
    """The head of a node's component, shortening the way for the next."""
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@compiled
def components(nodes: int, pairs: Any, joins: Any) -> Ints:
    """A number per node, counted from 0 in the order of nodes; `joins` says which pairs count."""
    parent = np.arange(nodes).astype(np.int32)
    for e in range(joins.size):
        if joins[e]:
            one, two = root(parent, pairs[e, 0]), root(parent, pairs[e, 1])
            if one < two:
                parent[two] = one
            else:
                parent[one] = two
    label = np.full(nodes, -1, np.int32)
    count = 0
    for v in range(nodes):
        head = root(parent, v)
        if label[head] < 0:
            label[head] = count
            count += 1
        label[v] = label[head]
    return label


@compiled
def neighbours(nodes: int, pairs: Any, cost: Floats, keep: Any) -> tuple[Ints, Ints, Floats]:
    """The kept pairs as ptr, to, cost."""
    ptr = np.zeros(nodes + 1, np.int32)
    for e in range(keep.size):
        if keep[e]:
            ptr[pairs[e, 0] + 1] += 1
            ptr[pairs[e, 1] + 1] += 1
    for v in range(nodes):
        ptr[v + 1] += ptr[v]
    place = ptr[:-1].copy()
    to, costs = np.empty(ptr[nodes], np.int32), np.empty(ptr[nodes])
    for e in range(keep.size):
        if keep[e]:
            one, two = pairs[e, 0], pairs[e, 1]
            to[place[one]], costs[place[one]] = two, cost[e]
            to[place[two]], costs[place[two]] = one, cost[e]
            place[one] += 1
            place[two] += 1
    return ptr, to, costs


@compiled
def contract(graph: Graph, label: Ints, count: int) -> Graph:
    """One node per label: weights and the costs of parallel edges added up."""
    nodes = label.size
    begin = np.zeros(count + 1, np.int32)
    for v in range(nodes):
        begin[label[v] + 1] += 1
    for c in range(count):
        begin[c + 1] += begin[c]
    place, member = begin[:-1].copy(), np.empty(nodes, np.int32)
    for v in range(nodes):
        member[place[label[v]]] = v
        place[label[v]] += 1
    ptr, weight = np.zeros(count + 1, np.int32), np.zeros(count)
    home = np.full(count, -1, np.int32)
    to, cost = np.empty(graph.to.size, np.int32), np.empty(graph.to.size)
    where, used = np.full(count, -1, np.int32), 0
    for c in range(count):
        ptr[c] = used
        for i in range(begin[c], begin[c + 1]):
            weight[c] += graph.weight[member[i]]
            home[c] = graph.home[member[i]]
            used = add_arcs(graph, label, member[i], c, where, ptr[c], to, cost, used)
    ptr[count] = used
    return Graph(ptr, to[:used].copy(), cost[:used].copy(), weight, home)


@compiled
def add_arcs(
    graph: Graph,
    label: Ints,
    v: int,
    own: int,
    where: Ints,
    begun: int,
    to: Ints,
    cost: Floats,
    used: int,
) -> int:
    """Add a node's arcs to those of its label, joining parallel ones."""
    for e in range(graph.ptr[v], graph.ptr[v + 1]):
        other = label[graph.to[e]]
        if other == own:
            continue
        if where[other] < begun:
            where[other], to[used], cost[used] = used, other, 0.0
            used += 1
        cost[where[other]] += graph.cost[e]
    return used


@compiled
def cluster(graph: Graph, order: Any, source: Ints, most: float) -> Ints:
    """Join nodes along the arcs in the order given while the whole weighs no more than `most`."""
    nodes = graph.ptr.size - 1
    parent, weight = np.arange(nodes).astype(np.int32), graph.weight.copy()
    size = np.ones(nodes, np.int32)
    for i in range(order.size):
        e = order[i]
        one, two = root(parent, source[e]), root(parent, graph.to[e])
        fits = weight[one] + weight[two] <= most and size[one] + size[two] <= 24
        if one != two and fits:
            low, high = min(one, two), max(one, two)
            parent[high] = low
            weight[low] += weight[high]
            size[low] += size[high]
    label, count = np.full(nodes, -1, np.int32), 0
    for v in range(nodes):
        head = root(parent, v)
        if label[head] < 0:
            label[head] = count
            count += 1
        label[v] = label[head]
    return label


@compiled
def sources(ptr: Ints) -> Ints:
    """The node each arc leaves."""
    source = np.empty(ptr[-1], np.int32)
    for v in range(ptr.size - 1):
        source[ptr[v] : ptr[v + 1]] = v
    return source


@compiled
def slice_of(graph: Graph, begin: int, end: int) -> Graph:
    """The nodes begin..end as a graph of their own; no arc may leave them."""
    first, last = graph.ptr[begin], graph.ptr[end]
    return Graph(
        graph.ptr[begin : end + 1] - first,
        graph.to[first:last] - np.int32(begin),
        graph.cost[first:last],
        graph.weight[begin:end],
        graph.home[begin:end],
    )


@compiled
def solve_zones(
    coarse: Graph,
    coarse_begin: Ints,
    fine: Graph,
    fine_begin: Ints,
    up: Ints,
    rule: Rule,
    zones: Ints,
    numbers: Ints,
    effort: Any,
    seed: int,
    part: Ints,
    scores: Floats,
    done: Any,
    stop: Any,
) -> None:
    """Solve the zones named, one after the other; `part` gets grids numbered from 0 in each."""
    for i in range(zones.size):
        zone = zones[i]
        begin, end = fine_begin[zone], fine_begin[zone + 1]
        above, beyond = coarse_begin[zone], coarse_begin[zone + 1]
        found, cost = solve_zone(
            slice_of(coarse, above, beyond),
            slice_of(fine, begin, end),
            up[begin:end] - np.int32(above),
            rule,
            numbers[zone],
            effort[zone],
            seed * 1000003 + zone,
            stop,
        )
        part[begin:end] = found
        scores[zone] = cost
        done[0] += end - begin
