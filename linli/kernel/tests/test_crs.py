from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.kernel.crs import (
    Crs,
    NoPosition,
    OutsideChina,
    UnknownCrs,
    from_cgcs2000,
    parse_crs,
    to_cgcs2000,
    to_cgcs2000_many,
)

SAMPLES = Path(os.environ.get("SAMPLE_DATA", "../shared/data")) / (
    "outbreak_addresses_geo_2022-03.csv"
)
CENTIMETRE = 0.01


def metres(lng: float, lat: float, other_lng: float, other_lat: float) -> float:
    """Good enough over a kilometre."""
    east = (lng - other_lng) * 111_320 * np.cos(np.radians(lat))
    return float(np.hypot(east, (lat - other_lat) * 111_000))


LNGS = st.floats(74, 135, allow_nan=False)
LATS = st.floats(18, 53.5, allow_nan=False)


@given(LNGS, LATS, st.sampled_from([Crs.GCJ02, Crs.BD09]))
def test_there_and_back_is_within_a_centimetre_and_the_shift_is_hundreds_of_metres(
    lng: float, lat: float, crs: Crs
) -> None:
    shifted = from_cgcs2000(lng, lat, crs)
    assert 20 < metres(lng, lat, *shifted) < 2_500
    assert metres(lng, lat, *to_cgcs2000(*shifted, crs)) < CENTIMETRE


@given(LNGS, LATS)
def test_a_satellite_fix_is_kept_as_it_is_to_seven_decimals(lng: float, lat: float) -> None:
    assert to_cgcs2000(lng, lat, Crs.WGS84) == (round(lng, 7), round(lat, 7))
    assert to_cgcs2000(lng, lat, Crs.CGCS2000) == (round(lng, 7), round(lat, 7))


@pytest.mark.parametrize(
    ("lng", "lat", "expected"),
    [(121.55, 29.87, 493), (114.30, 30.60, 586), (116.39, 39.90, 555)],
)
def test_the_shift_has_its_known_size_in_known_cities(
    lng: float, lat: float, expected: float
) -> None:
    assert metres(lng, lat, *from_cgcs2000(lng, lat, Crs.GCJ02)) == pytest.approx(
        expected, abs=1
    )


def sampled_points() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    if not SAMPLES.exists():
        pytest.skip(f"the sample points are not at {SAMPLES}")
    columns = ("gcj02_lng", "gcj02_lat", "wgs84_lng", "wgs84_lat")
    with SAMPLES.open(encoding="utf-8-sig", newline="") as file:
        return np.array(
            [[float(row[name]) for name in columns] for row in csv.DictReader(file)]
        )


def test_eight_thousand_real_points_come_back_to_the_centimetre() -> None:
    points = sampled_points()
    lngs, lats = to_cgcs2000_many(points[:, 0], points[:, 1], Crs.GCJ02)
    back = np.array([from_cgcs2000(x, y, Crs.GCJ02) for x, y in zip(lngs, lats, strict=True)])
    errors = np.hypot(*(back - points[:, :2]).T) * 111_320
    assert len(points) > 8_000
    assert errors.max() < CENTIMETRE


def test_the_published_conversions_are_met_within_what_their_one_step_inverse_leaves() -> None:
    points = sampled_points()
    lngs, lats = to_cgcs2000_many(points[:, 0], points[:, 1], Crs.GCJ02)
    exact = np.array(
        [metres(*pair) for pair in zip(points[:, 2], points[:, 3], lngs, lats, strict=True)]
    )
    assert exact.max() < 2.4
    one_step = np.array(
        [
            metres(
                2 * x - from_cgcs2000(x, y, Crs.GCJ02)[0],
                2 * y - from_cgcs2000(x, y, Crs.GCJ02)[1],
                known_x,
                known_y,
            )
            for x, y, known_x, known_y in points
        ]
    )
    assert np.median(one_step) < CENTIMETRE
    assert one_step.max() < 0.1


def test_one_point_and_many_are_converted_alike() -> None:
    lngs, lats = np.linspace(100, 130, 50), np.linspace(20, 50, 50)
    many = to_cgcs2000_many(lngs, lats, Crs.BD09)
    one_by_one = [to_cgcs2000(x, y, Crs.BD09) for x, y in zip(lngs, lats, strict=True)]
    assert np.allclose(np.array(one_by_one).T, many, rtol=0, atol=1.01e-7)
    assert to_cgcs2000_many([], [], Crs.GCJ02)[0].size == 0


@pytest.mark.parametrize(
    ("lng", "lat", "refusal"),
    [
        (0, 0, NoPosition),
        (float("nan"), 31.2, NoPosition),
        (121.4, float("inf"), NoPosition),
        (31.2, 121.4, OutsideChina),
        (12.14, 31.2, OutsideChina),
        (13_514_000, 3_660_000, OutsideChina),
        (-121.4, 31.2, OutsideChina),
        (139.7, 35.7, OutsideChina),
    ],
)
def test_what_is_no_place_in_the_country_is_refused(
    lng: float, lat: float, refusal: type[Exception]
) -> None:
    for crs in Crs:
        with pytest.raises(refusal) as caught:
            to_cgcs2000(lng, lat, crs, field="point")
        assert caught.value.field == "point"  # type: ignore[attr-defined]
        with pytest.raises(refusal):
            to_cgcs2000_many([121.4, lng], [31.2, lat], crs)


@pytest.mark.parametrize(
    ("text", "crs"),
    [
        ("EPSG:4490", Crs.CGCS2000),
        ("urn:ogc:def:crs:EPSG::4490", Crs.CGCS2000),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs.WGS84),
        ("wgs-84", Crs.WGS84),
        (" WGS84 ", Crs.WGS84),
        ("gcj02", Crs.GCJ02),
        ("GCJ-02", Crs.GCJ02),
        ("bd09ll", Crs.BD09),
        *((crs.value, crs) for crs in Crs),
    ],
)
def test_every_usual_spelling_of_a_system_is_understood(text: str, crs: Crs) -> None:
    assert parse_crs(text) is crs


@pytest.mark.parametrize("text", ["", "EPSG:3857", "EPSG:4547", "beijing54", "gps", "None"])
def test_a_system_we_cannot_convert_is_refused_and_never_guessed(text: str) -> None:
    with pytest.raises(UnknownCrs) as caught:
        parse_crs(text)
    assert caught.value.values["found"] == text
