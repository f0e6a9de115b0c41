"""Finding out where a matter lies, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from linli.domains.matters.rules import PlaceGiven, PlaceMissing, PlaceUnknown, PointOutside
from linli.ground.territory import queries as territory
from linli.ground.territory.models import Area, Place
from linli.kernel.crs import parse_crs, to_cgcs2000
from linli.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Located:
    """Where a matter lies, how well that is known, and the area that answers for it."""

    area: Area
    quality: str
    lng: float | None = None
    lat: float | None = None
    place: Place | None = None
    text: str = ""


def locate(given: PlaceGiven, *, on: date) -> Located:
    """The place of a report: a point before an address before words; never a guess.

    A point inside a street but outside every grid is kept and flagged; one outside every street
    is refused. Raises PointOutside, PlaceMissing, or a refusal of the coordinates themselves.
    """
    if given.has_point:
        return _by_point(given, on)
    if given.place_id is not None:
        return _by_address(given, on)
    text = given.text.strip()
    if not text:
        raise PlaceMissing(field="place_text")
    home = territory.home_area()
    area = _community(given.area_id) if given.area_id else home
    if not area.path.startswith(home.path):
        raise PointOutside(field="place_text", home=home.name)
    return Located(area=area, quality="text", text=text[:200])


def _community(area_id: UUID) -> Area:
    try:
        return territory.get_area(area_id)
    except NotFound:
        raise PlaceUnknown(field="area_id") from None


def _by_point(given: PlaceGiven, on: date) -> Located:
    assert given.lng is not None
    assert given.lat is not None
    crs = parse_crs(given.crs, field="crs")
    lng, lat = to_cgcs2000(given.lng, given.lat, crs, field="place")
    known = territory.current_map(on=on)
    path = known.grids.locate(lng, lat) if known else None
    quality = "point"
    if path is None:
        quality = "outside"
        path = known.streets.locate(lng, lat) if known else None
    if path is None:
        raise PointOutside(field="place", home=territory.home_area().name)
    area = territory.area_at(path)
    return Located(area, quality, lng, lat, text=given.text.strip()[:200])


def _by_address(given: PlaceGiven, on: date) -> Located:
    assert given.place_id is not None
    try:
        place = territory.get_place(given.place_id)
    except NotFound:
        raise PlaceUnknown(field="place_id") from None
    grid = territory.grid_of_place(place, on=on)
    return Located(
        area=grid or place.community,
        quality="address",
        lng=place.lng,
        lat=place.lat,
        place=place,
        text=given.text.strip()[:200],
    )
