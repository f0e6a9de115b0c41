"""From files as they are to a town, and everything that was repaired told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from linli.kernel.crs import OutsideChina, UnknownCrs
from linli.kernel.errors import Refusal
from linli.solvers.zoning.aims import Aims
from linli.solvers.zoning.divide import divide
from linli.solvers.zoning.outlines import outline
from linli.solvers.zoning.refusals import (
    BoundaryUnusable,
    MixedCrs,
    NoBuildingInside,
    NothingToDivide,
    NoUsableOutline,
    TooWide,
)
from linli.solvers.zoning.survey import Buildings, Lines, town_from_buildings
from linli.solvers.zoning.town import Barrier

STEP = 0.0003  # degrees: about thirty metres


def blocks(across: int, down: int) -> Buildings:
    """Square houses in Wuhan, ten households each."""
    corners = [(114.3 + x * STEP, 30.5 + y * STEP) for y in range(down) for x in range(across)]
    return Buildings(
        ids=[str(n) for n in range(len(corners))],
        shapes=[shapely.box(x, y, x + STEP / 2, y + STEP / 2) for x, y in corners],
        households=np.full(len(corners), 10),
        crs="EPSG:4326",
    )


def test_houses_become_a_flat_town_that_divides_and_draws() -> None:
    survey = town_from_buildings(blocks(10, 8))

    plan = divide(survey.town, Aims())
    drawn = outline(survey.town, plan, survey.boundary)

    assert survey.town.size == 80
    assert np.ptp(survey.town.xy[:, 0]) == pytest.approx(9 * STEP * 95_900, rel=0.01)
    assert not plan.outside
    assert drawn.is_valid
    shapes = survey.plane.to_degrees(drawn.display)
    assert shapely.total_bounds(shapes) == pytest.approx(
        (114.3, 30.5, 114.303, 30.5024), abs=1e-3
    )
    assert all(not told.size for told in (survey.cleaning.mended, survey.cleaning.spread))


def test_a_house_lies_whole_in_its_own_grid() -> None:
    given = blocks(10, 8)
    survey = town_from_buildings(given)
    plan = divide(survey.town, Aims())
    drawn = outline(survey.town, plan, survey.boundary)
    own = survey.plane.to_degrees(drawn.exact[plan.grid])

    outside = shapely.area(shapely.difference(np.array(given.shapes, object), own))

    assert outside.sum() / shapely.area(np.array(given.shapes, object)).sum() < 1e-3


def test_what_is_broken_is_repaired_and_said() -> None:
    given = blocks(6, 4)
    shapes, ids = list(given.shapes), list(given.ids)
    x, y = 114.3, 30.5
    shapes[1] = shapely.Polygon(
        [(x + STEP, y), (x + 1.5 * STEP, y + 1e-4), (x + 1.5 * STEP, y), (x + STEP, y + 1e-4)]
    )
    shapes[2], shapes[3] = None, None
    ids[5] = "4"
    compound = np.full(24, -1)
    compound[[0, 2]] = 7
    households = np.full(24, 10.0)
    households[8] = np.nan

    survey = town_from_buildings(
        replace(given, ids=ids, shapes=shapes, compound=compound, households=households)
    )

    told = survey.cleaning
    assert told.mended.tolist() == [1]
    assert told.placed_with_compound.tolist() == [2]
    assert told.without_position.tolist() == [3]
    assert told.duplicates.tolist() == [5]
    assert told.estimated.tolist() == [8]
    assert survey.rows.tolist() == [n for n in range(24) if n not in (3, 5)]
    assert survey.town.households[survey.rows == 8].item() == round(14.4 * 16.6 * 3 / 100)


def test_a_road_is_a_barrier_and_a_lane_is_not() -> None:
    x = 114.3 + 4.75 * STEP
    line = shapely.LineString([(x, 30.4), (x, 30.6)])
    road = Lines(shapes=[line], crs="WGS84", barrier=Barrier.ROAD)

    with_road = town_from_buildings(blocks(10, 8), lines=[road]).town
    with_lane = town_from_buildings(
        blocks(10, 8), lines=[replace(road, barrier=Barrier.NONE)]
    ).town

    across = with_road.barrier == Barrier.ROAD
    middle = np.median(with_road.xy[:, 0])
    sides = with_road.xy[with_road.edges, 0] > middle
    assert (across == (sides[:, 0] != sides[:, 1])).all()
    assert not with_lane.barrier.any()
    assert (with_lane.cost[across] / with_lane.length[across]).max() < 1.0


def test_ten_thousand_buildings_on_one_spot_are_set_apart_and_divided() -> None:
    many = 10_000
    given = Buildings(
        ids=[str(n) for n in range(many)],
        shapes=[shapely.Point(114.3, 30.5)] * many,
        households=np.ones(many),
        crs="EPSG:4490",
    )

    survey = town_from_buildings(given)
    plan = divide(survey.town, Aims())

    assert survey.cleaning.spread.size == many - 1
    assert not plan.outside
    assert plan.figures.connected == 1.0
    assert outline(survey.town, plan, survey.boundary).is_valid


def test_one_building_is_one_grid_with_an_outline() -> None:
    survey = town_from_buildings(blocks(1, 1))

    plan = divide(survey.town, Aims())

    assert plan.number == 1
    assert outline(survey.town, plan, survey.boundary).exact[0].equals(survey.boundary)


def test_a_boundary_leaves_the_neighbours_houses_out_and_is_mended() -> None:
    bow = shapely.Polygon(
        [(114.2999, 30.4999), (114.302, 30.503), (114.302, 30.4999), (114.2999, 30.503)]
    )

    survey = town_from_buildings(blocks(10, 8), boundary=bow)

    assert survey.cleaning.boundary_mended
    assert 0 < survey.cleaning.outside.size < 80
    assert survey.town.size == 80 - survey.cleaning.outside.size


LINE = shapely.LineString([(114.3, 30.4), (114.3, 30.6)])
HOUSES = blocks(3, 3)


@pytest.mark.parametrize(
    ("given", "more", "refusal"),
    [
        (Buildings(ids=[], shapes=[], crs="metres"), {}, NothingToDivide),
        (replace(HOUSES, crs="EPSG:9999"), {}, UnknownCrs),
        (
            HOUSES,
            {"lines": [Lines(shapes=[LINE], crs="GCJ-02", barrier=Barrier.ROAD)]},
            MixedCrs,
        ),
        (replace(HOUSES, shapes=[None] * 9), {}, NoUsableOutline),
        (replace(HOUSES, shapes=[shapely.Point(14.4, 50.1)] * 9), {}, OutsideChina),
        (HOUSES, {"boundary": shapely.box(120.0, 30.0, 120.1, 30.1)}, NoBuildingInside),
        (HOUSES, {"boundary": shapely.Polygon()}, BoundaryUnusable),
        (
            replace(
                HOUSES, shapes=[shapely.Point(114.3, 30.5), *[shapely.Point(87.6, 43.8)] * 8]
            ),
            {},
            TooWide,
        ),
    ],
)
def test_what_cannot_be_a_town_is_refused(
    given: Buildings, more: dict[str, object], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        town_from_buildings(given, **more)  # type: ignore[arg-type]
