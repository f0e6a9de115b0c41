"""What is divided: buildings, who borders on whom, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Barrier(IntEnum):
    """What lies between two neighbours."""

    NONE = 0
    ROAD = 1  # a main road: crossed only where one side alone fits no grid, and then declared
    FIRM = 2  # a river, a railway, a wall: never crossed


@dataclass(frozen=True, slots=True)
class Town:
    """n buildings and m pairs of neighbours; metres in a flat system, numbers of whole households.

    Left out: nobody known to live there (`people`), no compound, no dedicated grid, no existing
    grid (-1 each), one site per building, where it stands. `cost` is what cutting a pair costs
    in metres: the border's length, more inside a compound, less along a road.
    """

    xy: Floats  # (n, 2) metres
    households: Ints  # (n,)
    edges: Ints  # (m, 2), smaller number first, each pair once
    length: Floats  # (m,) metres of shared border, above 0
    cost: Floats  # (m,) above 0
    barrier: NDArray[np.int8]  # (m,) of Barrier
    compound: Ints = None  # type: ignore[assignment]  # (n,) filled in below
    dedicated: Ints = None  # type: ignore[assignment]  # (n,)
    existing: Ints = None  # type: ignore[assignment]  # (n,)
    people: Ints = None  # type: ignore[assignment]  # (n,)
    sites: Floats = None  # type: ignore[assignment]  # (s, 2) points that stand for the buildings
    site_of: Ints = None  # type: ignore[assignment]  # (s,) the building of each

    def __post_init__(self) -> None:
        """Fill in what was left out; ValueError when the arrays do not fit together."""
        n, m = len(self.households), len(self.edges)
        for name in ("compound", "dedicated", "existing"):
            self._fill(name, np.full(n, -1, np.int32))
        self._fill("people", np.zeros(n, np.int32))
        self._fill("sites", self.xy)
        self._fill("site_of", np.arange(n, dtype=np.int32))
        sizes = {"xy": (n, 2), "edges": (m, 2), "length": (m,), "cost": (m,), "barrier": (m,)}
        sizes |= dict.fromkeys(("compound", "dedicated", "existing", "people"), (n,))
        for name, shape in sizes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, not {shape}")
        if m and (self.edges.min() < 0 or self.edges.max() >= n):
            raise ValueError("edges name buildings that are not there")
        if n and self.households.min() < 0:
            raise ValueError("households below zero")
        if m and not (self.cost > 0).all():
            raise ValueError("cost must be above zero")

    def _fill(self, name: str, value: NDArray[Any]) -> None:
        if getattr(self, name) is None:
            object.__setattr__(self, name, value)

    @property
    def size(self) -> int:
        return len(self.households)
