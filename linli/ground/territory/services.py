from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Literal

import shapely
from django.db import connection, transaction
from django.db.models import QuerySet
from shapely.geometry import mapping, shape

from linli.ground.audit.services import note
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
from linli.ground.territory.queries import COMMUNITY, GRID
from linli.ground.territory.rules.codes import number_grids, parent_of
from linli.ground.territory.rules.divisions import Division, read_divisions
from linli.ground.territory.rules.outlines import Outline, check_siblings, read_outlines
from linli.kernel.actor import Actor
from linli.kernel.crs import Crs
from linli.kernel.errors import Conflict, Invalid, _
from linli.kernel.refs import Ref
from linli.kernel.words import initials, pinyin, search_words

Source = Literal["import", "hand", "generated"]
_BATCH = 2000


class OtherScheme(Conflict):
    """Paths are digits of one scheme; those of another would name other streets."""

    message = _("This installation's codes are {own}; a file of {found} codes cannot be imported.")


class NotACommunity(Invalid):
    """Grids divide a community, nothing else."""

    message = _("Grids are drawn for a community; {area} is none.")


class ForeignCode(Invalid):
    """A grid's code begins with its community's."""

    message = _("Feature {feature}: the code {code} does not begin with {community}.")


class TooEarly(Conflict):
    """A published map is never changed afterwards."""

    message = _("Grids in force since {since} cannot be changed from an earlier day.")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed."""

    new: int
    renamed: int
    same: int


@transaction.atomic
def import_divisions(
    source: BinaryIO, *, scheme: str, valid_from: date, by: Actor, at: datetime
) -> Imported:
    """Take over a division file whole: what is new is added, what is renamed keeps its old name's span.

    Nothing is closed: a file of one city says nothing of another. Raises OtherScheme, or the
    reader's refusal naming line and column; then not a single row is taken.
    """
    by.require("territory.import")
    own = Scheme.objects.values_list("name", flat=True).first() or scheme
    if own != scheme:
        raise OtherScheme(field="scheme", own=own, found=scheme)
    divisions = read_divisions(source)
    known = {area.path: area for area in Area.objects.current().filter(level__lte=COMMUNITY)}
    new = [division for division in divisions if division.path not in known]
    renamed = [d for d in divisions if d.path in known and known[d.path].name != d.name]
    made = _add_areas(new, known, scheme=scheme, valid_from=valid_from)
    for division in renamed:
        _rename(known[division.path], division.name, scheme=scheme, valid_from=valid_from)
    if made or renamed:
        first = made[0] if made else known[renamed[0].path]
        note("territory.import", Ref("area", first.id), by=by, at=at, ground=scheme)
    return Imported(len(new), len(renamed), len(divisions) - len(new) - len(renamed))


def _add_areas(
    divisions: Sequence[Division], known: dict[str, Area], *, scheme: str, valid_from: date
) -> list[Area]:
    made: list[Area] = []
    for division in divisions:
        area = _new_area(division.path, division.level, division.name, opened_on=valid_from)
        area.parent = known[division.parent] if division.parent else None
        known[division.path] = area
        made.append(area)
    Area.objects.bulk_create(made, batch_size=_BATCH)
    _add_codes(made, scheme=scheme, valid_from=valid_from)
    return made


def _new_area(path: str, level: int, name: str, *, opened_on: date, kind: str = "") -> Area:
    sound, first = pinyin(name), initials(name)
    return Area(
        path=path,
        level=level,
        name=name,
        kind=kind,
        pinyin=sound[:400],
        initials=first[:120],
        words=search_words(name),
        opened_on=opened_on,
    )


def _add_codes(areas: Iterable[Area], *, scheme: str, valid_from: date) -> None:
    AreaCode.objects.bulk_create(
        [
            AreaCode(
                area=area, scheme=scheme, code=area.path, name=area.name, valid_from=valid_from
            )
            for area in areas
        ],
        batch_size=_BATCH,
    )


def _rename(area: Area, name: str, *, scheme: str, valid_from: date) -> None:
    codes = AreaCode.objects.filter(area=area, scheme=scheme, valid_to=None)
    codes.filter(valid_from__gte=valid_from).delete()
    codes.update(valid_to=valid_from)
    area.name, area.pinyin, area.initials = name, pinyin(name)[:400], initials(name)[:120]
    area.words = search_words(name)
    area.save(update_fields=["name", "pinyin", "initials", "words"])
    _add_codes([area], scheme=scheme, valid_from=valid_from)


@transaction.atomic
def name_home(area: Area, *, by: Actor, at: datetime) -> None:
    """Say which area this installation serves."""
    by.require("territory.import")
    Scheme.objects.update(home=area)
    note("territory.home", Ref("area", area.id), by=by, at=at)


@transaction.atomic
def publish_grids(
    community: Area,
    drawn: bytes,
    *,
    crs: Crs | None,
    valid_from: date,
    document: str,
    source: Source,
    by: Actor,
    at: datetime,
) -> MapVersion:
    """Publish the grids of one community from a day on, as one GeoJSON file of all of them.

    Grids the file names by code keep their code; new ones are numbered west to east, north to
    south; grids it leaves out end that day. Outlines of earlier days stay as they were. Raises
    what the file is refused for, naming the feature, or TooEarly.
    """
    by.require("territory.publish", community.path)
    if community.level != COMMUNITY:
        raise NotACommunity(area=community.name)
    outlines = read_outlines(drawn, crs=crs)
    parent = Span.objects.filter(in_force(valid_from), area=community).first()
    check_siblings(outlines, parent=shape(parent.outline) if parent else None)
    version = next_version(valid_from=valid_from, document=document, at=at)
    areas = _grids_of(community, outlines, valid_from)
    _end_left_out(community, areas, valid_from)
    draw(
        [(area, outline.shape) for area, outline in zip(areas, outlines, strict=True)],
        version=version,
        source=source,
    )
    seat_places(community, on=valid_from)
    note("territory.publish", Ref("area", community.id), by=by, at=at, ground=document[:200])
    return version


def next_version(*, valid_from: date, document: str, at: datetime) -> MapVersion:
    """The next published map, or TooEarly; publications wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE territory_mapversion IN SHARE ROW EXCLUSIVE MODE")
    last = MapVersion.objects.order_by("-number").first()
    if last is not None and valid_from < last.valid_from:
        raise TooEarly(field="valid_from", since=last.valid_from.isoformat())
    number = last.number + 1 if last else 1
    return MapVersion.objects.create(
        number=number, valid_from=valid_from, document=document, published_at=at
    )


