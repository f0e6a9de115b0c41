"""The proven optimum of a small zone, by CP-SAT with connectivity added as it is missed."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.contiguity import IN_BLOCK, IN_COMPOUND, STREET, neighbours_of_points
from linli.solvers.zoning.engine.parts import Graph, make_grids, penalty, score
from linli.solvers.zoning.levels import Levels, make_levels
from linli.solvers.zoning.pieces import find_pieces
from linli.solvers.zoning.search import rule_of
from linli.solvers.zoning.town import Floats, Ints, Town

MILLI = 1000  # the oracle counts in whole millimetres of border


def small_zone(seed: int) -> Town:
    """25 to 50 buildings for two or three grids, a few small compounds among them."""
    random = np.random.default_rng(seed)
    number = int(random.integers(25, 51))
    xy = random.uniform(0, 260, (number, 2))
    drawn = random.lognormal(2.5, 0.8, number)
    total = 400 * int(random.choice([2, 2, 3])) * random.uniform(0.92, 1.08)
    households = np.minimum(250, np.maximum(1, drawn * total / drawn.sum())).astype(np.int32)
    edges, length = neighbours_of_points(xy)
    quarter = (xy // 65).astype(int) @ (1, 4)
    compound = np.where(np.isin(quarter, random.choice(16, 4, replace=False)), quarter, -1)
    one, two = quarter[edges[:, 0]], quarter[edges[:, 1]]
    gated = (compound[edges[:, 0]] >= 0) & (one == two)
    factor = np.where(gated, IN_COMPOUND, np.where(one == two, IN_BLOCK, STREET))
    return Town(
        xy=xy,
        households=households,
        edges=edges,
        length=length,
        cost=length * factor,
        barrier=np.zeros(len(edges), np.int8),
        compound=compound.astype(np.int32),
    )


def proven_least(town: Town, aims: Aims, number: int, *, seconds: float) -> float | None:
    """The least score of so many grids in range, compounds whole; None when it was not proven."""
    levels = _levels(town, aims)
    graph = levels.fine
    model = cp_model.CpModel()
    nodes = graph.weight.size
    lies = [[model.new_bool_var("") for _g in range(number)] for _v in range(nodes)]
    for row in lies:
        model.add_exactly_one(row)
    _without_symmetry(model, lies)
    model.minimize(_costs(model, graph, lies, aims))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    left = seconds
    while left > 0:
        solver.parameters.max_time_in_seconds = left
        status = solver.solve(model)
        left -= solver.wall_time
        if status != cp_model.OPTIMAL:
            return None
        part = np.array([[solver.boolean_value(x) for x in row] for row in lies]).argmax(axis=1)
        if not _mend(model, graph, lies, part):
            return float(solver.objective_value) / MILLI
    return None


def our_score(town: Town, aims: Aims, grid: Ints) -> float:
    """What our own plan scores on the same graph; infinite where it splits a compound."""
    levels = _levels(town, aims)
    part = np.zeros(levels.fine.weight.size, np.int32)
    part[levels.block] = grid[levels.building]
    if (part[levels.block] != grid[levels.building]).any():
        return float("inf")
    number = int(part.max()) + 1
    grids = make_grids(part, levels.fine.weight, number)
    return float(score(levels.fine, rule_of(aims), grids))


def _levels(town: Town, aims: Aims) -> Levels:
    pieces = find_pieces(town, aims)
    return make_levels(town, aims, pieces, zone=pieces.zone)


def _costs(
    model: cp_model.CpModel, graph: Graph, lies: list[list[cp_model.IntVar]], aims: Aims
) -> cp_model.LinearExprT:
    rule = rule_of(aims)
    table = [round(MILLI * penalty(rule, float(w))) for w in range(aims.high + 1)]
    terms: list[cp_model.LinearExprT] = []
    for grid in range(len(lies[0])):
        weight = model.new_int_var(aims.low, aims.high, "")
        inside = [int(w) * row[grid] for w, row in zip(graph.weight, lies, strict=True)]
        model.add(weight == sum(inside))
        worth = model.new_int_var(0, max(table), "")
        model.add_element(weight, table, worth)
        terms.append(worth)
    for v, u, cost in _edges(graph):
        cut = model.new_bool_var("")
        for one, two in zip(lies[v], lies[u], strict=True):
            model.add(cut >= one - two)
            model.add(cut >= two - one)
        terms.append(round(MILLI * cost) * cut)
    return sum(terms)


def _without_symmetry(model: cp_model.CpModel, lies: list[list[cp_model.IntVar]]) -> None:
    """A node may only be in a grid when an earlier one is in the grid before."""
    for v, row in enumerate(lies):
        for grid in range(1, len(row)):
            model.add(row[grid] <= sum(lies[u][grid - 1] for u in range(v)))


def _edges(graph: Graph) -> list[tuple[int, int, float]]:
    return [
        (v, int(graph.to[e]), float(graph.cost[e]))
        for v in range(graph.weight.size)
        for e in range(graph.ptr[v], graph.ptr[v + 1])
        if graph.to[e] > v
    ]


def _mend(
    model: cp_model.CpModel, graph: Graph, lies: list[list[cp_model.IntVar]], part: Floats
) -> bool:
    """Forbid every part that is cut off from its grid; whether there was one."""
    beside = [set(graph.to[graph.ptr[v] : graph.ptr[v + 1]].tolist()) for v in range(len(lies))]
    found = False
    for grid in range(len(lies[0])):
        parts = _parts(beside, set(np.flatnonzero(part == grid).tolist()))
        for one in parts[1:]:
            found = True
            fence = set().union(*(beside[v] for v in one)) - one
            for v in list(one)[:4]:
                for u in list(parts[0])[:4]:
                    for g in range(len(lies[0])):
                        around = sum(lies[s][g] for s in fence)
                        model.add(lies[v][g] + lies[u][g] <= 1 + around)
    return found


def _parts(beside: list[set[int]], members: set[int]) -> list[set[int]]:
    """The connected parts, the largest first."""
    parts = []
    while members:
        part, walk = set(), [members.pop()]
        while walk:
            v = walk.pop()
            part.add(v)
            reached = beside[v] & members
            members -= reached
            walk.extend(reached)
        parts.append(part)
    return sorted(parts, key=len, reverse=True)
