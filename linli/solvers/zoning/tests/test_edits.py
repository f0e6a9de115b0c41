"""A plan changed by hand stays whole, or the change is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.codes import centres, order_codes
from linli.solvers.zoning.divide import divide
from linli.solvers.zoning.edits import merge, move, split
from linli.solvers.zoning.plan import Plan, Reason
from linli.solvers.zoning.refusals import CannotSplit, GridIsFixed, NoSuchGrid, WouldFallApart
from linli.solvers.zoning.testing import make_town
from linli.solvers.zoning.town import Town


def a_plan() -> tuple[Town, Plan]:
    town = make_town(900, 1)
    return town, divide(town, Aims())


def border_building(town: Town, plan: Plan) -> tuple[int, int]:
    """A building that can leave its grid, and the grid beside it."""
    for one, two in town.edges[town.barrier == 0].tolist():
        if plan.grid[one] != plan.grid[two]:
            try:
                move(town, plan, [one], int(plan.grid[two]))
            except WouldFallApart:
                continue
            return one, int(plan.grid[two])
    raise AssertionError("no building on any border can move")


def test_a_moved_building_changes_two_weights_and_nothing_else() -> None:
    town, plan = a_plan()
    building, to = border_building(town, plan)

    changed = move(town, plan, [building], to)

    assert np.flatnonzero(changed.grid != plan.grid).tolist() == [building]
    assert changed.weights[to] == plan.weights[to] + town.households[building]
    assert changed.weights.sum() == plan.weights.sum()
    assert changed.figures.connected == 1.0


def test_a_move_that_tears_a_grid_is_refused() -> None:
    town, plan = a_plan()
    far = int(np.argmax(np.hypot(*(town.xy - town.xy[0]).T)))

    with pytest.raises(WouldFallApart):
        move(town, plan, [0], int(plan.grid[far]))


def test_split_and_merge_undo_each_other() -> None:
    town, plan = a_plan()

    two = split(town, plan, 0)
    again = merge(town, two, 0, plan.number)

    assert two.number == plan.number + 1
    assert {one.reason for one in two.outside} == {Reason.EDITED}
    assert two.figures.connected == 1.0
    assert (again.grid == plan.grid).all()
    assert again.outside == plan.outside


def test_a_single_building_cannot_be_split() -> None:
    town, plan = a_plan()
    alone, _to = border_building(town, plan)
    plan = move(town, plan, [alone], plan.number)

    with pytest.raises(CannotSplit):
        split(town, plan, plan.number - 1)


def test_a_dedicated_grid_is_not_touched_and_an_unknown_one_not_found() -> None:
    town = make_town(900, 1)
    dedicated = np.full(town.size, -1, np.int32)
    dedicated[:1] = 0
    town = replace(town, dedicated=dedicated)
    plan = divide(town, Aims())
    own = int(plan.grid[0])

    with pytest.raises(GridIsFixed):
        merge(town, plan, own, own + 1)
    with pytest.raises(NoSuchGrid):
        merge(town, plan, 5, 5000)


def test_codes_run_from_north_to_south_and_west_to_east() -> None:
    town, plan = a_plan()

    order = order_codes(town, plan)

    assert sorted(order.tolist()) == list(range(plan.number))
    middle = centres(town, plan)[np.argsort(order)]
    assert middle[0, 1] > middle[-1, 1]
    steps = np.diff(middle[:, 0])
    assert ((steps > 0) | (np.diff(middle[:, 1]) < 0)).all()
