"""Spanning trees: every edge of a tree is a way to cut a region in two connected halves.

The tree grows along dear borders first (key = random / cost), so what is left as tree edge
between two halves tends to be a road. One pass up the tree gives the exact cost of the cut and
the weight of both sides for all of its edges at once.
"""

from __future__ import annotations

import math

from linli.solvers.zoning.engine.compiled import compiled
from linli.solvers.zoning.engine.parts import (
    Graph,
    Grids,
    Rule,
    Scratch,
    draw,
    draw_below,
    hang,
    penalty,
)

CLING = 6.0


@compiled
def collect(grids: Grids, scratch: Scratch, grid: int, count: int) -> int:
    """Add the nodes of a grid to the region."""
    v = grids.first[grid]
    while v >= 0:
        scratch.member[count] = v
        scratch.rank[v] = -1
        count += 1
        v = grids.after[v]
    return count


@compiled
def release(scratch: Scratch, count: int) -> None:
    for i in range(count):
        scratch.rank[scratch.member[i]] = -2


@compiled
def push(scratch: Scratch, size: int, key: float, node: int, origin: int) -> int:
    """Add to the heap, smallest key first; answers its new size."""
    keys, nodes, origins = scratch.key, scratch.node, scratch.origin
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if keys[up] <= key:
            break
        keys[i], nodes[i], origins[i] = keys[up], nodes[up], origins[up]
        i = up
    keys[i], nodes[i], origins[i] = key, node, origin
    return size + 1


@compiled
def drop_head(scratch: Scratch, size: int) -> int:
    """Take the smallest away; answers the new size."""
    keys, nodes, origins = scratch.key, scratch.node, scratch.origin
    size -= 1
    key, node, origin = keys[size], nodes[size], origins[size]
    i = 0
    while True:
        down = 2 * i + 1
        if down >= size:
            break
        if down + 1 < size and keys[down + 1] < keys[down]:
            down += 1
        if keys[down] >= key:
            break
        keys[i], nodes[i], origins[i] = keys[down], nodes[down], origins[down]
        i = down
    keys[i], nodes[i], origins[i] = key, node, origin
    return size


@compiled
def grow(graph: Graph, grids: Grids, scratch: Scratch, count: int, cling: float) -> int:
    """A random tree over the region in `order` and `parent`; how many nodes it reached.

    The more it clings, the fewer of its edges cross present borders, and the nearer to them are
    the cuts it offers.
    """
    rank, order, parent = scratch.rank, scratch.order, scratch.parent
    root = scratch.member[draw_below(scratch.random, count)]
    size = push(scratch, 0, 0.0, root, -1)
    reached = 0
    while size > 0 and reached < count:
        v, origin = scratch.node[0], scratch.origin[0]
        size = drop_head(scratch, size)
        if rank[v] >= 0:
            continue
        rank[v], order[reached], parent[reached] = reached, v, origin
        for e in range(graph.ptr[v], graph.ptr[v + 1]):
            u = graph.to[e]
            if rank[u] == -1:
                key = draw(scratch.random) / graph.cost[e]
                if grids.part[u] != grids.part[v]:
                    key *= cling
                size = push(scratch, size, key, u, reached)
        reached += 1
    return reached


@compiled
def meet(scratch: Scratch, i: int, j: int) -> int:
    """The lowest node of the tree that is above both."""
    while i != j:
        if i > j:
            i = scratch.parent[i]
        else:
            j = scratch.parent[j]
    return i


@compiled
def weigh(graph: Graph, scratch: Scratch, grids: Grids, count: int) -> float:
    """Fill `sub` and `cut` for every edge of the tree; what the present border costs."""
    rank, order, parent = scratch.rank, scratch.order, scratch.parent
    sub, cut, part = scratch.sub, scratch.cut, grids.part
    present = 0.0
    for i in range(count):
        v = order[i]
        sub[i] = graph.weight[v]
        cut[i] = 0.0
        for e in range(graph.ptr[v], graph.ptr[v + 1]):
            u = graph.to[e]
            j = rank[u]
            if j < 0:
                continue
            cut[i] += graph.cost[e]
            if j < i:
                cut[meet(scratch, i, j)] -= 2.0 * graph.cost[e]
                if part[u] != part[v]:
                    present += graph.cost[e]
    for i in range(count - 1, 0, -1):
        sub[parent[i]] += sub[i]
        cut[parent[i]] += cut[i]
    return present


