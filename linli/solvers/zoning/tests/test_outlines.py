"""Polygons that tile the community, and borders that follow its roads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.contiguity import neighbours_of_points
from linli.solvers.zoning.divide import divide
from linli.solvers.zoning.outlines import Outlines, outline
from linli.solvers.zoning.refusals import BoundaryUnusable
from linli.solvers.zoning.testing import make_roads, make_town
from linli.solvers.zoning.town import Town

STAR = shapely.Polygon([(0, 0), (1000, 0), (1000, 400), (600, 400), (600, 900), (0, 900)])


def make_points(number: int, seed: int) -> Town:
    """Buildings inside an L-shaped boundary."""
    xy = np.random.default_rng(seed).uniform(0, 1000, (3 * number, 2))
    xy = xy[shapely.contains_xy(STAR, xy[:, 0], xy[:, 1])][:number]
    edges, length = neighbours_of_points(xy)
    return Town(
        xy=xy,
        households=np.full(len(xy), 20, np.int32),
        edges=edges,
        length=length,
        cost=length,
        barrier=np.zeros(len(edges), np.int8),
    )


def assert_seamless(drawn: Outlines, boundary: shapely.Geometry) -> None:
    """No gap, no overlap, the same line on both sides: asked of the library pair by pair."""
    assert drawn.is_valid
    assert drawn.gap_share < 1e-6
    assert drawn.overlap_share < 1e-6
    assert not drawn.astray.size
    assert shapely.is_valid(drawn.exact).all()
    one, two = shapely.STRtree(drawn.exact).query(drawn.exact, predicate="overlaps")
    assert shapely.area(shapely.intersection(drawn.exact[one], drawn.exact[two])).sum() < 1e-6
    assert (
        shapely.symmetric_difference(shapely.union_all(drawn.display), boundary).area
        < 1e-6 * boundary.area
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 120), st.integers(0, 1000), st.booleans())
def test_any_plan_tiles_its_boundary(number: int, seed: int, snapped: bool) -> None:
    town = make_points(number, seed)
    roads = [
        shapely.LineString([(-50, 450), (1100, 430)]),
        shapely.LineString([(300, -9), (310, 950)]),
    ]

    drawn = outline(town, divide(town, Aims()), STAR, snap_to=roads if snapped else ())

    assert_seamless(drawn, STAR)


@pytest.mark.parametrize("snapped", [False, True])
def test_a_town_is_drawn_seamless_every_building_in_its_own_grid(snapped: bool) -> None:
    town, (boundary, roads) = make_town(2500, 1), make_roads(2500)
    plan = divide(town, Aims())

    drawn = outline(town, plan, boundary, snap_to=roads if snapped else ())

    assert_seamless(drawn, boundary)
    assert (
        shapely.get_num_coordinates(drawn.display).sum()
        < shapely.get_num_coordinates(drawn.exact).sum()
    )


def test_borders_follow_the_main_roads_only_when_asked() -> None:
    town, (boundary, roads) = make_town(2500, 1), make_roads(2500)
    plan = divide(town, Aims())
    road = shapely.intersection(shapely.union_all(roads), boundary).buffer(0.01)

    def on_a_road(drawn: Outlines) -> float:
        borders = shapely.union_all(shapely.boundary(drawn.exact), grid_size=1e-5)
        inside = shapely.intersection(shapely.union_all(roads), boundary)
        return float(shapely.intersection(borders, road).length / inside.length)

    assert (
        on_a_road(outline(town, plan, boundary, snap_to=roads)) > 0.9
    )  # one superblock is empty
    assert on_a_road(outline(town, plan, boundary)) < 0.5


def test_a_boundary_that_crosses_itself_is_mended_and_one_without_area_refused() -> None:
    town = replace(make_points(60, 3))
    plan = divide(town, Aims())
    bow = shapely.Polygon([(0, 0), (1000, 900), (1000, 0), (0, 900)])

    drawn = outline(town, plan, bow)

    assert drawn.is_valid
    assert drawn.gap_share < 1e-6
    with pytest.raises(BoundaryUnusable):
        outline(town, plan, shapely.Polygon())
