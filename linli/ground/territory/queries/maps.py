"""Published maps: outlines of any day, and in which grid a point lies."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

import shapely
from django.db.models import QuerySet
from shapely.geometry import shape

from linli.ground.audit.queries import remembered
from linli.ground.territory.models import Area, MapVersion, Span, in_force
from linli.ground.territory.queries.areas import GRID, STREET, home_area
from linli.ground.territory.rules.grid_index import GridIndex
from linli.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Map:
    """The grids and streets of one published version, ready to be asked."""

    number: int
    grids: GridIndex
    streets: GridIndex


def current_map(*, on: date) -> Map | None:
    """The map in force; read once per published version and process. None before the first."""
    version_id = _version_in_force(on)
    return _read_map(version_id) if version_id else None


@dataclass(frozen=True, slots=True)
class Published:
    """The outlines of one published map as a file, under a name that its content gives."""

    number: int
    digest: str
    content: bytes


def published_outlines(*, on: date) -> Published | None:
    """The file of the map in force; made once per published version and process."""
    version_id = _version_in_force(on)
    return _write_file(version_id) if version_id else None


@lru_cache(maxsize=4)
def _write_file(version_id: UUID) -> Published:
    number = MapVersion.objects.get(id=version_id).number
    content = json.dumps(
        geojson_of(number), ensure_ascii=False, separators=(",", ":"), sort_keys=True
    ).encode()
    return Published(number, sha256(content).hexdigest()[:20], content)


def outlines_file(number: int, digest: str) -> Published:
    """The file of this name, or NotFound: another content has another name."""
    version = MapVersion.objects.filter(number=number).first()
    if version is None or (found := _write_file(version.id)).digest != digest:
        raise NotFound
    return found


@remembered
def _version_in_force(on: date) -> UUID | None:
    published = MapVersion.objects.filter(valid_from__lte=on).order_by("-number")
    return published.values_list("id", flat=True).first()


@lru_cache(maxsize=2)
def _read_map(version_id: UUID) -> Map:
    version = MapVersion.objects.get(id=version_id)
    return Map(
        version.number, _index(GRID, version.valid_from), _index(STREET, version.valid_from)
    )


def _index(level: int, on: date) -> GridIndex:
    rows = [
        (span.area.path, shape(span.outline))
        for span in outlines(inside="", level=level, on=on)
    ]
    return GridIndex([path for path, _ in rows], [outline for _, outline in rows])


def outlines(*, inside: str, level: int, on: date) -> QuerySet[Span]:
    """The outlines in force on a day of all areas of a level inside a path."""
    return (
        Span.objects.filter(in_force(on), area__level=level, area__path__startswith=inside)
        .select_related("area")
        .order_by("area__path")
    )


def grids_of(community: Area, *, on: date) -> QuerySet[Span]:
    """The outlines of a community's grids as they were on a day, by code."""
    spans = Span.objects.filter(in_force(on), area__parent=community, area__level=GRID)
    return spans.select_related("area").order_by("area__path")


def outline_of(area: Area, *, on: date) -> shapely.Geometry | None:
    """The outline of one area on a day; None where none was ever published."""
    span = Span.objects.filter(in_force(on), area=area).first()
    return shape(span.outline) if span else None


def map_versions() -> QuerySet[MapVersion]:
    """Every publication, the latest first."""
    return MapVersion.objects.order_by("-number")


def publications_of(community: Area) -> QuerySet[MapVersion]:
    """The publications that drew this community's grids, the latest first."""
    drawn = Span.objects.filter(area__parent=community, area__level=GRID).values("version")
    return MapVersion.objects.filter(id__in=drawn).order_by("-number")


def latest_map_of(community: Area) -> int:
    """The number of the publication that drew this community's grids last; 0 before the first."""
    return publications_of(community).values_list("number", flat=True).first() or 0


def last_published_on() -> date | None:
    """The day the latest map begins; nothing can be published from an earlier one."""
    days = MapVersion.objects.order_by("-valid_from").values_list("valid_from", flat=True)
    return days.first()


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
    return collection_of(spans)


def collection_of(spans: Iterable[Span]) -> dict[str, object]:
    """Outlines as the feature collection that publishing takes back."""
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
