"""The real files of the sample data as towns: a small reader, for benchmarks and tests only."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
from pathlib import Path

import numpy as np
import shapely

from linli.solvers.zoning.survey import Buildings, Lines, Survey, town_from_buildings
from linli.solvers.zoning.town import Barrier

SAMPLES = Path(os.environ.get("SAMPLE_DATA", "../shared/data"))
MAIN_ROADS = {"highway", "major_road"}
HEADER = {
    0: 8,
    1: 40,
    2: 56,
    3: 56,
    4: 72,
}  # bytes before the shape, by what its envelope holds


def real_towns() -> dict[str, Survey]:
    """Those that are at hand, by name."""
    makers = {"wuhan": optics_valley, "bubenec": bubenec}
    return {
        name: make() for name, make in makers.items() if SAMPLES.joinpath(FILES[name]).exists()
    }


FILES = {"wuhan": "wuhan_optics_valley_osm_buildings.geojson", "bubenec": "bubenec.gpkg"}


def optics_valley() -> Survey:
    """Wuhan's Optics Valley from OpenStreetMap: cut by tile, so many ids come twice."""
    buildings = json.loads((SAMPLES / FILES["wuhan"]).read_text(encoding="utf-8"))["features"]
    roads_file = FILES["wuhan"].replace("buildings", "roads")
    roads = json.loads((SAMPLES / roads_file).read_text(encoding="utf-8"))["features"]
    main, minor = (
        [
            shapely.geometry.shape(one["geometry"])
            for one in roads
            if (one["properties"]["kind"] in MAIN_ROADS) == is_main
        ]
        for is_main in (True, False)
    )
    return town_from_buildings(
        Buildings(
            ids=[str(one["properties"]["id"]) for one in buildings],
            shapes=[shapely.geometry.shape(one["geometry"]) for one in buildings],
            floors=[one["properties"].get("height", np.nan) / 3 for one in buildings],
            crs="EPSG:4326",
        ),
        lines=[
            Lines(shapes=main, crs="EPSG:4326", barrier=Barrier.ROAD),
            Lines(shapes=minor, crs="EPSG:4326", barrier=Barrier.NONE),
        ],
    )


def bubenec() -> Survey:
    """A quarter of Prague; its Mercator metres are drawn together to metres of the ground."""
    shrunk = float(np.cos(np.radians(50.1)))
    buildings, streets = (
        list(shapely.transform(np.array(rows, object), lambda xy: xy * shrunk))
        for rows in (_layer("buildings"), _layer("streets"))
    )
    return town_from_buildings(
        Buildings(ids=[str(n) for n in range(len(buildings))], shapes=buildings, crs="metres"),
        lines=[Lines(shapes=streets, crs="metres", barrier=Barrier.NONE)],
    )


def _layer(name: str) -> list[shapely.Geometry]:
    """The shapes of a layer of a GeoPackage, which is an SQLite file with a head on each shape."""
    file = SAMPLES / FILES["bubenec"]
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        rows = database.execute(f'SELECT geom FROM "{name}" ORDER BY fid').fetchall()  # noqa: S608
    return [shapely.from_wkb(blob[HEADER[(_flags(blob) >> 1) & 7] :]) for (blob,) in rows]


def _flags(blob: bytes) -> int:
    flags: int = struct.unpack_from("B", blob, 3)[0]
    return flags
