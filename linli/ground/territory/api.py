"""Areas for programs."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from linli.ground.territory import queries
from linli.ground.territory.schemas import AreaOut, GridAtOut
from linli.kernel import clock
from linli.kernel.crs import parse_crs, to_cgcs2000

router = Router(tags=["areas"])


@router.get("", response=list[AreaOut], auth=None)
def areas(
    request: HttpRequest,
    q: Annotated[str, Query(min_length=1, max_length=60, pattern=r"^[^\x00]+$")],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[AreaOut]:
    """Areas by a piece of their name, its pinyin, its initials, or the beginning of their code."""
    return [AreaOut.from_orm(area) for area in queries.find_areas(q)[:limit]]


@router.get("/grid-at", response=GridAtOut, auth=None)
def grid_at(
    request: HttpRequest,
    lng: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
    crs: Annotated[str, Query(max_length=20)] = "EPSG:4326",
) -> GridAtOut:
    """The grid a point lies in; a border point is the smaller code's."""
    x, y = to_cgcs2000(lng, lat, parse_crs(crs, field="crs"), field="lng")
    known = queries.current_map(on=clock.local(clock.now()).date())
    path = known.grids.locate(x, y) if known else None
    grid = AreaOut.from_orm(queries.area_at(path)) if path else None
    return GridAtOut(grid=grid, map_version=known.number if known else None)
