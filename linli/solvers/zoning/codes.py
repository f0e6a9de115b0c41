"""Which grid gets which number: rows from north to south, in each from west to east."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linli.solvers.zoning.plan import Plan
from linli.solvers.zoning.town import Floats, Ints, Town


def order_codes(town: Town, plan: Plan) -> Ints:
    """The place of each grid in the order of codes, from 0: grid g gets sequence order[g] + 1.

    A row is as high as grids usually are, and begins with the northernmost grid that has no
    number yet. Two grids at one spot keep their order.
    """
    centre = centres(town, plan)
    height = _usual_height(town, plan)
    north_first = np.argsort(-centre[:, 1], kind="stable")
    row = np.zeros(plan.number, np.int64)
    top, current = np.inf, -1
    for grid in north_first.tolist():
        if centre[grid, 1] < top - height:
            top, current = centre[grid, 1], current + 1
        row[grid] = max(current, 0)
        top = centre[grid, 1] if top == np.inf else top
    place = np.empty(plan.number, np.int32)
    place[np.lexsort((centre[:, 0], row))] = np.arange(plan.number)
    return place


def centres(town: Town, plan: Plan) -> Floats:
    """The middle of each grid's buildings."""
    count = np.bincount(plan.grid, minlength=plan.number)
    sums = [np.bincount(plan.grid, town.xy[:, axis], plan.number) for axis in (0, 1)]
    return np.column_stack(sums) / count[:, None]


def _usual_height(town: Town, plan: Plan) -> float:
    top: NDArray[np.float64] = np.full(plan.number, -np.inf)
    bottom: NDArray[np.float64] = np.full(plan.number, np.inf)
    np.maximum.at(top, plan.grid, town.xy[:, 1])
    np.minimum.at(bottom, plan.grid, town.xy[:, 1])
    return max(1.0, float(np.median(top - bottom)))