def _grids_of(community: Area, outlines: Sequence[Outline], on: date) -> list[Area]:
    for outline in outlines:
        if outline.code and (parent_of(outline.code) != community.path):
            raise ForeignCode(
                field="drawn",
                feature=outline.feature,
                code=outline.code,
                community=community.path,
            )
    known = {area.path: area for area in Area.objects.current().filter(parent=community)}
    codes = _codes_for(community, outlines)
    return [
        _grid(community, code, outline, known.get(code), on)
        for code, outline in zip(codes, outlines, strict=True)
    ]


def _codes_for(community: Area, outlines: Sequence[Outline]) -> list[str]:
    """The code each feature bears; the new ones get free numbers in the standard's order."""
    taken = set(Area.objects.filter(parent=community).values_list("path", flat=True))
    taken |= {outline.code for outline in outlines if outline.code}
    new = [n for n, outline in enumerate(outlines) if not outline.code]
    centres = [_centre(outlines[n]) for n in new]
    order = number_grids(community.path, centres)
    free = (
        code for code in (f"{community.path}{n:03d}" for n in range(1, 1000)) if code not in taken
    )
    numbered = {wanted: next(free) for wanted in sorted(order)}
    by_feature = dict(zip(new, order, strict=True))
    return [
        outline.code or numbered[by_feature[n]] for n, outline in enumerate(outlines)
    ]


def _centre(outline: Outline) -> tuple[float, float]:
    point = outline.shape.centroid
    return point.x, point.y


def _grid(community: Area, code: str, outline: Outline, known: Area | None, on: date) -> Area:
    name = outline.name or (known.name if known else f"{community.name}{int(code[-3:])}格")
    if known is None:
        area = _new_area(code, GRID, name, opened_on=on, kind=outline.kind)
        area.parent = community
        area.save(force_insert=True)
        _add_codes([area], scheme=Scheme.objects.values_list("name", flat=True)[0], valid_from=on)
        return area
    known.name, known.kind = name, outline.kind
    known.pinyin, known.initials = pinyin(name)[:400], initials(name)[:120]
    known.words = search_words(name)
    known.save(update_fields=["name", "kind", "pinyin", "initials", "words"])
    return known


def _end_left_out(community: Area, areas: Sequence[Area], on: date) -> None:
    kept = [area.pk for area in areas]
    ended = Area.objects.current().filter(parent=community, level=GRID).exclude(pk__in=kept)
    _end_spans(Span.objects.filter(area__in=ended), on)
    ended.filter(opened_on__lt=on).update(closed_on=on)
    ended.filter(opened_on__gte=on).delete()


def draw(
    outlines: Sequence[tuple[Area, shapely.Geometry]], *, version: MapVersion, source: Source
) -> None:
    """Give areas their outlines from the version's day on; those before end there."""
    on = version.valid_from
    _end_spans(Span.objects.filter(area__in=[area.pk for area, _ in outlines]), on)
    Span.objects.bulk_create(
        [
            Span(
                area=area,
                outline=mapping(shapely.set_precision(outline, 1e-7)),
                valid_from=on,
                version=version,
                source=source,
            )
            for area, outline in outlines
        ],
        batch_size=500,
    )


def _end_spans(spans: QuerySet[Span], on: date) -> None:
    running = spans.filter(valid_to=None)
    running.filter(valid_from__gte=on).delete()
    running.update(valid_to=on)


def seat_places(community: Area, *, on: date) -> int:
    """Give every building of a community the grid its point lies in from a day on; return how many moved."""
    spans = Span.objects.filter(in_force(on), area__parent=community).order_by("area__path")
    grids = [(span.area_id, shape(span.outline)) for span in spans]
    tree = shapely.STRtree([outline for _, outline in grids])
    present = {m.place_id: m for m in Membership.objects.filter(place__community=community, valid_to=None)}
    new: list[Membership] = []
    places = Place.objects.filter(community=community, kind="building", lng__isnull=False)
    for place in places.order_by("id"):
        hits = sorted(tree.query(shapely.Point(place.lng, place.lat), predicate="intersects"))
        if not hits:
            continue
        grid_id = grids[hits[0]][0]
        now = present.get(place.id)
        if now is None or now.grid_id != grid_id:
            new.append(Membership(place=place, grid_id=grid_id, valid_from=on))
    moved = Membership.objects.filter(place__in=[m.place_id for m in new], valid_to=None)
    moved.filter(valid_from__gte=on).delete()
    moved.update(valid_to=on)
    Membership.objects.bulk_create(new, batch_size=_BATCH)
    return len(new)
