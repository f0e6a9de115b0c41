"""From nothing to a good division of one zone: a start, many small re-cuts, and the edges tidied."""

from __future__ import annotations

from typing import Any

import numpy as np

from linli.solvers.zoning.engine.compiled import compiled
from linli.solvers.zoning.engine.parts import (
    Floats,
    Graph,
    Grids,
    Ints,
    Rule,
    Scratch,
    draw,
    draw_below,
    hang,
    make_grids,
    make_scratch,
    penalty,
    score,
    unhang,
)
from linli.solvers.zoning.engine.trees import assign, collect, grow, release, resplit, weigh

TREES_PER_CUT = 3
LOPSIDED = 1e7


@compiled
def start(graph: Graph, rule: Rule, number: int, scratch: Scratch) -> Grids:
    """A first division: cut in two along trees until every part is one grid."""
    nodes = graph.ptr.size - 1
    grids = make_grids(np.zeros(nodes, np.int32), graph.weight, number)
    owed = np.zeros(number, np.int32)
    owed[0], used = number, 1
    grid = 0
    while grid < used:
        if owed[grid] <= 1:
            grid += 1
            continue
        moved = halve(graph, rule, grids, scratch, grid, owed[grid], used)
        if moved == 0:
            grid += 1
            continue
        owed[grid] -= moved
        owed[used] = moved
        used += 1
    return grids


@compiled
def halve(
    graph: Graph, rule: Rule, grids: Grids, scratch: Scratch, grid: int, owed: int, new: int
) -> int:
    """Cut a part that is to become `owed` grids; how many of them the new part is to become."""
    count = collect(grids, scratch, grid, 0)
    best_edge, best_share, least, state = 0, 0, 1e300, scratch.random[0]
    for _try in range(TREES_PER_CUT):
        before = scratch.random[0]
        if count < 2 or grow(graph, grids, scratch, count, 1.0) < count:
            break
        weigh(graph, scratch, grids, count)
        edge, share, cost = best_halving(scratch, rule, count, owed)
        if cost < least:
            best_edge, best_share, least, state = edge, share, cost, before
        unreach(scratch, count)
    if best_share > 0:
        after = scratch.random[0]
        scratch.random[0] = state  # the best tree is grown again rather than kept
        grow(graph, grids, scratch, count, 1.0)
        scratch.random[0] = after
        assign(graph, grids, scratch, count, best_edge, new, grid)
    release(scratch, count)
    return best_share


@compiled
def unreach(scratch: Scratch, count: int) -> None:
    for i in range(count):
        scratch.rank[scratch.member[i]] = -1


@compiled
def best_halving(scratch: Scratch, rule: Rule, count: int, owed: int) -> tuple[int, int, float]:
    """The edge, the grids below it, and the cost, of the best cut of this tree."""
    best, share, least = 0, 0, 1e300
    whole = scratch.sub[0]
    mean = whole / owed
    for i in range(1, count):
        below = scratch.sub[i]
        fits = int(below / mean)
        for j in range(max(1, fits), min(owed - 1, fits + 1) + 1):
            cost = scratch.cut[i] + misfit(rule, below, j, mean)
            cost += misfit(rule, whole - below, owed - j, mean)
            if owed > 6 and (4 * j < owed or 4 * j > 3 * owed):
                cost += LOPSIDED
            if cost < least:
                best, share, least = i, j, cost
    return best, share, least


@compiled
def misfit(rule: Rule, weight: float, number: int, mean: float) -> float:
    """What it costs that a part of this weight must become this many grids."""
    out = max(number * rule.low - weight, weight - number * rule.high, 0.0) / rule.target
    off = (weight - number * mean) / rule.target
    return rule.breach * (out + out * out) + rule.balance * off * off / number


@compiled
def neighbour_pair(graph: Graph, grids: Grids, scratch: Scratch) -> tuple[int, int]:
    """Two grids that touch, found from a random node; (-1, -1) when it lies inside its own."""
    v = draw_below(scratch.random, graph.ptr.size - 1)
    begin, end = graph.ptr[v], graph.ptr[v + 1]
    degree = end - begin
    if degree == 0:
        return -1, -1
    offset = draw_below(scratch.random, degree)
    for i in range(degree):
        u = graph.to[begin + (i + offset) % degree]
        if grids.part[u] != grids.part[v]:
            return grids.part[v], grids.part[u]
    return -1, -1


@compiled
def anneal(
    graph: Graph, rule: Rule, grids: Grids, scratch: Scratch, steps: int, heat: float, stop: Any
) -> None:
    """Re-cut neighbouring pairs, at first accepting what is a little worse."""
    for step in range(steps):
        if stop[0] != 0:
            return
        one, two = neighbour_pair(graph, grids, scratch)
        if one >= 0:
            resplit(graph, rule, grids, scratch, one, two, heat * (1.0 - step / steps))


@compiled
def tidy(
    graph: Graph, rule: Rule, grids: Grids, scratch: Scratch, rounds: int, stop: Any
) -> None:
    """Let single nodes change over to a neighbouring grid while that lowers the score."""
    nodes = graph.ptr.size - 1
    for _round in range(rounds):
        moved = 0
        for v in range(nodes):
            moved += change_over(graph, rule, grids, scratch, v)
        if moved == 0 or stop[0] != 0:
            return


