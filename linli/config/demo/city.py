"""The ground of the demo: real divisions, generated outlines, generated buildings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import shapely
from shapely.geometry import Point, box, mapping, shape

from linli.config.demo.names import COMPOUNDS, ROADS, seeded, short_name
from linli.config.demo.operator import OPERATOR
from linli.config.settings import HOUSE
from linli.ground.people.services import add_households
from linli.ground.territory.models import Area, Membership, Place
from linli.ground.territory.queries import area_at, children_of
from linli.ground.territory.rules.codes import number_grids
from linli.ground.territory.rules.tiling import subdivide, tile
from linli.ground.territory.services import (
    PlaceRow,
    add_places,
    draw,
    import_divisions,
    name_home,
    next_version,
    publish_grids,
)
from linli.kernel.crs import Crs

DATA: Final = Path(__file__).parent / "data"
STREET: Final = "230882003"
DIVISIONS_OF: Final = date(2023, 6, 30)
GRIDS_EACH: Final = 5
BUILDINGS_EACH: Final = 8
HOUSEHOLDS: Final = 30_000
# The part of the county the town lies in, and a point of the street.
_TOWN: Final = box(131.985, 47.225, 132.075, 47.285)
_MIDDLE: Final = Point(132.015, 47.25)
_DOCUMENT: Final = "演示数据，界线为生成"
_DEDICATED: Final = {0: "城西农贸市场专属格", 7: "城西医院专属格"}
Outline = Any


@dataclass(frozen=True, slots=True)
class Street:
    """The street the demo serves, its committees and their grids, in the order of their codes."""

    area: Area
    communities: tuple[Area, ...]
    grids: tuple[tuple[Area, ...], ...]


def found_city(*, seed: int, at: datetime) -> Street:
    """Import the divisions, draw the street, publish its grids and put houses into them."""
    with _divisions().open("rb") as source:
        import_divisions(
            source, scheme="statistical", valid_from=DIVISIONS_OF, by=OPERATOR, at=at
        )
    area = area_at(STREET)
    name_home(area, by=OPERATOR, at=at)
    communities = sorted(children_of(area), key=lambda child: child.path)
    cells = _cells(len(communities), seed=seed)
    _draw_above(area, communities, cells, at=at)
    for number, community in enumerate(communities):
        _publish(community, cells[number], dedicated=_DEDICATED.get(number, ""), at=at)
    _build(communities, cells, seed=seed, at=at)
    grids = tuple(
        tuple(sorted(children_of(community), key=lambda grid: grid.path))
        for community in communities
    )
    return Street(area, tuple(communities), grids)


def _divisions() -> Path:
    """The real file of all six cities where there is one, else the excerpt that is shipped."""
    whole = HOUSE.sample_data / "divisions_6cities_village_level.csv"
    return whole if whole.is_file() else DATA / "divisions.csv"


def _cells(communities: int, *, seed: int) -> list[list[Outline]]:
    """Grids, committee by committee: the county's outline, cut and cut again."""
    county = json.loads((DATA / "county.geojson").read_text(encoding="utf-8"))
    town = shapely.intersection(shape(county["features"][0]["geometry"]), _TOWN)
    street = next(cell for cell in tile(town, 6, seed=seed) if cell.contains(_MIDDLE))
    inner = subdivide([street], [communities], seed=seed)[0]
    return subdivide(inner, [GRIDS_EACH] * communities, seed=seed)


def _draw_above(
    area: Area, communities: Sequence[Area], cells: list[list[Outline]], *, at: datetime
) -> None:
    """Street and committees are the union of what lies in them, so that no gap can appear."""
    whole = [shapely.coverage_union_all(own) for own in cells]
    street = shapely.coverage_union_all([cell for own in cells for cell in own])
    version = next_version(valid_from=at.date(), document=_DOCUMENT, at=at)
    pairs = [(area, street), *zip(communities, whole, strict=True)]
    draw(pairs, version=version, source="generated")


