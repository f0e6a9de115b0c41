"""What a file would change, before it changes anything; the same decision when it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Literal
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry import mapping, shape

from linli.ground.territory.models import Area, AreaCode, Membership, Place, Scheme, in_force
from linli.ground.territory.queries.areas import COMMUNITY
from linli.ground.territory.queries.maps import grids_of, last_published_on, outline_of
from linli.ground.territory.queries.places import (
    GridSize,
    households_by_building,
    size_of,
    sizes,
)
from linli.ground.territory.rules.codes import CodesUsedUp, number_grids, parent_of
from linli.ground.territory.rules.divisions import Division, read_divisions
from linli.ground.territory.rules.grid_index import NOWHERE, GridIndex
from linli.ground.territory.rules.outlines import Outline, check_siblings, read_outlines
from linli.kernel.crs import Crs
from linli.kernel.errors import Conflict, Invalid, _


class OtherScheme(Conflict):
    """Paths are digits of one scheme; those of another would name other streets."""

    message = _(
        "This installation's codes are {own}; a file of {found} codes cannot be imported."
    )


class OlderFile(Conflict):
    """A name that came later is not overwritten by an earlier one."""

    message = _("“{name}” bears its name since {since}; this file speaks of an earlier day.")


class NotACommunity(Invalid):
    """Grids divide a community, nothing else."""

    message = _("Grids are drawn for a community; {area} is none.")


class ForeignCode(Invalid):
    """A grid's code begins with its community's."""

    message = _("Feature {feature}: the code {code} does not begin with {community}.")


class TooEarly(Conflict):
    """A published map is never changed afterwards."""

    message = _("Grids in force since {since} cannot be changed from an earlier day.")


# --- divisions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a division file would add and rename, and how much it says that is known already."""

    new: tuple[Division, ...]
    renamed: tuple[tuple[Area, Division], ...]
    same: int
    known: dict[str, Area]


def plan_import(source: BinaryIO, *, scheme: str, valid_from: date) -> ImportPlan:
    """What importing this file would do; raises what it would be refused for."""
    own = Scheme.objects.values_list("name", flat=True).first() or scheme
    if own != scheme:
        raise OtherScheme(field="scheme", own=own, found=scheme)
    divisions = read_divisions(source)
    known = {area.path: area for area in Area.objects.current().filter(level__lte=COMMUNITY)}
    new = tuple(division for division in divisions if division.path not in known)
    renamed = tuple(
        (known[d.path], d)
        for d in divisions
        if d.path in known and known[d.path].name != d.name
    )
    _require_later(renamed, scheme, valid_from)
    return ImportPlan(new, renamed, len(divisions) - len(new) - len(renamed), known)


def _require_later(
    renamed: Sequence[tuple[Area, Division]], scheme: str, valid_from: date
) -> None:
    names = {area.id: area.name for area, _division in renamed}
    running = AreaCode.objects.filter(area__in=names, scheme=scheme, valid_to=None)
    latest = running.filter(valid_from__gt=valid_from).order_by("-valid_from", "id").first()
    if latest is not None:
        since = latest.valid_from.isoformat()
        raise OlderFile(field="valid_from", name=names[latest.area_id], since=since)


# --- grids ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GridChange:
    """What a publication does to one grid, and how large it is afterwards."""

    code: str
    name: str
    kind: str
    state: Literal["new", "redrawn", "kept", "ended"]
    households: int
    size: GridSize | None
    area_m2: float = 0.0


@dataclass(frozen=True, slots=True)
class GridPlan:
    """What publishing these outlines would change from its day on."""

    outlines: tuple[Outline, ...]
    codes: tuple[str, ...]
    changes: tuple[GridChange, ...]
    buildings_moved: int
    households_moved: int
    outside: int

    def count(self, state: str) -> int:
        """How many grids are new, redrawn, kept or ended."""
        return sum(change.state == state for change in self.changes)


def plan_grids(community: Area, drawn: bytes, *, crs: Crs | None, valid_from: date) -> GridPlan:
    """What publishing this file for a community would do; raises what it would be refused for."""
    if community.level != COMMUNITY:
        raise NotACommunity(area=community.name)
    _require_not_earlier(valid_from)
    outlines = read_outlines(drawn, crs=crs)
    _require_own(community, outlines)
    check_siblings(outlines, parent=outline_of(community, on=valid_from))
    codes = _codes_for(community, outlines)
    homes = _homes(community, outlines, codes)
    households = households_by_building(community)
    before = _present_homes(community, valid_from)
    moved = [b for b, code in homes.items() if before.get(b) not in (None, code)]
    return GridPlan(
        outlines=outlines,
        codes=tuple(codes),
        changes=_changes(community, outlines, codes, homes, households, valid_from),
        buildings_moved=len(moved),
        households_moved=sum(households.get(b, 0) for b in moved),
        outside=sum(code is None for code in homes.values()),
    )


