"""Outlines for the maps of pages."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse, JsonResponse

from linli.ground.territory import queries
from linli.ground.territory.forms import DayForm
from linli.ground.territory.views.held import held
from linli.kernel import clock
from linli.kernel.requests import LinliRequest, needs, public, reads

if TYPE_CHECKING:
    from linli.ground.territory.models import Area


@public("outlines of communities and grids are public by law")
@reads
def published_map(request: LinliRequest, number: int) -> HttpResponse:
    """The outlines of one published map; they never change, so a browser asks once."""
    response = JsonResponse(queries.geojson_of(number))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@public("outlines of communities and grids are public by law")
@reads
def map_file(request: LinliRequest, number: int, digest: str) -> HttpResponse:
    """The outlines of one published map, under the name its content gives: kept by browsers for good."""
    found = queries.outlines_file(number, digest)
    response = HttpResponse(found.content, content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@needs("territory.view")
@reads
def grid_outlines(request: LinliRequest, area_id: UUID) -> HttpResponse:
    """A community's grids on a day, or of a draft, as the file that publishing takes back."""
    community = queries.recorded_area(area_id)
    if token := request.GET.get("draft", ""):
        return JsonResponse(json.loads(held(token, kind="grids", by=request.actor)))
    day = DayForm(request.GET)
    on = (day.cleaned_data["on"] if day.is_valid() else None) or today()
    response = JsonResponse(ground_of(community, on=on))
    response["Content-Disposition"] = f'inline; filename="{community.path}.geojson"'
    return response


def ground_of(community: Area, *, on: date) -> dict[str, object]:
    """The grids; where there are none yet, what they will be drawn inside."""
    grids = queries.collection_of(queries.grids_of(community, on=on))
    if grids["features"]:
        return grids
    for path in (community.path, community.path[:9]):
        level = {12: queries.COMMUNITY, 9: queries.STREET}.get(len(path), queries.GRID)
        around = queries.collection_of(queries.outlines(inside=path, level=level, on=on))
        if around["features"]:
            return around
    return grids


def today() -> date:
    """The day by the wall clock."""
    return clock.local(clock.now()).date()
