from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from linli.ground.territory.rules import outlines as rules
from linli.ground.territory.rules.outlines import (
    Outline,
    OutlineRefused,
    OutlinesTooLarge,
    check_siblings,
    read_outlines,
)
from linli.ground.territory.rules.tiling import tile
from linli.kernel.crs import Crs, UnknownCrs, from_cgcs2000
from linli.kernel.errors import Refusal

STREET = shapely.Polygon([(130.30, 46.70), (130.34, 46.70), (130.35, 46.74), (130.31, 46.75)])
METRE = 1 / 111_320
SQUARE = [[[130.3, 46.7], [130.31, 46.7], [130.31, 46.71], [130.3, 46.71], [130.3, 46.7]]]


def feature(coordinates: object = None, kind: str = "Polygon", **properties: object) -> Any:
    geometry = {"type": kind, "coordinates": SQUARE if coordinates is None else coordinates}
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"name": "一网格", **properties},
    }


def collection(*features: object, **rest: object) -> bytes:
    whole = {"type": "FeatureCollection", "features": list(features), **rest}
    return json.dumps(whole).encode()


def drawn(shapes: list[shapely.Geometry]) -> tuple[Outline, ...]:
    features = [
        {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)),
         "properties": {"code": f"230803007001{n:03d}", "name": f"第{n}网格"}}
        for n, shape in enumerate(shapes, start=1)
    ]  # fmt: skip
    return read_outlines(collection(*features))


def test_an_outline_comes_with_what_its_properties_say() -> None:
    raw = collection(feature(code="230803007001001", kind="Polygon"))
    described = json.loads(raw)
    described["features"][0]["properties"]["kind"] = "专属网格"
    (outline,) = read_outlines(json.dumps(described).encode("utf-8-sig"))
    assert (outline.feature, outline.code, outline.name) == (1, "230803007001001", "一网格")
    assert outline.kind == "dedicated"
    assert outline.area_m2 == pytest.approx(1113.2**2 * 0.6858, rel=0.01)


def test_heights_are_dropped_and_holes_and_single_parts_are_kept_as_they_are() -> None:
    hole = [[130.304, 46.704], [130.304, 46.706], [130.306, 46.706], [130.304, 46.704]]
    high = [[[*point, 81.5] for point in ring] for ring in [*SQUARE, hole]]
    (outline,) = read_outlines(collection(feature([high], "MultiPolygon")))
    assert outline.shape.geom_type == "Polygon"
    assert not outline.shape.has_z
    assert len(outline.shape.interiors) == 1


def test_an_outline_drawn_on_a_shifted_map_is_put_back() -> None:
    shifted = [[list(from_cgcs2000(x, y, Crs.GCJ02)) for x, y in SQUARE[0]]]
    (plain,) = read_outlines(collection(feature()))
    (back,) = read_outlines(collection(feature(shifted)), crs=Crs.GCJ02)
    assert back.shape.hausdorff_distance(plain.shape) < METRE / 50
    (unconverted,) = read_outlines(collection(feature(shifted)))
    assert unconverted.shape.hausdorff_distance(plain.shape) > 300 * METRE


def test_the_files_own_word_on_its_system_is_taken() -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    assert read_outlines(collection(feature(), crs=named))
    for crs in (
        {"type": "name", "properties": {"name": "EPSG:4547"}},
        {"type": "link"},
        "4490",
    ):
        with pytest.raises(UnknownCrs):
            read_outlines(collection(feature(), crs=crs))


BOW = [[[130.3, 46.7], [130.31, 46.71], [130.31, 46.7], [130.3, 46.71], [130.3, 46.7]]]
LINE = [[[130.3, 46.7], [130.31, 46.71], [130.3, 46.7], [130.3, 46.7]]]
TINY = [[[130.3, 46.7], [130.3 + 1e-6, 46.7], [130.3, 46.7 + 1e-6], [130.3, 46.7]]]
MERCATOR = [[[14_504_000, 5_890_000], [14_505_000, 5_890_000], [14_505_000, 5_891_000],
             [14_504_000, 5_890_000]]]  # fmt: skip
SWAPPED = [[[y, x] for x, y in SQUARE[0]]]
OPEN = [SQUARE[0][:-1]]
OUTSIDE_HOLE = [*SQUARE, [[131, 47], [131, 47.1], [131.1, 47], [131, 47]]]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (feature(BOW), rules.Unsound),
        (feature(LINE), rules.Unsound),
        (feature(OUTSIDE_HOLE), rules.Unsound),
        (feature([SQUARE, SQUARE], "MultiPolygon"), rules.Unsound),
        (feature(TINY), rules.WithoutArea),
        (feature([]), rules.WithoutArea),
        (feature(MERCATOR), rules.OutOfPlace),
        (feature(SWAPPED), rules.OutOfPlace),
        (feature([[[0, 0], [0, 1], [1, 1], [0, 0]]]), rules.OutOfPlace),
        (feature(OPEN), rules.NotAPolygon),
        (feature([[[130.3]]]), rules.NotAPolygon),
        (feature([["a", "b"]]), rules.NotAPolygon),
        (feature({"x": 1}), rules.NotAPolygon),
        (feature([[[1e400, 46.7], *SQUARE[0][1:-1], [1e400, 46.7]]]), rules.NotAPolygon),
        (feature([130.3, 46.7], "Point"), rules.NotAPolygon),
        ({"type": "Feature", "geometry": None, "properties": {"name": "a"}}, rules.NotAPolygon),
        (feature(name=""), rules.Nameless),
        ({"type": "Feature", "geometry": None, "properties": None}, rules.Nameless),
        ("feature", rules.Nameless),
        (None, rules.Nameless),
        (feature(code="23080300"), rules.CodeUnreadable),
        (feature(code=["230803"]), rules.CodeUnreadable),
    ],
)
def test_a_wrong_outline_is_refused_by_the_number_of_its_feature(
    wrong: object, refusal: type[OutlineRefused]
) -> None:
    raw = collection(feature(name="good"), wrong).replace(b"Infinity", b"1e400")
    with pytest.raises(refusal) as caught:
        read_outlines(raw)
    assert caught.value.values["feature"] == 2


