"""What a division aims at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from linli.kernel.errors import Invalid, _


class Mode(StrEnum):
    """How long to look."""

    FAST = "fast"
    BEST = "best"
    REPARTITION = "repartition"  # as few households as possible change grid


class Count(StrEnum):
    """What the range is counted in."""

    HOUSEHOLDS = "households"
    PEOPLE = "people"


class RangeUnusable(Invalid):
    """No size can lie in this range."""

    message = _(
        "The least size must be above zero, at most the target, and that at most the most."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """Sizes wanted, and how to look for them. The defaults are those of a town; packs say more."""

    target: int = 400
    low: int = 300
    high: int = 500
    count: Count = Count.HOUSEHOLDS
    mode: Mode = Mode.FAST
    seed: int = 1
    time_limit: float = 60.0  # seconds; what was found by then is the answer
    balance: float = 300.0  # metres of border that a grid twice the target is worth avoiding
    cross_roads: bool = True  # a zone that fits no grid alone may be joined over a main road
    workers: int = 1  # threads; the compiled part holds none of them up

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.target <= self.high:
            raise RangeUnusable("target")

    def numbers_for(self, weight: int) -> range:
        """How many grids a connected piece of this weight can be, all in range; may be none."""
        return range(max(1, -(-weight // self.high)), weight // self.low + 1)

    def number_for(self, weight: int) -> int:
        """The number nearest the target among those, or nearest at all when there are none."""
        fitting = self.numbers_for(weight)
        nearest = max(1, round(weight / self.target))
        if not fitting:
            return nearest
        return min(max(nearest, fitting[0]), fitting[-1])
