"""Running the compiled search: how hard to look, on several threads, stoppable at any moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.engine.graphs import solve_zones
from linli.solvers.zoning.engine.parts import Floats, Ints, Rule
from linli.solvers.zoning.levels import Levels

BREACH = 20_000.0  # metres of border that one grid outside the range by its own size is worth
LOOK = 0.02  # seconds between two looks at the clock and at the caller


@dataclass(frozen=True, slots=True)
class Effort:
    """Starts per zone, re-cuts per grid and start on both levels, and how much worse may be."""

    starts: int
    recuts: float
    heat: float
    fine_recuts: float
    rounds: int = 3
    until_in_range: bool = False  # no further start once every grid is in range

    def row(self, number: int) -> tuple[float, ...]:
        """For a zone of so many grids: large ones get fewer starts of longer searches."""
        starts = max(1, min(self.starts, round(self.starts * 24 / max(1, number))))
        if number == 1:
            return 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        longer = self.starts / starts
        recuts, fine = self.recuts * longer, self.fine_recuts * longer
        enough = float(self.until_in_range)
        return float(starts), recuts, self.heat, fine, float(self.rounds), self.heat / 4, enough


@dataclass(slots=True)
class Watch:
    """When to stop, and whom to tell how far we are."""

    seconds: float
    progress: Callable[[float], None] | None = None
    cancelled: Callable[[], bool] | None = None
    begun: float = field(default_factory=time.monotonic)
    stop: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))

    def look(self, share: float) -> None:
        """Tell the share that is done; raise the flag the compiled search reads."""
        if self.progress is not None:
            self.progress(min(1.0, share))
        late = time.monotonic() - self.begun > self.seconds
        if late or (self.cancelled is not None and self.cancelled()):
            self.stop[0] = 1

    @property
    def stopped(self) -> bool:
        return bool(self.stop[0])


def rule_of(aims: Aims, *, stay: float = 0.0, breach: float = BREACH) -> Rule:
    """The aims as the compiled search takes them."""
    return Rule(
        float(aims.target), float(aims.low), float(aims.high), aims.balance, breach, stay
    )


def search(
    levels: Levels, aims: Aims, numbers: Ints, effort: Effort, watch: Watch, *, seed: int
) -> tuple[Ints, Floats]:
    """For each fine node its grid in its zone, from 0; for each zone the score."""
    part = np.zeros(levels.block.max(initial=-1) + 1, np.int32)
    scores = np.zeros(levels.zones)
    rows = np.array([effort.row(number) for number in numbers.tolist()]).reshape(-1, 7)
    shares = _shares(levels, rows, aims.workers)
    done = [np.zeros(1, np.int64) for _share in shares]

    def work(zones: Ints, counter: NDArray[np.int64]) -> None:
        solve_zones(
            levels.coarse,
            levels.coarse_begin,
            levels.fine,
            levels.fine_begin,
            levels.up,
            rule_of(aims),
            zones,
            numbers,
            rows,
            seed,
            part,
            scores,
            counter,
            watch.stop,
        )

    with ThreadPoolExecutor(max(1, len(shares))) as pool:
        running = {pool.submit(work, *pair) for pair in zip(shares, done, strict=True)}
        while running:
            ended, running = wait(running, LOOK, FIRST_EXCEPTION)
            for one in ended:
                one.result()
            watch.look(sum(int(counter[0]) for counter in done) / max(1, part.size))
    return part, scores


def _shares(levels: Levels, rows: Floats, workers: int) -> list[Ints]:
    """The zones dealt out so that each worker has about as much to do."""
    work = np.diff(levels.coarse_begin) * rows[:, 0] * (1 + rows[:, 1])
    heaviest_first = np.argsort(-work, kind="stable").astype(np.int32)
    return [heaviest_first[i::workers] for i in range(min(workers, levels.zones))]