@pytest.mark.parametrize("kind", ["street", 7, True, ["basic"], {}])
def test_a_kind_of_grid_nobody_knows_is_refused(kind: object) -> None:
    described = json.loads(collection(feature()))
    described["features"][0]["properties"]["kind"] = kind
    with pytest.raises(rules.KindUnknown):
        read_outlines(json.dumps(described).encode())


def test_one_code_for_two_outlines_is_refused_naming_both() -> None:
    raw = collection(feature(code="230803007001001"), feature(code="230803007001001"))
    with pytest.raises(rules.CodeTwice) as caught:
        read_outlines(raw)
    assert (caught.value.values["feature"], caught.value.values["other"]) == (2, 1)


def test_more_points_than_anybody_draws_are_refused() -> None:
    circle = shapely.Point(130.3, 46.7).buffer(0.01, quad_segs=5_100)
    raw = collection(feature(json.loads(shapely.to_geojson(circle))["coordinates"]))
    with pytest.raises(rules.TooManyPoints):
        read_outlines(raw)
    assert read_outlines(raw, most_points=30_000)
    with pytest.raises(OutlinesTooLarge):
        read_outlines(b" " * (rules.MOST_BYTES + 1))
    with pytest.raises(OutlinesTooLarge):
        read_outlines(collection(*[None] * (rules.MOST_FEATURES + 1)))


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b'"text"', b"{}", b'{"type": "FeatureCollection"}',
     b'{"type": "FeatureCollection", "features": []}', b'{"type": "Topology"}',
     b'{"type": "FeatureCollection", "features": {}}', b"[" * 100_000, b"\xff\xfe{",
     collection(feature()).replace(b"130.31", b"NaN"), json.dumps(feature()).encode(),
     "{}".encode("utf-16")],
)  # fmt: skip
def test_a_file_that_is_no_feature_collection_is_refused(raw: bytes) -> None:
    with pytest.raises(rules.NotGeoJson):
        read_outlines(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just(SQUARE),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "geometry", "coordinates", "properties", "name", "kind"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON, JSON)
def test_any_features_are_read_or_refused_and_nothing_else(
    first: object, second: object
) -> None:
    with suppress(Refusal):
        read_outlines(collection(feature(first), second, feature(second, "MultiPolygon")))


# Neighbours

CELLS = tile(STREET, 14, seed=11)


def test_a_seamless_set_inside_its_parent_is_taken_over() -> None:
    check_siblings(drawn(CELLS), parent=STREET)
    check_siblings(drawn(CELLS))
    check_siblings(drawn(CELLS[:4]), parent=STREET, fills_parent=False)


def test_slivers_below_the_tolerance_are_drawing_noise() -> None:
    shifted = [*CELLS[:5], shapely.transform(CELLS[5], lambda p: p + 0.3 * METRE), *CELLS[6:]]
    check_siblings(drawn(shifted), parent=STREET)
    with pytest.raises(OutlineRefused):
        check_siblings(drawn(shifted), parent=STREET, tolerance_m=0.05)


def test_an_overlap_is_refused_naming_both_features() -> None:
    grown = [CELLS[0].buffer(20 * METRE).intersection(STREET), *CELLS[1:]]
    with pytest.raises(rules.Overlaps) as caught:
        check_siblings(drawn(grown), parent=STREET)
    assert caught.value.values["other"] == 1
    assert CELLS[int(str(caught.value.values["feature"])) - 1].intersects(CELLS[0])


def inner_cell() -> int:
    return next(n for n in range(14) if not CELLS[n].intersects(STREET.boundary))


def test_a_gap_is_refused_with_its_size_and_place() -> None:
    inner = inner_cell()
    holed = [cell for n, cell in enumerate(CELLS) if n != inner]
    for parent in (STREET, None):
        with pytest.raises(rules.LeavesGap) as caught:
            check_siblings(drawn(holed), parent=parent)
        lng, lat = (float(part) for part in str(caught.value.values["at"]).split(", "))
        assert CELLS[inner].contains(shapely.Point(lng, lat))


def test_a_missing_edge_is_a_gap_only_where_the_parent_must_be_filled() -> None:
    edge = next(n for n in range(14) if CELLS[n].intersects(STREET.boundary))
    without = drawn([cell for n, cell in enumerate(CELLS) if n != edge])
    with pytest.raises(rules.LeavesGap):
        check_siblings(without, parent=STREET)
    check_siblings(without, parent=STREET, fills_parent=False)


def test_an_outline_that_reaches_beyond_its_parent_is_refused() -> None:
    outside = [*CELLS[:-1], CELLS[-1].buffer(30 * METRE)]
    with pytest.raises(rules.ReachesBeyond) as caught:
        check_siblings(drawn(outside), parent=STREET)
    assert caught.value.values["feature"] == 14
