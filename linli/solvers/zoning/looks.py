"""One look at some zones, and further ones where a grid is still outside the range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.levels import CLUSTER_SHARE, make_levels
from linli.solvers.zoning.pieces import Pieces
from linli.solvers.zoning.plan import weights_of
from linli.solvers.zoning.search import Effort, Watch, search
from linli.solvers.zoning.town import Floats, Ints, Town

FAST = Effort(starts=2, recuts=10, heat=40, fine_recuts=2)
BEST = Effort(starts=24, recuts=16, heat=60, fine_recuts=6)
THOROUGH = Effort(starts=60, recuts=40, heat=80, fine_recuts=4)
HARD = Effort(starts=8, recuts=12, heat=200, fine_recuts=6, until_in_range=True)


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at zones: compounds whole or not, how coarse, so many grids more or fewer."""

    effort: Effort
    whole: bool = True
    cap: float = CLUSTER_SHARE
    more: int = 0


# After the first, each looks only at zones that still have a grid outside the range.
SECOND_LOOKS = (
    Look(HARD, cap=0.03),
    Look(HARD, cap=0.03, more=1),
    Look(HARD, cap=0.03, more=-1),
    Look(HARD, whole=False, cap=0.03),
    Look(HARD, whole=False, cap=0.01, more=1),
    Look(HARD, whole=False, cap=0.01, more=-1),
)


@dataclass(slots=True)
class Found:
    """The best so far: each building's grid inside its zone; per zone how far it is out of range."""

    part: Ints
    out: Floats
    score: Floats

    @classmethod
    def nothing(cls, town: Town, zones: int) -> Found:
        return cls(
            np.zeros(town.size, np.int32), np.full(zones, np.inf), np.full(zones, np.inf)
        )


def second_looks(
    town: Town,
    aims: Aims,
    pieces: Pieces,
    watch: Watch,
    found: Found,
    looks: Sequence[Look],
) -> None:
    """Look again, harder each time, where a number of grids fits and none was found."""
    hopeful = np.array([len(aims.numbers_for(int(w))) > 0 for w in pieces.weight], bool)
    for look in looks:
        left = np.flatnonzero(hopeful & (found.out > 0))
        if left.size == 0 or watch.stopped:
            return
        look_at(town, aims, pieces, watch, found, look, left)


def look_at(
    town: Town,
    aims: Aims,
    pieces: Pieces,
    watch: Watch,
    found: Found,
    look: Look,
    zones: NDArray[np.intp],
) -> None:
    """Search the zones named and keep what is better than what was found."""
    renumbered = np.full(len(pieces.weight) + 1, -1, np.int32)
    renumbered[zones] = np.arange(zones.size)
    zone = renumbered[pieces.zone]
    levels = make_levels(town, aims, pieces, zone=zone, whole=look.whole, cap=look.cap)
    numbers = _numbers(aims, pieces.weight[zones], look.more)
    numbers = np.minimum(numbers, np.diff(levels.coarse_begin)).astype(np.int32)
    nodes, score = search(levels, aims, numbers, look.effort, watch, seed=aims.seed)
    part, of_zone = nodes[levels.block], zone[levels.building]
    out = breaches(aims, weights_of(town, aims)[levels.building], of_zone, part, numbers)
    rank, known = np.column_stack([out, score]), np.column_stack([found.out, found.score])
    old = known[zones]
    better = (rank[:, 0] < old[:, 0]) | ((rank[:, 0] == old[:, 0]) & (rank[:, 1] < old[:, 1]))
    kept = better[of_zone]
    found.part[levels.building[kept]] = part[kept]
    found.out[zones[better]], found.score[zones[better]] = out[better], score[better]


def _numbers(aims: Aims, weight: NDArray[np.int64], more: int) -> Ints:
    """How many grids each zone becomes; `more` of them where that still fits."""
    numbers = []
    for heavy in weight.tolist():
        fitting, number = aims.numbers_for(heavy), aims.number_for(heavy)
        numbers.append(number + more if number + more in fitting else number)
    return np.array(numbers, np.int32)


def breaches(aims: Aims, weight: Ints, zone: Ints, part: Ints, numbers: Ints) -> Floats:
    """For each zone the households its grids have too many or too few."""
    offset = np.concatenate([[0], np.cumsum(numbers)])
    total = np.bincount(offset[zone] + part, weight, minlength=int(offset[-1]))
    out = np.maximum(0, np.maximum(aims.low - total, total - aims.high))
    per_zone = np.bincount(np.repeat(np.arange(len(numbers)), numbers), out, len(numbers))
    return per_zone.astype(np.float64)
