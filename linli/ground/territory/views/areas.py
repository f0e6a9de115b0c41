"""The tree of areas, and one area."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from shapely.geometry import shape

from linli.ground.territory import queries
from linli.ground.territory.forms import DayForm, SearchForm
from linli.ground.territory.views.maps import today
from linli.ground.territory.views.words import LEVELS, SCHEMES, Sheet, sheet_of
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.ground.territory.models import Area

ROWS = 50


@needs("territory.view")
@reads
def areas(request: LinliRequest) -> HttpResponse:
    """The reader's own areas, everything from the cities down, or what was searched for."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = _wanted(request, text)
    kept = {name: request.GET[name] for name in ("q", "all") if name in request.GET}
    rows = queries.page_of(found, cursor=request.GET.get("cursor", "")[:900], limit=ROWS)
    above = queries.lineage([area.path for area in rows.items]) if text else {}
    context = {
        **rail(request),
        "form": form,
        "text": text,
        "everything": "all" in request.GET,
        "rows": _listed(rows.items, above),
        "next_url": f"?{urlencode(kept | {'cursor': rows.next})}" if rows.next else "",
        "first_url": f"?{urlencode(kept)}" if request.GET.get("cursor") else "",
    }
    status = 200 if form.is_valid() else 422
    return page(request, "territory/areas.html", context, status=status)


def _wanted(request: LinliRequest, text: str) -> QuerySet[Area]:
    if text:
        return queries.find_areas(text)
    if "all" in request.GET:
        return queries.children_of(None)
    return queries.areas_seen_first(request.actor)


def rail(request: LinliRequest) -> dict[str, object]:
    """What every page of the territory needs to know of its reader."""
    return {"may_import": request.actor.may("territory.import")}


@dataclass(frozen=True, slots=True)
class Row:
    """An area in a list: where it lies, and how many lie in it."""

    area: Area
    level: object
    above: str
    below: int


def _listed(found: list[Area], above: dict[str, Area]) -> list[Row]:
    below = queries.child_counts(found)
    return [
        Row(area, LEVELS[area.level], _where(area, above), below.get(area.id, 0))
        for area in found
    ]


def _where(area: Area, above: dict[str, Area]) -> str:
    names = [above[p].name for p in sorted(above, key=len) if area.path.startswith(p)]
    return " › ".join(names[:-1])


@needs("territory.view")
@reads
def area(request: LinliRequest, area_id: UUID) -> HttpResponse:
    """One area: where it lies, what it is called, what lies in it, and its map on any day."""
    wanted = queries.recorded_area(area_id)
    day = DayForm(request.GET)
    on = (day.cleaned_data["on"] if day.is_valid() else None) or today()
    above = queries.lineage([wanted.path])
    context = {
        **rail(request),
        "area": wanted,
        "level": LEVELS[wanted.level],
        "above": [above[path] for path in sorted(above, key=len) if path != wanted.path],
        "codes": [
            (SCHEMES.get(row.scheme, row.scheme), row) for row in queries.codes_of(wanted)
        ],
        "day": day,
        "on": on,
        "is_today": on == today(),
        "is_community": wanted.level == queries.COMMUNITY,
        "may_publish": request.actor.may("territory.publish", wanted.path),
        **_below(request, wanted, on),
    }
    status = 200 if day.is_valid() else 422
    return page(request, "territory/area.html", context, status=status)


def _below(request: LinliRequest, wanted: Area, on: date) -> dict[str, object]:
    if wanted.level != queries.COMMUNITY:
        children = queries.children_of(wanted, on=on)
        rows = queries.page_of(children, cursor=request.GET.get("cursor", "")[:900], limit=100)
        next_url = f"?{urlencode({'cursor': rows.next})}" if rows.next else ""
        return {"rows": _listed(rows.items, {}), "next_url": next_url}
    grids = _grids(wanted, on)
    return {
        "grids": grids,
        "sheet": _sheet(wanted, on),
        "publications": list(queries.publications_of(wanted)[:20]),
        "as_text": "\n".join(f"{g.number}. {g.area.name} ({g.area.path})" for g in grids),
    }


@dataclass(frozen=True, slots=True)
class GridRow:
    """A grid of a community on a day, with its size against the range."""

    area: Area
    number: int
    households: int
    size: queries.GridSize | None


def _grids(community: Area, on: date) -> list[GridRow]:
    households = queries.households_by_grid(community, on=on)
    ranges = queries.sizes()
    rows = sorted(queries.children_of(community, on=on), key=lambda area: area.path)
    return [
        GridRow(
            area,
            int(area.path[-3:]),
            households.get(area.id, 0),
            queries.size_of(community, area.kind, households.get(area.id, 0), ranges),
        )
        for area in rows
    ]


def _sheet(community: Area, on: date) -> Sheet | None:
    spans = queries.grids_of(community, on=on)
    return sheet_of((s.area.path, s.area.name, shape(s.outline), False) for s in spans)
