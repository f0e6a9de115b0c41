from __future__ import annotations

import pytest
from django.test import Client

from linli.ground.territory.testing import SIDE, SOUTH, WEST, make_town
from linli.kernel.crs import Crs, from_cgcs2000

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["安民", "anmin", "amsq", "230803007001"])
def test_areas_are_found_by_name_sound_and_code(client: Client, text: str) -> None:
    town = make_town()
    found = client.get("/api/areas", {"q": text}).json()
    assert found[0]["path"] == town.communities[0].path
    assert found[0]["level"] == 4


@pytest.mark.parametrize(
    "asked", [{}, {"q": ""}, {"q": "x" * 61}, {"q": "a\0b"}, {"q": "a", "limit": "0"}]
)
def test_a_malformed_search_is_a_problem(client: Client, asked: dict[str, str]) -> None:
    answer = client.get("/api/areas", asked)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def at(client: Client, lng: float, lat: float, crs: str = "EPSG:4490") -> dict[str, object]:
    answer = client.get("/api/areas/grid-at", {"lng": str(lng), "lat": str(lat), "crs": crs})
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def test_a_point_lies_in_a_grid_on_a_border_in_the_smaller_and_outside_in_none(
    client: Client,
) -> None:
    town = make_town()
    middle = SOUTH + SIDE / 2
    inside = at(client, WEST + 1.5 * SIDE, middle)["grid"]
    border = at(client, WEST + SIDE, middle)["grid"]
    assert isinstance(inside, dict)
    assert isinstance(border, dict)
    assert inside["path"] == town.grids[1].path
    assert border["path"] == town.grids[0].path
    assert at(client, WEST - SIDE, middle)["grid"] is None


def test_a_point_of_a_shifted_map_is_converted(client: Client) -> None:
    town = make_town()
    lng, lat = WEST + 0.7 * SIDE, SOUTH + SIDE / 2
    shifted = from_cgcs2000(lng, lat, Crs.GCJ02)
    found = at(client, *shifted, crs="GCJ-02")["grid"]
    assert isinstance(found, dict)
    assert found["path"] == town.grids[0].path
    unconverted = at(client, *shifted)["grid"]  # the control
    assert isinstance(unconverted, dict)
    assert unconverted["path"] != found["path"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"lng": "0", "lat": "0"}, "lng"),
        ({"lng": "46.8", "lat": "80"}, "lng"),
        ({"lng": "130.3", "lat": "46.8", "crs": "moon"}, "crs"),
    ],
)
def test_what_is_no_position_is_refused_beside_its_field(
    client: Client, asked: dict[str, str], field: str
) -> None:
    make_town()
    answer = client.get("/api/areas/grid-at", asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "asked", [{"lng": "nan", "lat": "46"}, {"lng": "130.3"}, {"lng": "130.3", "lat": "91"}]
)
def test_what_is_no_number_is_a_problem(client: Client, asked: dict[str, str]) -> None:
    assert client.get("/api/areas/grid-at", asked).status_code == 422


def test_before_the_first_map_there_is_no_grid(client: Client) -> None:
    assert at(client, WEST, SOUTH) == {"grid": None, "map_version": None}
