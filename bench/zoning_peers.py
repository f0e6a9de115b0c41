"""What others make of the same zones: METIS, GerryChain and spopt, scored by our own cost.

Each gets the buildings of a zone, their neighbours and the number of grids, and is measured in
processor seconds. The zones themselves (barriers) are given to them: without, they do worse.
"""

from __future__ import annotations

import signal
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.engine.graphs import slice_of
from linli.solvers.zoning.engine.parts import Graph, make_grids, score
from linli.solvers.zoning.levels import Levels, make_levels
from linli.solvers.zoning.pieces import Pieces, find_pieces
from linli.solvers.zoning.search import rule_of
from linli.solvers.zoning.town import Floats, Ints, Town

UFACTORS, SEEDS = (30, 100, 200, 400), (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Answer:
    """A peer's grid for every building, its processor seconds, zones it gave up on."""

    grid: Ints
    cpu_s: float
    failed: int


def zoned(
    town: Town, aims: Aims, divide_one: Callable[[Graph, int, Floats], Ints], seconds: float
) -> Answer | None:
    """Let a peer divide zone by zone; None when it does not finish in time."""
    pieces = find_pieces(town, aims)
    levels = make_levels(town, aims, pieces, zone=pieces.zone, whole=False)
    begun = time.process_time()
    grid, failed = fixed_grids(pieces)
    used = int(grid.max(initial=-1)) + 1
    for zone, graph in each_zone(levels):
        number = min(aims.number_for(int(pieces.weight[zone])), graph.weight.size)
        inside = levels.building[levels.fine_begin[zone] : levels.fine_begin[zone + 1]]
        xy = town.xy[inside]
        part = np.zeros(graph.weight.size, np.int32)
        if number > 1:
            try:
                with at_most(seconds - (time.process_time() - begun)):
                    part = divide_one(graph, number, xy)
            except TimeoutError:
                return None
            except Exception:
                failed += 1
        part = np.unique(part, return_inverse=True)[1].astype(np.int32)
        grid[inside] = used + part
        used += int(part.max()) + 1
    return Answer(grid, time.process_time() - begun, failed)


def fixed_grids(pieces: Pieces) -> tuple[Ints, int]:
    return pieces.fixed.copy(), 0


def each_zone(levels: Levels) -> Iterator[tuple[int, Graph]]:
    for zone in range(levels.zones):
        begin, end = int(levels.fine_begin[zone]), int(levels.fine_begin[zone + 1])
        yield zone, slice_of(levels.fine, begin, end)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """TimeoutError when the block takes longer."""

    def ring(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(0.01, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def metis_portfolio(town: Town, aims: Aims, *, seconds: float = 600.0) -> Answer | None:
    """Sixteen runs of METIS k-way per zone, the one with the best score kept."""
    from pymetis import CSRAdjacency, Options, part_graph

    rule = rule_of(aims)

    def best_of_sixteen(graph: Graph, number: int, _xy: Floats) -> Ints:
        adjacency = CSRAdjacency(graph.ptr, graph.to)
        weight = graph.weight.astype(np.int64)
        costs = np.maximum(1, np.rint(graph.cost * 10)).astype(np.int64)
        best, least = np.zeros(weight.size, np.int32), np.inf
        for ufactor in UFACTORS:
            for seed in SEEDS:
                found = part_graph(
                    number,
                    adjacency,
                    vweights=weight,
                    eweights=costs,
                    recursive=False,  # METIS would choose it for few parts, and drop contiguity
                    contiguous=True,
                    options=Options(ufactor=ufactor, seed=seed),
                )
                part = np.asarray(found.vertex_part, np.int32)
                cost = score(graph, rule, make_grids(part, graph.weight, number))
                if cost < least:
                    best, least = part, cost
        return best

    return zoned(town, aims, best_of_sixteen, seconds)


def gerrychain_tree(town: Town, aims: Aims, *, seconds: float = 60.0) -> Answer | None:
    """GerryChain's recursive tree: random spanning trees cut where the balance allows."""
    import networkx
    from gerrychain import Graph as Net
    from gerrychain.partition.initial_partition_generators import recursive_tree_part
    from gerrychain.tree import bipartition_tree

    def one(graph: Graph, number: int, _xy: Floats) -> Ints:
        net = networkx.Graph()
        for v in range(graph.weight.size):
            net.add_node(v, w=float(graph.weight[v]))
            arcs = graph.to[graph.ptr[v] : graph.ptr[v + 1]].tolist()
            net.add_edges_from((v, u) for u in arcs)
        found = recursive_tree_part(
            Net.from_networkx(net),
            range(number),
            float(graph.weight.sum()) / number,
            "w",
            0.25,
            bipartition_tree_fn=partial(bipartition_tree, max_attempts=2000),
            rng=1,
        )
        return np.array([found[v] for v in range(graph.weight.size)], np.int32)

    return quietly(town, aims, one, seconds)


def spopt_skater(town: Town, aims: Aims, *, seconds: float = 60.0) -> Answer | None:
    """spopt's Skater: the spanning tree of positions, cut by likeness, a least size kept."""
    import geopandas
    from libpysal.weights import W
    from spopt.region import Skater

    def one(graph: Graph, number: int, xy: Floats) -> Ints:
        nodes = graph.weight.size
        beside = {v: graph.to[graph.ptr[v] : graph.ptr[v + 1]].tolist() for v in range(nodes)}
        frame = geopandas.GeoDataFrame(
            {"x": xy[:, 0], "y": xy[:, 1]}, geometry=geopandas.points_from_xy(*xy.T)
        )
        least = max(2, nodes // (3 * number))
        model = Skater(frame, W(beside), ["x", "y"], n_clusters=number, floor=least)
        model.solve()
        return np.asarray(model.labels_, np.int32)

    return quietly(town, aims, one, seconds)


def quietly(
    town: Town, aims: Aims, one: Callable[[Graph, int, Floats], Ints], seconds: float
) -> Answer | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zoned(town, aims, one, seconds)
