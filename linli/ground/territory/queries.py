from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from shapely.geometry import shape

from linli.ground.territory.models import (
    Area,
    AreaCode,
    MapVersion,
    Membership,
    Place,
    Scheme,
    Span,
    in_force,
)
from linli.ground.territory.rules.grid_index import GridIndex
from linli.kernel.errors import NotFound
from linli.kernel.fields import holding
from linli.kernel.words import query_words

CITY, COUNTY, STREET, COMMUNITY, GRID, MICRO_GRID = 1, 2, 3, 4, 5, 6


def get_area(area_id: UUID) -> Area:
    """The area, or NotFound."""
    try:
        return Area.objects.current().get(id=area_id)
    except Area.DoesNotExist:
        raise NotFound from None


def area_at(path: str) -> Area:
    """The area that stands at a path today, or NotFound."""
    try:
        return Area.objects.current().get(path=path)
    except Area.DoesNotExist:
        raise NotFound from None


def area_by_code(scheme: str, code: str, *, on: date) -> Area:
    """What a scheme's digits name on a day: the same digits name other streets in other schemes."""
    found = AreaCode.objects.filter(in_force(on), scheme=scheme, code=code)
    row = found.select_related("area").first()
    if row is None:
        raise NotFound
    return row.area


def children_of(area: Area | None) -> QuerySet[Area]:
    """The areas directly below, by the sound of their names."""
    return Area.objects.current().filter(parent=area).order_by("pinyin", "id")


def lineage(paths: Iterable[str]) -> dict[str, Area]:
    """Every area on the way down to these paths, by path; one query."""
    wanted = {path[:length] for path in paths for length in range(2, len(path) + 1)}
    return {area.path: area for area in Area.objects.current().filter(path__in=wanted)}


def find_areas(text: str, *, inside: str = "") -> QuerySet[Area]:
    """Areas by a piece of their name, its pinyin, its initials, or the beginning of their code."""
    wanted = text.strip().lower()
    if not wanted:
        return Area.objects.none()
    areas = Area.objects.current().inside(inside)
    if wanted[0].isdigit():
        return areas.filter(path__startswith=wanted.rstrip("0") or wanted).order_by("path")
    if wanted.isascii():
        by_sound = Q(pinyin__startswith=wanted) | Q(initials__startswith=wanted)
        return areas.filter(by_sound).order_by("level", "pinyin", "id")
    found = areas.filter(words=holding(query_words(wanted)), name__contains=text.strip())
    return found.order_by("level", "pinyin", "id")


def find_places(text: str, *, inside: str) -> QuerySet[Place]:
    """Buildings and dwellings whose address holds every piece of the text."""
    words = query_words(text)
    if not words:
        return Place.objects.none()
    places = Place.objects.filter(community__path__startswith=inside, words=holding(words))
    return places.select_related("community").order_by("address", "id")


@dataclass(frozen=True, slots=True)
class Map:
    """The grids and streets of one published version, ready to be asked."""

    number: int
    grids: GridIndex
    streets: GridIndex


_maps: dict[int, Map] = {}
_reading = Lock()


def current_map(*, on: date) -> Map | None:
    """The map in force; read once per published version and process. None before the first."""
    published = MapVersion.objects.filter(valid_from__lte=on)
    number = published.aggregate(last=Max("number"))["last"]
    if number is None:
        return None
    if number not in _maps:
        with _reading:
            if number not in _maps:
                read = _read_map(number)
                _maps.clear()
                _maps[number] = read
    return _maps[number]


def _read_map(number: int) -> Map:
    version = MapVersion.objects.get(number=number)
    return Map(
        number, _index(GRID, version.valid_from), _index(STREET, version.valid_from)
    )


def _index(level: int, on: date) -> GridIndex:
    rows = [(span.area.path, shape(span.outline)) for span in outlines(inside="", level=level, on=on)]
    return GridIndex([path for path, _ in rows], [outline for _, outline in rows])


def home_area() -> Area:
    """The area this installation serves, or NotFound before somebody has named it."""
    scheme = Scheme.objects.select_related("home").filter(home__isnull=False).first()
    if scheme is None or scheme.home is None:
        raise NotFound
    return scheme.home


def grid_of_place(place: Place, *, on: date) -> Area | None:
    """The grid a building belongs to on a day; a dwelling belongs where its building does."""
    chain = [place.id, place.parent_id, place.parent.parent_id if place.parent else None]
    found = Membership.objects.filter(in_force(on), place__in=[p for p in chain if p])
    row = found.select_related("grid").first()
    return row.grid if row else None


def get_place(place_id: UUID) -> Place:
    """The building, unit or dwelling, or NotFound."""
    try:
        return Place.objects.select_related("community", "parent").get(id=place_id)
    except Place.DoesNotExist:
        raise NotFound from None


def outlines(*, inside: str, level: int, on: date) -> QuerySet[Span]:
    """The outlines in force on a day of all areas of a level inside a path."""
    return (
        Span.objects.filter(in_force(on), area__level=level, area__path__startswith=inside)
        .select_related("area")
        .order_by("area__path")
    )


def map_versions() -> QuerySet[MapVersion]:
    """Every publication, the latest first."""
    return MapVersion.objects.order_by("-number")


def home_communities() -> list[tuple[UUID, str]]:
    """The communities of the area this installation serves, to choose one from; none before it is named."""
    scheme = Scheme.objects.select_related("home").filter(home__isnull=False).first()
    if scheme is None or scheme.home is None:
        return []
    inside = Area.objects.current().inside(scheme.home.path).filter(level=COMMUNITY)
    return list(inside.order_by("pinyin", "id").values_list("id", "name"))


def geojson_of(number: int) -> dict[str, object]:
    """Street, community and grid outlines of one published map, as a feature collection."""
    version = MapVersion.objects.filter(number=number).first()
    if version is None:
        raise NotFound
    home = home_area().path
    spans = (
        Span.objects.filter(in_force(version.valid_from), area__path__startswith=home)
        .select_related("area")
        .order_by("area__level", "area__path")
    )
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": span.outline,
                "properties": {
                    "code": span.area.path,
                    "name": span.area.name,
                    "level": span.area.level,
                    "kind": span.area.kind,
                },
            }
            for span in spans
        ],
    }