def _publish(community: Area, cells: list[Outline], *, dedicated: str, at: datetime) -> None:
    short = short_name(community.name)
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"{short}{number}格", "kind": "basic"},
            "geometry": mapping(cell),
        }
        for number, cell in enumerate(_in_reading_order(cells), start=1)
    ]
    if dedicated:
        features[-1]["properties"] = {"name": dedicated, "kind": "dedicated"}
    publish_grids(
        community,
        json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        crs=Crs.CGCS2000,
        valid_from=at.date(),
        document=_DOCUMENT,
        source="generated",
        by=OPERATOR,
        at=at,
    )


def _in_reading_order(cells: list[Outline]) -> list[Outline]:
    """The order the codes are given in, so that the third grid is called the third."""
    codes = number_grids("", [(cell.centroid.x, cell.centroid.y) for cell in cells])
    return [
        cell for _, cell in sorted(zip(codes, cells, strict=True), key=lambda pair: pair[0])
    ]


def _build(
    communities: Sequence[Area], cells: list[list[Outline]], *, seed: int, at: datetime
) -> None:
    """Houses with made-up addresses, and the flats of each."""
    random = seeded(seed)
    for number, community in enumerate(communities):
        compound = COMPOUNDS[number % len(COMPOUNDS)]
        street = f"{ROADS[number % len(ROADS)]}{2 * random.randint(3, 90)}号{compound}"
        rows: list[PlaceRow] = []
        for cell in _in_reading_order(cells[number]):
            for _ in range(BUILDINGS_EACH):
                rows.append(_building(street, 1 + len(rows), point_in(cell, random)))
        flats = [flat for building in rows for flat in _flats(building, random)]
        add_places([*rows, *flats], community=community, by=OPERATOR, at=at, generated=True)


def settle_households(street: Street, *, at: datetime) -> None:
    """A made-up household in every flat until there are enough; the last flats of a house stay empty."""
    made = 0
    grids_left, wanted = sum(len(grids) for grids in street.grids), HOUSEHOLDS
    for community, grids in zip(street.communities, street.grids, strict=True):
        flats: list[Place] = []
        for grid in grids:
            inside = Membership.objects.filter(grid=grid).values("place_id")
            own = Place.objects.filter(kind="dwelling", parent__in=inside)
            flats += own.order_by("name", "address")[: wanted // grids_left]
            grids_left, wanted = grids_left - 1, HOUSEHOLDS - made - len(flats)
        add_households(flats, community=community, generated=True, by=OPERATOR, at=at)
        made += len(flats)


def _building(street: str, number: int, point: tuple[float, float]) -> PlaceRow:
    return PlaceRow(
        kind="building",
        name=f"{number}号楼",
        address=f"{street}{number}号楼",
        lng=point[0],
        lat=point[1],
    )


def _flats(building: PlaceRow, random: Random) -> list[PlaceRow]:
    """About fifty flats to a house, so that a grid of eight has its three hundred households."""
    floors, doors = random.choice([(6, 3), (6, 2), (7, 2), (5, 3)]), (1, 2, 3)
    return [
        PlaceRow(
            kind="dwelling",
            name=f"{stair}单元{floor}0{door}室",
            address=f"{building.address}{stair}单元{floor}0{door}室",
            parent_address=building.address,
        )
        for stair in doors
        for floor in range(1, floors[0] + 1)
        for door in range(1, floors[1] + 1)
    ]


def point_in(outline: Outline, random: Random) -> tuple[float, float]:
    """A point well inside an outline."""
    return point_of(well_inside(outline), random)


def well_inside(outline: Outline) -> Outline:
    """The outline without its rim, where it is large enough to have one."""
    inner = outline.buffer(-0.0003)
    return outline if inner.is_empty else inner


def point_of(inside: Outline, random: Random) -> tuple[float, float]:
    """Any point of an outline."""
    west, south, east, north = inside.bounds
    while True:
        lng, lat = random.uniform(west, east), random.uniform(south, north)
        if inside.contains(Point(lng, lat)):
            return round(lng, 6), round(lat, 6)
