"""A small town for tests: one street, two communities, four square grids."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction
from shapely.geometry import box

from linli.ground.territory.models import Area, MapVersion, Place, Scheme
from linli.ground.territory.queries import CITY, COMMUNITY, COUNTY, STREET
from linli.ground.territory.services import (
    add_codes,
    draw,
    new_area,
    next_version,
    publish_grids,
    seat_places,
)
from linli.kernel.actor import Actor, Grant
from linli.kernel.ids import uuid7
from linli.kernel.words import search_words

OPENED = date(2025, 1, 1)
MORNING = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # Wednesday, nine o'clock in Jiamusi
WEST, SOUTH, SIDE = 130.30, 46.80, 0.01


@dataclass(frozen=True, slots=True)
class Town:
    """The areas a test speaks of; grids lie west to east."""

    city: Area
    county: Area
    street: Area
    communities: tuple[Area, Area]
    grids: tuple[Area, Area, Area, Area]
    building: Place


def make_area(path: str, level: int, name: str, parent: Area | None) -> Area:
    """One area that has stood since 2025."""
    area = new_area(path, level=level, name=name, opened_on=OPENED)
    area.parent = parent
    area.save(force_insert=True)
    add_codes([area], scheme="statistical", valid_from=OPENED)
    return area


@transaction.atomic
def make_town(*, first: str = "230803007", name: str = "西林街道", west: float = WEST) -> Town:
    """A street of two communities with two grids each, all published, and one building."""
    city = Area.objects.filter(path=first[:4]).first() or make_area(
        first[:4], CITY, "佳木斯市", None
    )
    county = Area.objects.filter(path=first[:6]).first() or make_area(
        first[:6], COUNTY, "向阳区", city
    )
    street = make_area(first, STREET, name, county)
    communities = (
        make_area(f"{first}001", COMMUNITY, "安民社区居委会", street),
        make_area(f"{first}002", COMMUNITY, "光明社区居委会", street),
    )
    last = MapVersion.objects.order_by("-number").first()
    version = next_version(
        valid_from=last.valid_from if last else OPENED, document="测试", at=MORNING
    )
    outlines = [
        (street, box(west, SOUTH, west + 4 * SIDE, SOUTH + SIDE)),
        (communities[0], box(west, SOUTH, west + 2 * SIDE, SOUTH + SIDE)),
        (communities[1], box(west + 2 * SIDE, SOUTH, west + 4 * SIDE, SOUTH + SIDE)),
    ]
    draw(outlines, version=version, source="generated")
    if not Scheme.objects.filter(home__isnull=False).exists():
        Scheme.objects.update(home=street)
    for number, community in enumerate(communities):
        publish_grids(
            community,
            two_squares(west + 2 * number * SIDE),
            crs=None,
            valid_from=version.valid_from,
            document="测试",
            source="generated",
            by=surveyor(),
            at=MORNING,
        )
    grids = Area.objects.filter(path__startswith=first, level=5).order_by("path")
    building = Place.objects.create(
        community=communities[0],
        kind="building",
        name="3幢",
        address="安民路12号3幢",
        words=search_words("安民路12号3幢"),
        lng=west + SIDE / 2,
        lat=SOUTH + SIDE / 2,
    )
    seat_places(communities[0], on=version.valid_from)
    return Town(city, county, street, communities, tuple(grids), building)  # type: ignore[arg-type]


def two_squares(west: float) -> bytes:
    """Two grids side by side, as a file of outlines."""
    squares = [box(west + n * SIDE, SOUTH, west + (n + 1) * SIDE, SOUTH + SIDE) for n in (0, 1)]
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"{n + 1}格"},
            "geometry": {"type": "Polygon", "coordinates": [list(square.exterior.coords)]},
        }
        for n, square in enumerate(squares)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def surveyor() -> Actor:
    """Somebody who may import and publish everywhere."""
    grants = tuple(
        Grant(permission, "area", "", uuid7())
        for permission in ("territory.import", "territory.publish", "territory.view")
    )
    return Actor(kind="person", account_id=uuid7(), name="surveyor", grants=grants)
