"""point_to_grid: which of 10,200 grids a point lies in, in bulk and one at a time."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.ground.territory.rules.grid_index import NOWHERE, GridIndex
from linli.ground.territory.rules.tiling import subdivide

GRIDS = 10_200
POINTS = 1_000_000
SINGLES = 20_000
CHECKED = 300
TARGETS = {"bulk_per_s": 200_000, "single_us": 50}
OUTLINES = Path(os.environ.get("SAMPLE_DATA", "../shared/data")) / (
    "districts_5cities_fastgeocn.geojson"
)
Floats = NDArray[np.float64]


def main() -> dict[str, object]:
    """Measure, compare with the library's own search, and check a sample the slow way."""
    districts = real_districts() or invented_districts()
    index, outlines = grids_of(districts)
    lngs, lats = scattered(districts)
    say(f"{POINTS:,} points against {len(index):,} grids")
    bulk = POINTS / best(lambda: index.locate_many(lngs, lats))
    single = 1e6 * best(lambda: one_by_one(index, lngs, lats)) / SINGLES
    peer = POINTS / best(lambda: by_the_library(outlines, lngs, lats))
    figures = {
        "bulk_per_s": round(bulk),
        "single_us": round(single, 1),
        "grids": len(index),
        "districts": len(districts),
        "inside_share": round(float((index.locate_many(lngs, lats) != NOWHERE).mean()), 3),
        "wrong_in_sample": wrong_in_sample(index, outlines, lngs, lats),
    }
    return {
        "name": "point_to_grid",
        "figures": figures,
        "peers": {"shapely STRtree.query(predicate='intersects') bulk_per_s": round(peer)},
        "ratio": round(bulk / peer, 2),
        "targets": TARGETS,
        "met": bulk > TARGETS["bulk_per_s"]
        and single < TARGETS["single_us"]
        and not figures["wrong_in_sample"],
    }


def real_districts() -> list[shapely.Geometry]:
    """The districts of Wuhan, where the sample outlines are at hand."""
    if not OUTLINES.exists():
        return []
    features = json.loads(OUTLINES.read_text(encoding="utf-8"))["features"]
    wuhan = [f for f in features if f["properties"]["gb"].startswith("1564201")]
    return [shapely.geometry.shape(feature["geometry"]) for feature in wuhan]


def invented_districts() -> list[shapely.Geometry]:
    """Twelve equal districts, where they are not."""
    return [
        shapely.box(114 + x, 30 + y, 114.25 + x, 30.25 + y)
        for x in (0.0, 0.25, 0.5, 0.75)
        for y in (0.0, 0.25, 0.5)
    ]


def grids_of(districts: list[shapely.Geometry]) -> tuple[GridIndex, list[shapely.Geometry]]:
    """The districts cut into grids, each district by its area."""
    begun = time.perf_counter()
    area = shapely.area(districts)
    shares = np.maximum(1, np.floor(area / area.sum() * GRIDS).astype(int))
    shares[shares.argmax()] += GRIDS - shares.sum()
    parts = subdivide(districts, shares.tolist(), seed=1)
    codes = [
        f"{number:08d}{n:07d}"
        for number, part in enumerate(parts, start=1)
        for n in range(1, len(part) + 1)
    ]
    outlines = [grid for part in parts for grid in part]
    say(f"drew {len(outlines):,} grids in {time.perf_counter() - begun:.1f} s")
    begun = time.perf_counter()
    index = GridIndex(codes, outlines)
    say(f"built the index in {time.perf_counter() - begun:.2f} s")
    return index, outlines


def scattered(districts: list[shapely.Geometry]) -> tuple[Floats, Floats]:
    """Points all over the rectangle around the city, inside and outside it."""
    west, south, east, north = shapely.total_bounds(districts)
    random = np.random.default_rng(2)
    return random.uniform(west, east, POINTS), random.uniform(south, north, POINTS)


def one_by_one(index: GridIndex, lngs: Floats, lats: Floats) -> None:
    for lng, lat in zip(lngs[:SINGLES].tolist(), lats[:SINGLES].tolist(), strict=True):
        index.locate(lng, lat)


def by_the_library(outlines: list[shapely.Geometry], lngs: Floats, lats: Floats) -> None:
    shapely.STRtree(outlines).query(shapely.points(lngs, lats), predicate="intersects")


def wrong_in_sample(
    index: GridIndex, outlines: list[shapely.Geometry], lngs: Floats, lats: Floats
) -> int:
    """Points whose answer differs from that of asking every outline in turn."""
    every = np.array(outlines)
    slow = [
        int(hits.argmax()) if hits.any() else NOWHERE
        for x, y in zip(lngs[:CHECKED], lats[:CHECKED], strict=True)
        for hits in (shapely.intersects_xy(every, x, y),)
    ]
    return int((index.locate_many(lngs[:CHECKED], lats[:CHECKED]) != np.array(slow)).sum())


def best(measured: Callable[[], object]) -> float:
    """The shortest of three runs, in seconds: others use the machine too."""
    took = []
    for _round in range(3):
        begun = time.perf_counter()
        measured()
        took.append(time.perf_counter() - begun)
    return min(took)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
