"""The answer: the grid of every building, and what can be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from linli.solvers.zoning.aims import Aims, Count
from linli.solvers.zoning.town import Ints, Town


class Reason(StrEnum):
    """Why a grid lies outside the range."""

    DEDICATED = "dedicated"  # a hospital, a mall: fixed beforehand
    NO_HOUSEHOLDS = "no_households"  # nobody lives in this piece, and no road leads out of it
    BUILDING_TOO_LARGE = "building_too_large"  # one building is more than the most
    PIECE_TOO_SMALL = "piece_too_small"  # cut off by barriers, fewer than the least
    PIECE_FITS_NO_NUMBER = (
        "piece_fits_no_number"  # 548 with 300-500: one is too large, two too small
    )
    NOT_FOUND = "not_found"  # a number would fit, but no connected division was found
    EDITED = "edited"  # made so by hand


@dataclass(frozen=True, slots=True)
class Outlier:
    """A grid outside the range, and why."""

    grid: int
    weight: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two pieces on both sides of main roads that were joined because one alone fits no grid."""

    grid: int
    pieces: tuple[int, ...]  # numbers of buildings, one of each piece


@dataclass(frozen=True, slots=True)
class Figures:
    """What two plans are compared by. Shares are 0-1."""

    grids: int
    cost: float  # metres of border, weighted by what it parts
    connected: float
    in_range: float  # of grids in pieces that some number of grids fits
    feasible: float  # of ordinary grids: those in such pieces
    compounds_split: float  # of compounds no larger than the range
    crossings: int  # grids that hold together only over a main road
    undeclared: int  # of those, the ones the plan does not name; 0 by construction
    smallest: int
    largest: int
    moved: int  # households whose grid is not the one they had


@dataclass(frozen=True, slots=True)
class Plan:
    """Grids are numbered from 0; every building has one. `weights` follow the aims' count."""

    grid: Ints  # (n,)
    weights: NDArray[np.int64]  # (grids,)
    dedicated: NDArray[np.bool_]  # (grids,) fixed beforehand
    outside: Sequence[Outlier]
    crossings: Sequence[Crossing]
    figures: Figures
    aims: Aims
    finished: bool = True  # False: stopped early, by the clock or by the caller
    cpu_s: float = 0.0

    @property
    def number(self) -> int:
        return len(self.weights)


def weights_of(town: Town, aims: Aims) -> Ints:
    return town.people if aims.count == Count.PEOPLE else town.households


def totals(grid: Ints, weight: Ints, number: int) -> NDArray[np.int64]:
    return np.bincount(grid, weights=weight, minlength=number).astype(np.int64)


def border_cost(town: Town, grid: Ints) -> float:
    """Weighted metres of border between grids, leaving out what no plan may keep: the barriers."""
    one, two = town.edges[:, 0], town.edges[:, 1]
    cut = (grid[one] != grid[two]) & (town.barrier == 0)
    return float(town.cost[cut].sum())
