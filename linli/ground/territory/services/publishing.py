"""Publishing the grids of a community from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

import shapely
from django.db import connection, transaction
from django.db.models import ProtectedError, QuerySet
from shapely.geometry import mapping

from linli.ground.audit.services import note
from linli.ground.territory.models import (
    Area,
    AreaCode,
    MapVersion,
    Membership,
    Scheme,
    Span,
)
from linli.ground.territory.queries.areas import GRID
from linli.ground.territory.queries.maps import last_published_on, latest_map_of
from linli.ground.territory.queries.planning import TooEarly, plan_grids
from linli.ground.territory.rules.outlines import Outline
from linli.ground.territory.services.areas import add_codes, end_codes, new_area, rename
from linli.ground.territory.services.places import seat_places
from linli.kernel.actor import Actor
from linli.kernel.clock import local
from linli.kernel.crs import Crs
from linli.kernel.errors import Conflict, _
from linli.kernel.refs import Ref

Source = Literal["import", "hand", "generated"]
_AHEAD = timedelta(days=366)


class TooLate(Conflict):
    """A slip of the year would close the map to everybody until then."""

    message = _("Grids are published at most a year ahead.")


class RedrawnMeanwhile(Conflict):
    """Two people drew on the same map; the second would undo the first unseen."""

    message = _(
        "Somebody published grids of this community meanwhile. Draw again on the new map."
    )


class GridInUse(Conflict):
    """A grid that began on this very day and is used already cannot be left out."""

    message = _(
        "Grid {grid} began that day and is already used; leave it out from a later day."
    )


@transaction.atomic
def publish_grids(
    community: Area,
    drawn: bytes,
    *,
    crs: Crs | None,
    valid_from: date,
    document: str,
    source: Source,
    seen_map: int | None = None,
    by: Actor,
    at: datetime,
) -> MapVersion:
    """Publish the grids of one community from a day on, as one GeoJSON file of all of them.

    Grids the file names by code keep their code; new ones are numbered west to east, north to
    south; grids it leaves out end that day. Outlines of earlier days stay as they were. Raises
    what the file is refused for, naming the feature, TooEarly, or RedrawnMeanwhile when the
    community was drawn anew since the map of number `seen_map`.
    """
    by.require("territory.publish", community.path)
    if valid_from > local(at).date() + _AHEAD:
        raise TooLate(field="valid_from")
    _take_turns()
    if seen_map not in {None, latest_map_of(community)}:
        raise RedrawnMeanwhile(field="document")
    plan = plan_grids(community, drawn, crs=crs, valid_from=valid_from)
    version = next_version(valid_from=valid_from, document=document, at=at)
    areas = _grids(community, plan.codes, plan.outlines, valid_from)
    _end_left_out(community, areas, valid_from)
    draw(
        [(area, outline.shape) for area, outline in zip(areas, plan.outlines, strict=True)],
        version=version,
        source=source,
    )
    seat_places(community, on=valid_from)
    note("territory.publish", Ref("area", community.id), by=by, at=at, ground=document[:200])
    return version


def _take_turns() -> None:
    """Publications wait for each other: numbers go up with their days."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE territory_mapversion IN SHARE ROW EXCLUSIVE MODE")


def next_version(*, valid_from: date, document: str, at: datetime) -> MapVersion:
    """The next published map, or TooEarly; publications wait for each other."""
    _take_turns()
    last = last_published_on()
    if last is not None and valid_from < last:
        raise TooEarly(field="valid_from", since=last.isoformat())
    latest = MapVersion.objects.order_by("-number").values_list("number", flat=True).first()
    return MapVersion.objects.create(
        number=(latest or 0) + 1, valid_from=valid_from, document=document, published_at=at
    )


def _grids(
    community: Area, codes: Sequence[str], outlines: Sequence[Outline], on: date
) -> list[Area]:
    """The areas of the outlines: those known are taken again, even those that had ended."""
    scheme = Scheme.objects.values_list("name", flat=True)[0]
    known = {area.path: area for area in Area.objects.filter(parent=community, level=GRID)}
    return [
        _kept(known[code], outline, scheme, on)
        if code in known
        else _added(community, code, outline, scheme, on)
        for code, outline in zip(codes, outlines, strict=True)
    ]


def _added(community: Area, code: str, outline: Outline, scheme: str, on: date) -> Area:
    name = outline.name or f"{community.name}{int(code[-3:])}格"
    area = new_area(code, level=GRID, name=name, opened_on=on, kind=outline.kind)
    area.parent = community
    area.save(force_insert=True)
    add_codes([area], scheme=scheme, valid_from=on)
    return area


def _kept(area: Area, outline: Outline, scheme: str, on: date) -> Area:
    if outline.name and outline.name != area.name:
        rename([(area, outline.name)], scheme=scheme, valid_from=on)
    elif area.closed_on is not None:
        AreaCode.objects.filter(area=area, scheme=scheme, valid_to__gt=on).update(valid_to=on)
        add_codes([area], scheme=scheme, valid_from=on)
    area.kind, area.closed_on = outline.kind, None
    area.save(update_fields=["kind", "closed_on"])
    return area


def _end_left_out(community: Area, areas: Sequence[Area], on: date) -> None:
    kept = [area.pk for area in areas]
    ended = Area.objects.current().filter(parent=community, level=GRID).exclude(pk__in=kept)
    gone = list(ended)
    _end_spans(Span.objects.filter(area__in=gone), on)
    end_codes(gone, on=on)
    for area in gone:
        if area.opened_on >= on:
            _forget(area)
        else:
            area.closed_on = on
            area.save(update_fields=["closed_on"])


def _forget(area: Area) -> None:
    """A grid that would have begun that day never was, unless something already stands on it."""
    try:
        with transaction.atomic():
            Membership.objects.filter(grid=area).delete()
            AreaCode.objects.filter(area=area).delete()
            area.delete()
    except ProtectedError:
        raise GridInUse(field="valid_from", grid=area.name) from None


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
