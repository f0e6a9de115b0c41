"""Dividing a town: zones by barriers, a search in each, and a second look where it fell short."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from linli.solvers.zoning.aims import Aims, Mode
from linli.solvers.zoning.figures import make_plan
from linli.solvers.zoning.looks import (
    BEST,
    FAST,
    SECOND_LOOKS,
    THOROUGH,
    Found,
    Look,
    look_at,
    second_looks,
)
from linli.solvers.zoning.pieces import Pieces, find_pieces
from linli.solvers.zoning.plan import Plan
from linli.solvers.zoning.refusals import NothingToDivide
from linli.solvers.zoning.repartition import repartition
from linli.solvers.zoning.search import Effort, Watch
from linli.solvers.zoning.town import Ints, Town

SMALL = 60  # buildings: zones of no more are searched without clusters in the best mode


def divide(
    town: Town,
    aims: Aims,
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """A plan for the town: every building in one connected grid, no barrier crossed unsaid.

    Grids are in range wherever a number of grids fits the piece they lie in; the plan names the
    others, each with its reason. The same town, aims and seed give the same plan unless the time
    ran out or `cancelled` said yes: then the plan is whole and valid, only less good, and
    `finished` is False.
    """
    if town.size == 0:
        raise NothingToDivide("buildings")
    begun, watch = time.process_time(), Watch(aims.time_limit, progress, cancelled)
    pieces = find_pieces(town, aims)
    if aims.mode == Mode.REPARTITION:
        part = repartition(town, aims, pieces, watch)
    else:
        part = _divided(town, aims, pieces, watch)
    used = time.process_time() - begun
    return make_plan(town, aims, pieces, part, finished=not watch.stopped, cpu_s=used)


def _divided(town: Town, aims: Aims, pieces: Pieces, watch: Watch) -> Ints:
    zones = len(pieces.weight)
    found = Found.nothing(town, zones)
    first = Look(BEST if aims.mode == Mode.BEST else _fast(town.size))
    if zones:
        look_at(town, aims, pieces, watch, found, first, np.arange(zones))
        if aims.mode == Mode.BEST:
            small = np.flatnonzero(np.bincount(pieces.zone[pieces.zone >= 0]) <= SMALL)
            if small.size:
                look_at(town, aims, pieces, watch, found, Look(THOROUGH, cap=0.0), small)
    second_looks(town, aims, pieces, watch, found, SECOND_LOOKS)
    return found.part


def _fast(buildings: int) -> Effort:
    """A small town has the time for more starts: all take some hundredths of a second."""
    return replace(FAST, starts=max(FAST.starts, min(BEST.starts, 10_000 // buildings)))
