from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import shapely

from linli.ground.territory.rules.tiling import subdivide, tile

REAL = (
    Path(os.environ.get("SAMPLE_DATA", "../shared/data"))
    / "districts_5cities_fastgeocn.geojson"
)
BAY = shapely.Polygon(
    [(130.30, 46.70), (130.42, 46.70), (130.42, 46.80), (130.37, 46.80), (130.36, 46.71),
     (130.35, 46.80), (130.30, 46.80)]
)  # fmt: skip
HOLLOW = shapely.box(130, 46, 131, 47).difference(shapely.box(130.4, 46.4, 130.6, 46.6))


def is_seamless(cells: list[shapely.Geometry], outline: shapely.Geometry) -> bool:
    whole = shapely.coverage_union_all(cells)
    return bool(
        all(shapely.is_valid(cells))
        and shapely.coverage_is_valid(cells)
        and shapely.area(shapely.symmetric_difference(whole, outline)) < 1e-5 * outline.area
    )


@pytest.mark.parametrize("outline", [BAY, HOLLOW, shapely.box(121, 31, 121.05, 31.02)])
@pytest.mark.parametrize("number", [1, 2, 7, 100])
def test_cells_fill_the_outline_without_gap_or_overlap(
    outline: shapely.Geometry, number: int
) -> None:
    cells = tile(outline, number, seed=number)
    assert len(cells) == number
    assert is_seamless(cells, outline)
    assert all(cell.geom_type == "Polygon" for cell in cells)
    areas = shapely.area(cells)
    assert areas.max() < 12 * areas.min()


def test_a_moved_border_is_seen_as_no_longer_seamless() -> None:
    cells = tile(BAY, 12, seed=1)
    cells[3] = shapely.transform(cells[3], lambda xy: xy + 1e-4)
    assert not is_seamless(cells, BAY)


def test_the_same_seed_draws_the_same_map_and_another_seed_another() -> None:
    assert shapely.equals_exact(tile(BAY, 20, seed=4), tile(BAY, 20, seed=4)).all()
    assert not shapely.equals_exact(tile(BAY, 20, seed=4), tile(BAY, 20, seed=5)).any()


def test_every_vertex_has_the_seven_decimals_that_are_stored() -> None:
    corners = shapely.get_coordinates(tile(BAY, 30, seed=2))
    assert np.abs(corners - corners.round(7)).max() < 1e-12


def test_grids_are_seamless_across_the_borders_of_their_communities() -> None:
    communities = tile(BAY, 12, seed=3)
    grids = subdivide(communities, [5 + n for n in range(12)], seed=4)
    assert [len(own) for own in grids] == [5 + n for n in range(12)]
    assert is_seamless([grid for own in grids for grid in own], BAY)
    for community, own in zip(communities, grids, strict=True):
        assert is_seamless(own, community)


def test_an_island_stays_with_the_nearest_cell() -> None:
    island = shapely.box(130.5, 46.70, 130.501, 46.701)
    cells = tile(shapely.union_all([BAY, island]), 6, seed=1)
    assert sum(bool(cell.intersects(island)) for cell in cells) == 1
    assert is_seamless(cells, shapely.union_all([BAY, island]))


def test_every_real_district_can_be_tiled() -> None:
    if not REAL.exists():
        pytest.skip(f"the district outlines are not at {REAL}")
    features = json.loads(REAL.read_text(encoding="utf-8"))["features"]
    assert len(features) == 53
    for feature in features:
        outline = shapely.geometry.shape(feature["geometry"])
        assert is_seamless(tile(outline, 24, seed=1), outline), feature["properties"]["name"]
