"""Redrawing what exists moves few households, and none where nothing has to move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from linli.solvers.zoning.aims import Aims, Mode
from linli.solvers.zoning.divide import divide
from linli.solvers.zoning.pieces import find_pieces
from linli.solvers.zoning.repartition import least_moves
from linli.solvers.zoning.testing import make_town
from linli.solvers.zoning.town import Ints, Town

AGAIN = Aims(mode=Mode.REPARTITION)


def changed(town: Town, grid: Ints, share: float) -> Town:
    """The town some years on: some buildings emptier or fuller, a few much larger."""
    random = np.random.default_rng(7)
    households = town.households.astype(np.float64)
    some = random.random(town.size) < share
    households[some] *= random.uniform(0.4, 1.7, int(some.sum()))
    few = random.random(town.size) < share / 10
    households[few] += random.integers(60, 240, int(few.sum()))
    return replace(town, households=np.rint(households).astype(np.int32), existing=grid)


def test_a_plan_in_range_stays_as_it_is() -> None:
    town = make_town(1200, 1)
    plan = divide(town, Aims())

    again = divide(replace(town, existing=plan.grid), AGAIN)

    assert again.figures.moved == 0
    assert again.number == plan.number


def test_after_changes_everything_is_in_range_and_few_households_moved() -> None:
    town = make_town(2500, 1)
    now = changed(town, divide(town, Aims()).grid, 0.05)

    again = divide(now, AGAIN)

    least = least_moves(now, AGAIN, find_pieces(now, AGAIN))
    assert again.figures.in_range == again.figures.connected == 1.0
    assert 0 < least <= again.figures.moved <= 2 * least
    assert divide(now, Aims()).figures.moved > 2 * again.figures.moved


def test_new_buildings_and_stragglers_go_with_their_neighbours() -> None:
    town = make_town(900, 1)
    plan = divide(town, Aims())
    had = plan.grid.copy()
    new = np.random.default_rng(1).choice(town.size, 60, replace=False)
    had[new[:30]] = -1
    had[new[30:]] = (had[new[30:]] + 3) % plan.number  # scattered far from their grid

    again = divide(replace(town, existing=had), AGAIN)

    assert again.figures.connected == 1.0
    assert again.figures.in_range == 1.0
    assert again.figures.moved <= 2 * int(town.households[new].sum())


def test_a_town_without_any_grid_yet_is_divided_from_scratch() -> None:
    again = divide(make_town(900, 1), AGAIN)

    assert again.figures.in_range == 1.0
    assert again.figures.moved == 0
