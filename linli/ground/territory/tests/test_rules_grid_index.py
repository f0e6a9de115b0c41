from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from linli.ground.territory.rules.grid_index import NOWHERE, GridIndex
from linli.ground.territory.rules.tiling import tile

TOWN = shapely.Polygon(
    [(130.30, 46.70), (130.42, 46.72), (130.40, 46.80), (130.35, 46.76), (130.31, 46.82)]
)
CELLS = tile(TOWN, 60, seed=7)
CODES = [f"230803007001{n:03d}" for n in range(1, 61)]
INDEX = GridIndex(CODES, CELLS)


def by_looking_at_all(lng: float, lat: float) -> str | None:
    point = shapely.Point(lng, lat)
    inside = [code for code, cell in zip(CODES, CELLS, strict=True) if cell.intersects(point)]
    return min(inside, default=None)


@given(st.floats(130.29, 130.43), st.floats(46.69, 46.83))
def test_a_point_is_found_in_the_same_grid_as_by_looking_at_all_of_them(
    lng: float, lat: float
) -> None:
    code = INDEX.locate(lng, lat)
    assert code == by_looking_at_all(lng, lat)
    assert (code is None) == (not TOWN.buffer(1e-6).intersects(shapely.Point(lng, lat))) or (
        TOWN.boundary.distance(shapely.Point(lng, lat)) < 1e-6
    )


def test_many_points_at_once_are_found_like_one_by_one() -> None:
    random = np.random.default_rng(5)
    lngs, lats = random.uniform(130.29, 130.43, 5_000), random.uniform(46.69, 46.83, 5_000)
    many = [INDEX.codes[n] if n != NOWHERE else None for n in INDEX.locate_many(lngs, lats)]
    assert many == [INDEX.locate(x, y) for x, y in zip(lngs, lats, strict=True)]
    assert len(set(many)) == 61


def test_inside_a_seamless_tiling_no_point_is_in_two_grids_or_in_none() -> None:
    random = np.random.default_rng(6)
    lngs, lats = random.uniform(130.29, 130.43, 20_000), random.uniform(46.69, 46.83, 20_000)
    inside = shapely.contains_xy(TOWN.buffer(-1e-6), lngs, lats)
    hits = sum(
        shapely.contains_xy(cell, lngs[inside], lats[inside]).astype(int) for cell in CELLS
    )
    assert (np.asarray(hits) == 1).all()
    assert (INDEX.locate_many(lngs[inside], lats[inside]) != NOWHERE).all()


LEFT, RIGHT = shapely.box(130, 46, 131, 47), shapely.box(131, 46, 132, 47)
ABOVE = shapely.box(130, 47, 132, 48)


@given(st.permutations([("A2", LEFT), ("A1", RIGHT), ("A3", ABOVE)]))
def test_a_border_point_goes_to_the_smaller_code_in_whatever_order_the_grids_come(
    grids: list[tuple[str, shapely.Geometry]],
) -> None:
    index = GridIndex([code for code, _ in grids], [shape for _, shape in grids])
    asked = [
        (131, 46.5),
        (131, 47),
        (130.5, 47),
        (130, 46),
        (131.5, 47),
        (132, 48),
        (132.1, 48),
    ]
    expected = ["A1", "A1", "A2", "A2", "A1", "A3", None]
    assert [index.locate(*point) for point in asked] == expected
    many = index.locate_many(*zip(*asked, strict=True))
    assert [index.codes[n] if n != NOWHERE else None for n in many] == expected


def test_every_corner_of_every_grid_is_given_away_the_same_way_each_time() -> None:
    corners = shapely.get_coordinates(CELLS)
    first = INDEX.locate_many(corners[:, 0], corners[:, 1])
    other = GridIndex(CODES[::-1], CELLS[::-1])
    assert (first != NOWHERE).all()
    assert (other.locate_many(corners[:, 0], corners[:, 1]) == first).all()
    assert [INDEX.codes[n] for n in first] == [by_looking_at_all(x, y) for x, y in corners]


def test_what_is_no_position_lies_nowhere() -> None:
    nan, far = float("nan"), float("inf")
    assert INDEX.locate(nan, 46.75) is None
    assert INDEX.locate(130.35, far) is None
    assert INDEX.locate(0, 0) is None
    assert list(INDEX.locate_many([nan, 130.33, far], [46.75, 46.75, 0])) == [
        NOWHERE, INDEX.codes.index(str(by_looking_at_all(130.33, 46.75))), NOWHERE,
    ]  # fmt: skip
    assert len(INDEX.locate_many([], [])) == 0


def test_a_map_without_grids_answers_that_everything_is_outside() -> None:
    empty = GridIndex([], [])
    assert empty.locate(130.33, 46.75) is None
    assert list(empty.locate_many([130.33], [46.75])) == [NOWHERE]


def test_two_outlines_under_one_code_are_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="code of its own"):
        GridIndex(["A1", "A1"], CELLS[:2])
    with pytest.raises(ValueError, match="code of its own"):
        GridIndex(["A1"], CELLS[:2])


def test_many_threads_asking_a_fresh_index_agree() -> None:
    fresh = GridIndex(CODES, CELLS)
    random = np.random.default_rng(8)
    points = list(
        zip(random.uniform(130.3, 130.42, 400), random.uniform(46.7, 46.8, 400), strict=True)
    )

    def ask(_n: int) -> list[str | None]:
        return [fresh.locate(*point) for point in points]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(answer == [INDEX.locate(*point) for point in points] for answer in answers)
