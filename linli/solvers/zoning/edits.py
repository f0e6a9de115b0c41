"""Changing a plan by hand: move buildings, split a grid, merge two. Each answers a new plan.

The range may be left by hand, and the plan then says so; a grid may not fall apart, and a
dedicated one is not touched. A main road that is crossed by hand is a declared crossing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from linli.solvers.zoning.figures import parts_of_grids, plan_of
from linli.solvers.zoning.levels import make_levels
from linli.solvers.zoning.looks import HARD
from linli.solvers.zoning.pieces import find_pieces
from linli.solvers.zoning.plan import Plan, Reason
from linli.solvers.zoning.refusals import CannotSplit, GridIsFixed, NoSuchGrid, WouldFallApart
from linli.solvers.zoning.search import Watch, search
from linli.solvers.zoning.town import Barrier, Ints, Town


def move(town: Town, plan: Plan, buildings: ArrayLike, to: int) -> Plan:
    """The plan with these buildings in grid `to`; `plan.number` names a new one."""
    chosen = np.asarray(buildings, np.intp)
    _require(plan, *np.unique(plan.grid[chosen]).tolist(), *([to] if to != plan.number else []))
    grid = plan.grid.copy()
    grid[chosen] = to
    return _edited(town, plan, grid)


def merge(town: Town, plan: Plan, one: int, two: int) -> Plan:
    """The plan with both grids as one, under the number of the first."""
    _require(plan, one, two)
    return _edited(town, plan, np.where(plan.grid == two, one, plan.grid).astype(np.int32))


def split(town: Town, plan: Plan, grid: int, into: int = 2) -> Plan:
    """The plan with a grid cut into connected parts of about the same weight."""
    _require(plan, grid)
    zone = np.where(plan.grid == grid, 0, -1).astype(np.int32)
    pieces = find_pieces(town, plan.aims)
    for whole in (True, False):
        levels = make_levels(town, plan.aims, pieces, zone=zone, whole=whole, cap=0.0)
        if levels.coarse.weight.size >= into > 1:
            break
    else:
        raise CannotSplit("into", grid=grid + 1, into=into)
    numbers = np.array([into], np.int32)
    watch = Watch(plan.aims.time_limit)
    part, _score = search(levels, plan.aims, numbers, HARD, watch, seed=plan.aims.seed)
    found = part[levels.block]
    if np.unique(found).size < into:
        raise CannotSplit("into", grid=grid + 1, into=into)
    changed = plan.grid.copy()
    changed[levels.building] = np.where(found == 0, grid, plan.number + found - 1)
    return _edited(town, plan, changed)


def _require(plan: Plan, *grids: int) -> None:
    for grid in grids:
        if not 0 <= grid < plan.number:
            raise NoSuchGrid("grid", grid=grid + 1)
        if plan.dedicated[grid]:
            raise GridIsFixed("grid", grid=grid + 1)


def _edited(town: Town, plan: Plan, grid: Ints) -> Plan:
    """Grids counted through again, each still one piece."""
    names, number = np.unique(grid, return_inverse=True)
    grid = number.astype(np.int32)
    changed = np.unique(grid[grid_changed(plan, names[number])])
    parts = parts_of_grids(town, grid, names.size, over=Barrier.ROAD)
    if apart := [one for one in changed.tolist() if parts[one] > 1]:
        raise WouldFallApart("grid", grid=int(names[apart[0]]) + 1)
    by_hand = _by_hand(plan, names, changed)
    pieces = find_pieces(town, plan.aims)
    return plan_of(town, plan.aims, pieces, grid, edited=by_hand, cpu_s=plan.cpu_s)


def grid_changed(plan: Plan, grid: Ints) -> Ints:
    """The buildings of every grid that lost or won one."""
    differs = plan.grid != grid
    touched = np.union1d(plan.grid[differs], grid[differs])
    return np.flatnonzero(np.isin(grid, touched)).astype(np.int32)


def _by_hand(plan: Plan, names: Ints, changed: Ints) -> Ints:
    """Grids whose size is somebody's doing: those changed now, and those changed before."""
    before = [one.grid for one in plan.outside if one.reason == Reason.EDITED]
    kept = np.flatnonzero(np.isin(names, before))
    return np.union1d(changed, kept).astype(np.int32)