@compiled
def weigh_homes(graph: Graph, scratch: Scratch, count: int, one: int, two: int) -> None:
    """Below each edge of the tree: households at home in the one grid, and in the other."""
    home, nodes = scratch.home, scratch.order.size
    for i in range(count):
        v = scratch.order[i]
        home[i] = graph.weight[v] if graph.home[v] == one else 0.0
        home[nodes + i] = graph.weight[v] if graph.home[v] == two else 0.0
    for i in range(count - 1, 0, -1):
        home[scratch.parent[i]] += home[i]
        home[nodes + scratch.parent[i]] += home[nodes + i]


@compiled
def kept_if_one(scratch: Scratch, i: int) -> float:
    """Households that stay at home when the part below edge i becomes the one grid."""
    home, nodes = scratch.home, scratch.order.size
    return float(home[i] + home[nodes] - home[nodes + i])


@compiled
def kept_if_two(scratch: Scratch, i: int) -> float:
    """Households that stay at home when the part below edge i becomes the other grid."""
    home, nodes = scratch.home, scratch.order.size
    return float(home[nodes + i] + home[0] - home[i])


@compiled
def best_cut(scratch: Scratch, rule: Rule, count: int) -> tuple[int, float, bool]:
    """The edge to cut, what that costs, and whether the part below becomes the one grid."""
    best, least, below_is_one = -1, 1e300, False
    whole = scratch.sub[0]
    for i in range(1, count):
        cost = scratch.cut[i] + penalty(rule, scratch.sub[i])
        cost += penalty(rule, whole - scratch.sub[i])
        is_one = False
        if rule.stay > 0:
            one, two = kept_if_one(scratch, i), kept_if_two(scratch, i)
            is_one = one > two
            cost -= rule.stay * max(one, two)
        if cost < least:
            best, least, below_is_one = i, cost, is_one
    return best, least, below_is_one


@compiled
def assign(
    graph: Graph, grids: Grids, scratch: Scratch, count: int, edge: int, below: int, above: int
) -> None:
    """Hang what is below an edge of the tree into one grid and the rest into the other."""
    grids.first[below], grids.total[below] = -1, 0.0
    grids.first[above], grids.total[above] = -1, 0.0
    parent, side = scratch.parent, scratch.seen
    for i in range(count):
        side[i] = 1 if i == edge or (i > 0 and side[parent[i]] == 1) else 0
    for i in range(count):
        v = scratch.order[i]
        hang(grids, v, below if side[i] == 1 else above, graph.weight[v])


@compiled
def resplit(
    graph: Graph, rule: Rule, grids: Grids, scratch: Scratch, one: int, two: int, heat: float
) -> float:
    """Join two neighbouring grids and cut them anew if that is better, or not much worse.

    Answers by how much the score rose (below zero: it fell).
    """
    count = collect(grids, scratch, one, 0)
    count = collect(grids, scratch, two, count)
    cling = CLING if draw(scratch.random) < 0.5 else 1.0
    if count < 2 or grow(graph, grids, scratch, count, cling) < count:
        release(scratch, count)
        return 0.0
    present = weigh(graph, scratch, grids, count)
    present += penalty(rule, grids.total[one]) + penalty(rule, grids.total[two])
    if rule.stay > 0:
        weigh_homes(graph, scratch, count, one, two)
        present -= rule.stay * at_home(graph, grids, scratch, count)
    edge, cost, below_is_one = best_cut(scratch, rule, count)
    change = cost - present
    if change < -1e-9 or (heat > 0 and change < heat * -math.log(draw(scratch.random))):
        below, above = (one, two) if below_is_one else (two, one)
        assign(graph, grids, scratch, count, edge, below, above)
    else:
        change = 0.0
    release(scratch, count)
    return change


@compiled
def at_home(graph: Graph, grids: Grids, scratch: Scratch, count: int) -> float:
    total = 0.0
    for i in range(count):
        v = scratch.member[i]
        if graph.home[v] == grids.part[v]:
            total += graph.weight[v]
    return total
