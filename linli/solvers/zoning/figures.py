"""What can be said of a division, counted anew from the town itself and not from the search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.engine.graphs import components
from linli.solvers.zoning.pieces import Pieces, find_pieces
from linli.solvers.zoning.plan import (
    Crossing,
    Figures,
    Outlier,
    Plan,
    Reason,
    border_cost,
    totals,
    weights_of,
)
from linli.solvers.zoning.town import Barrier, Ints, Town

Flags = NDArray[np.bool_]


def make_plan(
    town: Town,
    aims: Aims,
    pieces: Pieces,
    part: Ints,
    *,
    finished: bool = True,
    cpu_s: float = 0.0,
) -> Plan:
    """Number the grids of all zones through, the fixed ones first, and say what they are."""
    fixed = len(pieces.fixed_is_dedicated)
    most = int(part.max(initial=0)) + 1
    name = np.where(
        pieces.fixed >= 0, pieces.fixed, fixed + pieces.zone.astype(np.int64) * most + part
    )
    _names, grid = np.unique(name, return_inverse=True)
    return plan_of(town, aims, pieces, grid.astype(np.int32), finished=finished, cpu_s=cpu_s)


def plan_of(
    town: Town,
    aims: Aims,
    pieces: Pieces,
    grid: Ints,
    *,
    finished: bool = True,
    cpu_s: float = 0.0,
    edited: Ints | None = None,
) -> Plan:
    """The plan that these grids are. Grids in `edited` are out of range by somebody's hand."""
    number = int(grid.max()) + 1
    weights = totals(grid, weights_of(town, aims), number)
    dedicated = np.zeros(number, bool)
    dedicated[grid[town.dedicated >= 0]] = True
    outside = _outside(aims, pieces, grid, weights, dedicated, edited)
    crossings = _crossings(town, pieces, grid)
    return Plan(
        grid=grid,
        weights=weights,
        dedicated=dedicated,
        outside=outside,
        crossings=crossings,
        figures=figures(town, aims, grid, pieces=pieces, declared=crossings),
        aims=aims,
        finished=finished,
        cpu_s=cpu_s,
    )


def figures(
    town: Town,
    aims: Aims,
    grid: Ints,
    *,
    pieces: Pieces | None = None,
    declared: tuple[Crossing, ...] = (),
) -> Figures:
    """Count everything two plans are compared by."""
    pieces = find_pieces(town, aims) if pieces is None else pieces
    number = int(grid.max(initial=-1)) + 1
    weights = totals(grid, weights_of(town, aims), number)
    feasible = _feasible(aims, pieces, grid, number)
    ordinary = np.ones(number, bool)
    ordinary[grid[pieces.fixed >= 0]] = False
    fits = (weights >= aims.low) & (weights <= aims.high)
    crossing = parts_of_grids(town, grid, number, over=Barrier.NONE) > 1
    whole = parts_of_grids(town, grid, number, over=Barrier.ROAD) == 1
    named = np.zeros(number, bool)
    named[[one.grid for one in declared]] = True
    free = whole & ordinary
    return Figures(
        grids=number,
        cost=border_cost(town, grid),
        connected=_share(whole, ordinary),
        in_range=_share(fits, feasible),
        feasible=_share(feasible, ordinary),
        compounds_split=split_share(town, aims, grid),
        crossings=int((crossing & free).sum()),
        undeclared=int((crossing & free & ~named).sum()),
        smallest=int(weights[ordinary].min(initial=2**31)) if ordinary.any() else 0,
        largest=int(weights[ordinary].max(initial=0)),
        moved=households_moved(town, grid),
    )


def _share(of: Flags, among: Flags) -> float:
    return float(of[among].mean()) if among.any() else 1.0


def _feasible(aims: Aims, pieces: Pieces, grid: Ints, number: int) -> Flags:
    """Grids that lie in a zone some number of grids fits."""
    fits = np.array([len(aims.numbers_for(int(w))) > 0 for w in pieces.weight] + [False], bool)
    feasible = np.zeros(number, bool)
    feasible[grid[fits[pieces.zone]]] = True
    return feasible


def parts_of_grids(town: Town, grid: Ints, number: int, *, over: Barrier) -> Ints:
    """Into how many connected parts each grid falls, when borders up to `over` hold together."""
    one, two = town.edges[:, 0], town.edges[:, 1]
    inside = (grid[one] == grid[two]) & (town.barrier <= over)
    label = components(town.size, town.edges, inside)
    first = np.full(int(label.max(initial=-1)) + 1, -1, np.int32)
    first[label] = grid
    return np.bincount(first, minlength=number).astype(np.int32)


