"""Redrawing what exists: as few households as possible change grid, everything is in range again.

What is left of an old grid in a zone keeps its number there; its stragglers and new buildings go
with the neighbours they border on most. Then the search runs with a price on every household
that is not at home, so high that no saving of border pays for a move.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.engine.graphs import components
from linli.solvers.zoning.engine.settle import adopt, settle_zones
from linli.solvers.zoning.levels import Levels, make_levels, usable
from linli.solvers.zoning.looks import SECOND_LOOKS, Found, second_looks
from linli.solvers.zoning.pieces import Pieces
from linli.solvers.zoning.plan import weights_of
from linli.solvers.zoning.search import Watch, rule_of
from linli.solvers.zoning.town import Floats, Ints, Town

STAY = 50.0  # metres of border a household that stays is worth
BREACH = 1_000_000.0  # twenty times the price of a move per household too many or too few
EFFORT = np.array([30.0, 300.0, 2.0])  # re-cuts per grid, heat, trials
MORE = (0, 1, -1)


def repartition(town: Town, aims: Aims, pieces: Pieces, watch: Watch) -> Ints:
    """The grid of each building inside its zone, near what `town.existing` says."""
    home = homes(town, aims, pieces)
    levels = make_levels(town, aims, pieces, zone=pieces.zone, whole=False, home=home)
    given = levels.fine.home.copy()
    adopt(levels.fine, given)
    given = np.maximum(given, 0).astype(np.int32)
    zones = len(pieces.weight)
    had = np.zeros(zones, np.int32)
    of_node = pieces.zone[levels.building]
    np.maximum.at(had, of_node, given + 1)
    found = Found.nothing(town, zones)
    for more in MORE:
        _settle(town, aims, pieces, levels, given, had, more, watch, found)
    second_looks(town, aims, pieces, watch, found, SECOND_LOOKS)
    return found.part


def _settle(
    town: Town,
    aims: Aims,
    pieces: Pieces,
    levels: Levels,
    given: Ints,
    had: Ints,
    more: int,
    watch: Watch,
    found: Found,
) -> None:
    """Try one number of grids per zone and keep it where it comes nearer to the range."""
    wanted = np.array(
        [_near(aims, int(w), int(h), more) for w, h in zip(pieces.weight, had, strict=True)],
        np.int32,
    )
    wanted[(found.out == 0)] = had[(found.out == 0)]
    part = np.zeros(levels.building.size, np.int32)
    watch.look(0.5)
    settle_zones(
        levels.fine,
        levels.fine_begin,
        rule_of(aims, stay=STAY, breach=BREACH),
        given,
        had,
        wanted,
        EFFORT,
        aims.seed,
        part,
        watch.stop,
    )
    zone = pieces.zone[levels.building]
    out = _out(aims, weights_of(town, aims)[levels.building], zone, part, len(had))
    better = out < found.out
    kept = better[zone]
    found.part[levels.building[kept]] = part[kept]
    found.out[better] = out[better]
    found.score[better] = 0.0


def _near(aims: Aims, weight: int, had: int, more: int) -> int:
    """The number of grids nearest the one there was that fits, or one more or fewer."""
    fitting = aims.numbers_for(weight)
    if not fitting:
        return max(1, had)
    return min(max(had + more, fitting[0]), fitting[-1])


def _out(aims: Aims, weight: Ints, zone: Ints, part: Ints, zones: int) -> Floats:
    """For each zone the households its grids have too many or too few."""
    most = int(part.max(initial=0)) + 1
    names, where = np.unique(zone.astype(np.int64) * most + part, return_inverse=True)
    total = np.bincount(where, weight)
    out = np.maximum(0, np.maximum(aims.low - total, total - aims.high))
    return np.bincount(names // most, out, zones).astype(np.float64)


def homes(town: Town, aims: Aims, pieces: Pieces) -> Ints:
    """The old grid of each building as a number inside its zone, -1 for stragglers and new ones.

    Of an old grid that lies in several parts or zones, the heaviest part is the grid.
    """
    weight = weights_of(town, aims)
    one, two = town.edges[:, 0], town.edges[:, 1]
    existing = np.where(pieces.zone >= 0, town.existing, -1)
    inside = usable(town, pieces, pieces.zone) & (existing[one] == existing[two])
    label = components(town.size, town.edges, inside)
    heavy = np.bincount(label, weight + 1e-3)[label]
    order = np.lexsort((-heavy, existing))
    order = order[existing[order] >= 0]
    first = np.concatenate([[True], np.diff(existing[order]) != 0]) if order.size else order
    chosen = np.zeros(int(label.max(initial=-1)) + 1, bool)
    chosen[label[order[first.astype(bool)]]] = True
    home = np.where(chosen[label] & (existing >= 0), label, -1)
    return _numbered(home, pieces.zone)


def _numbered(home: NDArray[np.int32], zone: Ints) -> Ints:
    """Labels counted from 0 inside each zone."""
    there = np.flatnonzero(home >= 0)
    number = np.full(home.size, -1, np.int32)
    if there.size:
        pair = zone[there].astype(np.int64) * home.size + home[there]
        names, where = np.unique(pair, return_inverse=True)
        of_zone = names // home.size
        first = np.searchsorted(of_zone, of_zone)
        number[there] = (np.arange(names.size) - first)[where]
    return number


def least_moves(town: Town, aims: Aims, pieces: Pieces) -> int:
    """A number of households below which no plan in range can move: what is over must leave,
    what is short must come, a grid too many must go, a grid too few must be filled."""
    weight = weights_of(town, aims)
    home = homes(town, aims, pieces)
    total = 0
    for zone in range(len(pieces.weight)):
        inside = np.flatnonzero(pieces.zone == zone)
        fitting = aims.numbers_for(int(pieces.weight[zone]))
        if not fitting:
            continue
        old = home[inside]
        own = np.bincount(old[old >= 0], weight[inside][old >= 0]).astype(int)
        fresh = int(weight[inside][old < 0].sum())
        over = int(np.maximum(0, own - aims.high).sum())
        short = int(np.minimum(np.maximum(0, aims.low - own), own).sum()) - fresh
        many = int(np.sort(own)[: max(0, own.size - fitting[-1])].sum())
        few = max(0, fitting[0] - own.size) * aims.low - fresh
        total += max(over, short, many, few, 0)
    return total