@compiled
def change_over(graph: Graph, rule: Rule, grids: Grids, scratch: Scratch, v: int) -> int:
    """Move one node to the neighbouring grid where it lowers the score most; 1 if it moved."""
    own = grids.part[v]
    count = look_round(graph, grids, scratch, v)
    best, least = -1, -1e-9
    for i in range(count):
        other = scratch.near[i]
        if other != own:
            change = scratch.link[own] - scratch.link[other]
            change += change_of_sizes(graph, rule, grids, v, own, other)
            if change < least:
                best, least = other, change
    for i in range(count):
        scratch.link[scratch.near[i]] = 0.0
    if best < 0 or not can_leave(graph, grids, scratch, v):
        return 0
    unhang(grids, v, graph.weight[v])
    hang(grids, v, best, graph.weight[v])
    return 1


@compiled
def look_round(graph: Graph, grids: Grids, scratch: Scratch, v: int) -> int:
    """The grids around a node in `near`, the border with each in `link`; 0 if all are its own."""
    own, foreign = grids.part[v], False
    for e in range(graph.ptr[v], graph.ptr[v + 1]):
        foreign = foreign or grids.part[graph.to[e]] != own
    if not foreign:
        return 0
    count = 0
    for e in range(graph.ptr[v], graph.ptr[v + 1]):
        grid = grids.part[graph.to[e]]
        if scratch.link[grid] == 0.0:
            scratch.near[count] = grid
            count += 1
        scratch.link[grid] += graph.cost[e]
    return count


@compiled
def change_of_sizes(
    graph: Graph, rule: Rule, grids: Grids, v: int, own: int, other: int
) -> float:
    weight = graph.weight[v]
    change = penalty(rule, grids.total[own] - weight) - penalty(rule, grids.total[own])
    change += penalty(rule, grids.total[other] + weight) - penalty(rule, grids.total[other])
    if rule.stay > 0:
        if graph.home[v] == own:
            change += rule.stay * weight
        elif graph.home[v] == other:
            change -= rule.stay * weight
    return change


@compiled
def can_leave(graph: Graph, grids: Grids, scratch: Scratch, v: int) -> bool:
    """Whether the rest of a node's grid holds together, and there is a rest."""
    own, rank = grids.part[v], scratch.rank
    wanted = 0
    first = -1
    for e in range(graph.ptr[v], graph.ptr[v + 1]):
        u = graph.to[e]
        if grids.part[u] == own:
            rank[u] = -1
            wanted += 1
            first = u
    if wanted == 0:
        return False
    held = wanted == 1 or reaches_all(graph, grids, scratch, v, first, wanted)
    for e in range(graph.ptr[v], graph.ptr[v + 1]):
        rank[graph.to[e]] = -2
    return held


@compiled
def reaches_all(
    graph: Graph, grids: Grids, scratch: Scratch, v: int, first: int, wanted: int
) -> bool:
    """Search from one neighbour through the grid without v until all wanted ones are found."""
    own, rank, queue = grids.part[v], scratch.rank, scratch.order
    rank[first], rank[v], queue[0] = 0, 0, first
    head, tail, found = 0, 1, 1
    while head < tail and found < wanted:
        x = queue[head]
        head += 1
        for e in range(graph.ptr[x], graph.ptr[x + 1]):
            u = graph.to[e]
            if grids.part[u] == own and rank[u] < 0:
                found += 1 if rank[u] == -1 else 0
                rank[u] = 0
                queue[tail] = u
                tail += 1
    for i in range(tail):
        rank[queue[i]] = -2
    rank[v] = -2
    return found == wanted


@compiled
def solve_zone(
    coarse: Graph,
    fine: Graph,
    up: Ints,
    rule: Rule,
    number: int,
    effort: Any,
    seed: int,
    stop: Any,
) -> tuple[Ints, float]:
    """The best division of a zone that the effort allows, at the fine level, and its score."""
    starts, recuts, heat = int(effort[0]), effort[1], effort[2]
    scratch = make_scratch(coarse, number, seed)
    best, least = np.zeros(up.size, np.int32), 1e300
    for _start in range(starts):
        grids = start(coarse, rule, number, scratch)
        anneal(coarse, rule, grids, scratch, int(recuts * number), heat, stop)
        part, cost = refine(fine, up, rule, grids.part, number, effort, scratch.random, stop)
        if cost < least:
            best, least = part, cost
        if stop[0] != 0 or (effort[6] > 0 and in_range(rule, best, fine.weight, number)):
            break
    return best, least


@compiled
def in_range(rule: Rule, part: Ints, weight: Floats, number: int) -> bool:
    """Whether every grid is."""
    total = np.zeros(number)
    for v in range(part.size):
        total[part[v]] += weight[v]
    return bool(total.min() >= rule.low and total.max() <= rule.high)


@compiled
def refine(
    fine: Graph,
    up: Ints,
    rule: Rule,
    coarse_part: Ints,
    number: int,
    effort: Any,
    random: Any,
    stop: Any,
) -> tuple[Ints, float]:
    """Carry a division down to the finer nodes and improve it there."""
    part = np.empty(up.size, np.int32)
    for v in range(up.size):
        part[v] = coarse_part[up[v]]
    grids = make_grids(part, fine.weight, number)
    scratch = make_scratch(fine, number, int(draw(random) * 1e9))
    rounds = int(effort[4])
    tidy(fine, rule, grids, scratch, rounds, stop)
    anneal(fine, rule, grids, scratch, int(effort[3] * number), effort[5], stop)
    tidy(fine, rule, grids, scratch, rounds, stop)
    return grids.part, score(fine, rule, grids)