def split_share(town: Town, aims: Aims, grid: Ints) -> float:
    """Of the compounds that a grid could hold, those that lie in more than one."""
    inside = np.flatnonzero(town.compound >= 0)
    if inside.size == 0:
        return 0.0
    compound, own = town.compound[inside], grid[inside]
    count = int(compound.max()) + 1
    heavy = np.bincount(compound, weights_of(town, aims)[inside], count)
    first = np.full(count, -1, np.int32)
    first[compound] = own
    split = np.zeros(count, bool)
    split[compound[own != first[compound]]] = True
    there = (first >= 0) & (heavy <= aims.high)
    return float(split[there].mean()) if there.any() else 0.0


def households_moved(town: Town, grid: Ints) -> int:
    """Households not in the grid that most of their old grid's households are in."""
    had = np.flatnonzero(town.existing >= 0)
    if had.size == 0:
        return 0
    number = int(grid.max()) + 1
    pair = town.existing[had].astype(np.int64) * number + grid[had]
    names, where = np.unique(pair, return_inverse=True)
    shared = np.bincount(where, town.households[had]).astype(np.float64)
    return int(town.households[had].sum() - _matched(names // number, names % number, shared))


def _matched(
    old: NDArray[np.int64], new: NDArray[np.int64], shared: NDArray[np.float64]
) -> float:
    """The most households that can be said to have stayed, each grid having one predecessor."""
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _old, rows = np.unique(old, return_inverse=True)
    _new, columns = np.unique(new, return_inverse=True)
    both = len(_old) + len(_new)
    links = coo_array((np.ones(len(rows)), (rows, len(_old) + columns)), shape=(both, both))
    _count, label = connected_components(links, directed=False)
    order = np.argsort(label[rows], kind="stable")
    total = 0.0
    for group in np.split(order, np.flatnonzero(np.diff(label[rows][order])) + 1):
        r = np.unique(rows[group], return_inverse=True)[1]
        c = np.unique(columns[group], return_inverse=True)[1]
        table = np.zeros((int(r.max()) + 1, int(c.max()) + 1))
        table[r, c] = shared[group]
        total += float(table[linear_sum_assignment(table, maximize=True)].sum())
    return total


def _outside(
    aims: Aims,
    pieces: Pieces,
    grid: Ints,
    weights: NDArray[np.int64],
    dedicated: Flags,
    edited: Ints | None,
) -> tuple[Outlier, ...]:
    """The grids outside the range, each with its reason."""
    zone_of = np.zeros(len(weights), np.int32)
    zone_of[grid] = pieces.zone
    out = np.flatnonzero((weights < aims.low) | (weights > aims.high))
    by_hand = set() if edited is None else set(edited.tolist())
    found = []
    for one in out.tolist():
        zone = int(zone_of[one])
        if dedicated[one]:
            reason = Reason.DEDICATED
        elif zone < 0:
            reason = Reason.BUILDING_TOO_LARGE
        elif one in by_hand:
            reason = Reason.EDITED
        else:
            reason = _reason(aims, int(pieces.weight[zone]))
        found.append(Outlier(one, int(weights[one]), reason))
    return tuple(found)


def _reason(aims: Aims, weight: int) -> Reason:
    if weight == 0:
        return Reason.NO_HOUSEHOLDS
    if weight < aims.low:
        return Reason.PIECE_TOO_SMALL
    return Reason.NOT_FOUND if aims.numbers_for(weight) else Reason.PIECE_FITS_NO_NUMBER


def _crossings(town: Town, pieces: Pieces, grid: Ints) -> tuple[Crossing, ...]:
    """The grids that hold buildings of several pieces, with one building of each."""
    free = np.flatnonzero(pieces.piece >= 0)
    pair = grid[free].astype(np.int64) * town.size + pieces.piece[free]
    names, first = np.unique(pair, return_index=True)
    grids, starts, count = np.unique(names // town.size, return_index=True, return_counts=True)
    return tuple(
        Crossing(int(one), tuple(free[first[begin : begin + many]].tolist()))
        for one, begin, many in zip(grids, starts, count, strict=True)
        if many > 1
    )
