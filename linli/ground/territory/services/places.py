"""Buildings, units and dwellings, and the grid each building belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import numpy as np
from django.db import transaction
from shapely.geometry import shape

from linli.ground.audit.services import note
from linli.ground.territory.models import Area, Membership, Place
from linli.ground.territory.queries.maps import grids_of
from linli.ground.territory.rules.grid_index import NOWHERE, GridIndex
from linli.kernel.actor import Actor
from linli.kernel.clock import local
from linli.kernel.errors import Invalid, _
from linli.kernel.refs import Ref
from linli.kernel.words import search_words

_BATCH = 2000


class PlaceWithoutParent(Invalid):
    """A unit stands in a building, a dwelling in a unit or a building, of the same community."""

    message = _("Row {row} ({address}): there is no {parent} for it to stand in.")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A building, unit or dwelling as a list names it; what it stands in goes by its address."""

    kind: Literal["building", "unit", "dwelling"]
    name: str
    address: str
    lng: float | None = None
    lat: float | None = None
    parent_address: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """How many places a list added, and how many were there."""

    new: int
    same: int


@transaction.atomic
def add_places(
    rows: Sequence[PlaceRow],
    *,
    community: Area,
    by: Actor,
    at: datetime,
    generated: bool = False,
) -> Added:
    """Add the places of a community that are not there yet, and give each building its grid.

    An address that is there stays as it is, so a list may be given twice. Coordinates are
    CGCS2000.
    """
    by.require("territory.import", community.path)
    there = {place.address: place for place in Place.objects.filter(community=community)}
    before = len(there)
    new: list[Place] = []
    for number, row in enumerate(rows, start=1):
        if row.address not in there:
            there[row.address] = _place(number, row, community, there, generated=generated)
            new.append(there[row.address])
    Place.objects.bulk_create(new, batch_size=_BATCH)
    seat_places(community, on=local(at).date())
    if len(there) > before:
        note("territory.places", Ref("area", community.id), by=by, at=at)
    return Added(len(new), len(rows) - len(new))


def _place(
    number: int, row: PlaceRow, community: Area, there: dict[str, Place], *, generated: bool
) -> Place:
    parent = there.get(row.parent_address) if row.parent_address else None
    if (row.kind == "building") != (parent is None):
        raise PlaceWithoutParent(
            row=number, address=row.address, parent=row.parent_address or "-"
        )
    return Place(
        community=community,
        parent=parent,
        kind=row.kind,
        name=row.name,
        address=row.address,
        words=search_words(row.address),
        lng=row.lng,
        lat=row.lat,
        generated=generated,
    )


def seat_places(community: Area, *, on: date) -> int:
    """Give every building of a community the grid its point lies in from a day on; return how many moved.

    A building outside every grid belongs to none from that day on: never a guess.
    """
    wanted = _wanted(community, on)
    running = Membership.objects.filter(place__community=community, valid_to=None)
    present = dict(running.values_list("place_id", "grid_id"))
    moved = [place for place, grid in wanted.items() if present.get(place) != grid]
    leaving = running.filter(place__in=moved)
    leaving.filter(valid_from__gte=on).delete()
    leaving.update(valid_to=on)
    seats = [
        Membership(place_id=place, grid_id=grid, valid_from=on)
        for place in moved
        if (grid := wanted[place]) is not None
    ]
    Membership.objects.bulk_create(seats, batch_size=_BATCH)
    return len(seats)


def _wanted(community: Area, on: date) -> dict[UUID, UUID | None]:
    spans = list(grids_of(community, on=on))
    index = GridIndex(
        [span.area.path for span in spans], [shape(span.outline) for span in spans]
    )
    ids = {span.area.path: span.area_id for span in spans}
    buildings = Place.objects.filter(community=community, kind="building", lng__isnull=False)
    rows = list(buildings.order_by("id").values_list("id", "lng", "lat"))
    if not spans or not rows:
        return dict.fromkeys(row[0] for row in rows)
    found = index.locate_many(np.array([r[1] for r in rows]), np.array([r[2] for r in rows]))
    return {
        row[0]: None if n == NOWHERE else ids[index.codes[n]]
        for row, n in zip(rows, found, strict=True)
    }
