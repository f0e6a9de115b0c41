from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from shapely import coverage_is_valid
from shapely.geometry import box, mapping, shape

from linli.ground.territory import queries
from linli.ground.territory.models import Area
from linli.ground.territory.queries.areas import CursorWrong
from linli.ground.territory.testing import MORNING, SIDE, SOUTH, WEST, make_area, make_town

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.mark.parametrize(
    "text",
    ["安民", "安民社区居委会", "anmin", "ANMINSHE", "amsq", "230803007001"],
)
def test_a_community_is_found_by_name_pinyin_initials_and_code(text: str) -> None:
    town = make_town()
    assert town.communities[0] in queries.find_areas(text)
    assert town.communities[1] not in queries.find_areas(text)


@pytest.mark.parametrize("text", ["", "  ", "民安", "%", "_", "xyz", "99", "，"])
def test_what_is_not_there_is_not_found(text: str) -> None:
    make_town()
    assert not queries.find_areas(text)


def test_a_city_written_with_its_filling_zeros_is_found() -> None:
    town = make_town()
    assert town.city in queries.find_areas("230800000000")


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    town = make_town()
    for n in range(10, 35):
        make_area(f"230803007{n:03d}", 4, "同名社区", town.street)
    seen: list[Area] = []
    cursor = ""
    while True:
        page = queries.page_of(queries.children_of(town.street), cursor=cursor, limit=7)
        seen += page.items
        if not (cursor := page.next):
            break
    assert len(seen) == len(set(seen)) == 27
    assert seen == sorted(seen, key=lambda area: (area.pinyin, area.id))


@pytest.mark.parametrize("cursor", ["x", "####", "MXwyfDM", "9" * 300])
def test_an_address_nobody_made_is_refused(cursor: str) -> None:
    with pytest.raises(CursorWrong):
        queries.page_of(queries.children_of(None), cursor=cursor, limit=7)


def test_a_size_is_measured_against_the_range_of_its_kind() -> None:
    town = make_town()
    ranges = {"urban": (150, 300), "rural": (30, 80), "dedicated": (0, 5000)}
    village = Area(name="永安村委会")

    def fits(community: Area, kind: str, households: int) -> str:
        size = queries.size_of(community, kind, households, ranges)
        assert size
        return size.fits

    assert [fits(town.communities[0], "basic", n) for n in (149, 150, 300, 301)] == [
        "small",
        "right",
        "right",
        "large",
    ]
    assert fits(village, "basic", 50) == "right"
    assert fits(village, "dedicated", 0) == "right"


# --- drawing --------------------------------------------------------------------------------


def features(*spans: tuple[float, float]) -> list[dict[str, Any]]:
    return [
        {"type": "Feature", "properties": {"name": str(n)}, "geometry": mapping(square(*span))}
        for n, span in enumerate(spans)
    ]


def square(west: float, east: float) -> Any:
    return box(WEST + west * SIDE, SOUTH, WEST + east * SIDE, SOUTH + SIDE)


def redrawn(
    drawn: Any, chosen: int | None, *spans: tuple[float, float], community: Any = None
) -> list[Any]:
    found = queries.redraw(
        features(*spans),
        json.dumps(mapping(drawn)),
        chosen=chosen,
        properties={"name": "drawn"},
        community=community,
    )
    return [shape(feature["geometry"]) for feature in found]


def test_neighbours_give_up_what_a_grown_grid_covers() -> None:
    west, east = redrawn(square(0, 1.5), 0, (0, 1), (1, 2))
    assert west.symmetric_difference(square(0, 1.5)).area < 1e-9
    assert east.symmetric_difference(square(1.5, 2)).area < 1e-9


def test_what_a_shrunk_grid_leaves_goes_to_its_neighbour() -> None:
    west, east = redrawn(square(0, 0.5), 0, (0, 1), (1, 2))
    assert east.symmetric_difference(square(0.5, 2)).area < 1e-9
    assert coverage_is_valid([west, east])


def test_a_new_grid_drawn_by_a_shaky_hand_leaves_no_gap() -> None:
    shaky = square(0.7, 1.3).buffer(SIDE / 50)
    cells = redrawn(shaky, None, (0, 1), (1, 2), community=square(0, 2))
    assert len(cells) == 3
    assert coverage_is_valid(cells)
    assert abs(sum(cell.area for cell in cells) - square(0, 2).area) < 1e-10


def test_a_piece_that_is_cut_off_goes_to_a_neighbour() -> None:
    band = square(0.9, 1.2)
    cells = redrawn(band, None, (0, 0.5), (0.5, 1.5), (1.5, 2), community=square(0, 2))
    assert [cell.geom_type for cell in cells] == ["Polygon"] * 4
    assert coverage_is_valid(cells)
    assert cells[2].symmetric_difference(square(1.2, 2)).area < 1e-9 or (
        cells[0].symmetric_difference(square(0, 0.9)).area < 1e-9
    )


def test_the_first_grid_of_a_community_takes_it_whole() -> None:
    (only,) = redrawn(square(0.2, 0.5), None, community=square(0, 2))
    assert only.symmetric_difference(square(0, 2)).area < 1e-9


def test_a_grid_that_is_covered_whole_is_gone() -> None:
    assert len(redrawn(square(0, 2), 0, (0, 1), (1, 2))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"type":"Point","coordinates":[1,2]}',
        '{"type":"Polygon","coordinates":[]}',
        '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}',
        '{"type":"Polygon","coordinates":[[["a",0],[1,1],[1,0]]]}',
        '{"geometry":null}',
        "[" * 5000,
    ],
)
def test_what_is_no_outline_is_refused_beside_the_outline(text: str) -> None:
    with pytest.raises(queries.NotDrawn) as refused:
        queries.redraw(features((0, 1)), text, chosen=0, properties={}, community=None)
    assert refused.value.field == "outline"


@pytest.mark.parametrize("more", [1, 3])
def test_a_list_costs_the_same_however_long_it_is(
    more: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    town = make_town()
    for n in range(10, 10 + more):
        make_area(f"230803007{n:03d}", 4, "同名社区", town.street)
    with django_assert_num_queries(3):
        page = queries.page_of(queries.find_areas("tongming"), cursor="", limit=50)
        queries.lineage([area.path for area in page.items])
        queries.child_counts(page.items)
    assert len(page.items) == more