def _require_not_earlier(valid_from: date) -> None:
    last = last_published_on()
    if last is not None and valid_from < last:
        raise TooEarly(field="valid_from", since=last.isoformat())


def _require_own(community: Area, outlines: Sequence[Outline]) -> None:
    for outline in outlines:
        if outline.code and parent_of(outline.code) != community.path:
            raise ForeignCode(
                field="drawn",
                feature=outline.feature,
                code=outline.code,
                community=community.path,
            )


def _codes_for(community: Area, outlines: Sequence[Outline]) -> list[str]:
    """The code each feature bears; new ones get numbers never used, in the standard's order."""
    taken = set(Area.objects.filter(parent=community).values_list("path", flat=True))
    taken |= {outline.code for outline in outlines if outline.code}
    new = [n for n, outline in enumerate(outlines) if not outline.code]
    highest = max((int(code[-3:]) for code in taken), default=0)
    if highest + len(new) > 999:
        raise CodesUsedUp(field="drawn", parent=community.path)
    order = number_grids(community.path, [_centre(outlines[n]) for n in new])
    numbered = {
        wanted: f"{community.path}{highest + n:03d}"
        for n, wanted in enumerate(sorted(order), start=1)
    }
    by_feature = dict(zip(new, order, strict=True))
    return [outline.code or numbered[by_feature[n]] for n, outline in enumerate(outlines)]


def _centre(outline: Outline) -> tuple[float, float]:
    point = outline.shape.centroid
    return point.x, point.y


def _homes(
    community: Area, outlines: Sequence[Outline], codes: Sequence[str]
) -> dict[UUID, str | None]:
    """The code each building would lie in; on a border the smaller, outside none."""
    buildings = Place.objects.filter(
        community=community, kind="building", lng__isnull=False
    ).order_by("id")
    rows = list(buildings.values_list("id", "lng", "lat"))
    index = GridIndex(codes, [outline.shape for outline in outlines])
    found = index.locate_many(
        np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    )
    return {
        row[0]: None if n == NOWHERE else index.codes[n]
        for row, n in zip(rows, found, strict=True)
    }


def _present_homes(community: Area, on: date) -> dict[UUID, str]:
    seats = Membership.objects.filter(in_force(on), place__community=community)
    return dict(seats.values_list("place_id", "grid__path"))


def _changes(
    community: Area,
    outlines: Sequence[Outline],
    codes: Sequence[str],
    homes: dict[UUID, str | None],
    households: dict[UUID, int],
    on: date,
) -> tuple[GridChange, ...]:
    counted: Counter[str | None] = Counter()
    for building, code in homes.items():
        counted[code] += households.get(building, 0)
    ranges = sizes()
    before = {span.area.path: span for span in grids_of(community, on=on)}
    names = dict(Area.objects.filter(path__in=codes).values_list("path", "name"))
    rows = []
    for outline, code in zip(outlines, codes, strict=True):
        span = before.pop(code, None)
        state: Literal["new", "redrawn", "kept"] = "new"
        if span is not None:
            same = shapely.equals(
                shape(span.outline), shapely.set_precision(outline.shape, 1e-7)
            )
            state = "kept" if same else "redrawn"
        size = size_of(community, outline.kind, counted[code], ranges)
        name = outline.name or names.get(code, "")
        rows.append(
            GridChange(code, name, outline.kind, state, counted[code], size, outline.area_m2)
        )
    ended = [
        GridChange(code, span.area.name, span.area.kind, "ended", 0, None)
        for code, span in before.items()
    ]
    return tuple(sorted(rows, key=lambda row: row.code) + ended)


def as_features(outlines: Sequence[Outline]) -> list[dict[str, object]]:
    """Read outlines as features again, in CGCS2000, for drawing on and for publishing."""
    return [
        {
            "type": "Feature",
            "properties": {"code": outline.code, "name": outline.name, "kind": outline.kind},
            "geometry": mapping(outline.shape),
        }
        for outline in outlines
    ]
