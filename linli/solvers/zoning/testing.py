"""Invented towns: superblocks between arterial roads, gated compounds, old blocks, a river."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.solvers.zoning.contiguity import (
    FIRM,
    IN_BLOCK,
    IN_COMPOUND,
    ROAD,
    STREET,
    neighbours_of_points,
)
from linli.solvers.zoning.town import Barrier, Floats, Town

Whole = NDArray[np.signedinteger]
SUPERBLOCK, PARCEL, SIDE = 430.0, 140.0, 3
SLAB, TOWER, VILLA, OLD, SHOPS = range(5)
PER_PARCEL = (13, 7, 24, 46, 5)


def make_town(buildings: int, seed: int = 1) -> Town:
    """A town of about as many buildings, drawn by the seed alone."""
    random = np.random.default_rng(seed)
    across, down = _layout(buildings)
    blocks = max(1, round(buildings / 234))
    kinds = random.choice(5, size=blocks * SIDE * SIDE, p=(0.26, 0.13, 0.07, 0.42, 0.12))
    counts = random.poisson(np.array(PER_PARCEL)[kinds]) + 1
    parcel = np.repeat(np.arange(kinds.size), counts)
    kind, block = kinds[parcel], parcel // (SIDE * SIDE)
    corner = _corners(np.arange(kinds.size), across)
    xy = _scatter(random, corner, parcel, counts)
    households = _households(random, kind)
    gated = (kind <= VILLA) & (households >= 0)
    compound = np.where(gated, parcel, -1).astype(np.int32)
    river_row = max(1, down // 2)
    edges, length = neighbours_of_points(xy)
    row = block // across
    return _town(
        xy, households, edges, length, compound, parcel, block, (row >= river_row) & (down > 1)
    )


def _corners(parcel: Whole, across: int) -> Floats:
    block, inside = parcel // (SIDE * SIDE), parcel % (SIDE * SIDE)
    x = (block % across) * SUPERBLOCK + (inside % SIDE) * PARCEL
    y = (block // across) * SUPERBLOCK + (inside // SIDE) * PARCEL
    return np.column_stack([x, y]).astype(np.float64)


def _scatter(
    random: np.random.Generator, corner: Floats, parcel: Whole, counts: Whole
) -> Floats:
    """Buildings on a shaken lattice inside each parcel, the whole town a little bent."""
    side = np.ceil(np.sqrt(counts)).astype(int)[parcel]
    place = np.concatenate([random.permutation(int(np.ceil(c**0.5)) ** 2)[:c] for c in counts])
    step = (PARCEL - 12) / side
    inside = np.column_stack([place % side, place // side]) + random.uniform(
        0.25, 0.75, (place.size, 2)
    )
    xy = corner[parcel] + 6 + inside * step[:, None]
    return _bent(xy)


def _bent(xy: Floats) -> Floats:
    """No town is a chessboard."""
    bent = xy.copy()
    bent[:, 0] += 35 * np.sin(bent[:, 1] / 900)
    bent[:, 1] += 35 * np.sin(bent[:, 0] / 1100)
    return np.asarray(bent)


def make_roads(buildings: int) -> tuple[shapely.Geometry, list[shapely.Geometry]]:
    """The boundary of the town `make_town` makes of so many, and its main roads and river."""
    across, down = _layout(buildings)
    margin = (SUPERBLOCK - SIDE * PARCEL) / 2
    west, south = -margin, -margin
    east, north = west + across * SUPERBLOCK, south + down * SUPERBLOCK
    far = 60.0  # roads go on beyond the town
    along = [
        ((x, south - far), (x, north + far)) for x in west + SUPERBLOCK * np.arange(1, across)
    ]
    along += [
        ((west - far, y), (east + far, y)) for y in south + SUPERBLOCK * np.arange(1, down)
    ]
    roads = shapely.segmentize(shapely.linestrings(np.array(along).reshape(-1, 2, 2)), 20.0)
    boundary = shapely.segmentize(shapely.box(west, south, east, north), 20.0)
    return shapely.transform(boundary, _bent), list(shapely.transform(roads, _bent))


def _layout(buildings: int) -> tuple[int, int]:
    blocks = max(1, round(buildings / 234))
    across = max(1, round(blocks**0.5))
    return across, -(-blocks // across)


def _households(random: np.random.Generator, kind: Whole) -> Whole:
    """Heavy-tailed: towers of 260, villas of one, old houses of a few, empty shops."""
    drawn = np.select(
        [kind == SLAB, kind == TOWER, kind == VILLA, kind == OLD],
        [
            random.integers(12, 42, kind.size),
            np.minimum(260, 30 + random.exponential(45, kind.size)),
            random.integers(1, 3, kind.size),
            np.minimum(60, random.lognormal(0.9, 1.0, kind.size)),
        ],
        default=np.where(random.random(kind.size) < 0.1, 8, 0),
    )
    return drawn.astype(np.int32)


def _town(
    xy: Floats,
    households: Whole,
    edges: Whole,
    length: Floats,
    compound: Whole,
    parcel: Whole,
    block: Whole,
    north: NDArray[np.bool_],
) -> Town:
    one, two = edges[:, 0], edges[:, 1]
    river, arterial = north[one] != north[two], block[one] != block[two]
    factor = np.select(
        [river, arterial, parcel[one] != parcel[two], compound[one] >= 0],
        [FIRM, ROAD, STREET, IN_COMPOUND],
        default=IN_BLOCK,
    )
    barrier = np.select([river, arterial], [Barrier.FIRM, Barrier.ROAD], default=Barrier.NONE)
    return Town(
        xy=xy,
        households=households,
        edges=edges,
        length=length,
        cost=length * factor,
        barrier=barrier.astype(np.int8),
        compound=compound,
    )
