"""Pages of the territory."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse

from linli.ground.territory import queries
from linli.kernel.requests import LinliRequest, public, reads


@public("outlines of communities and grids are public by law")
@reads
def published_map(request: LinliRequest, number: int) -> HttpResponse:
    """The outlines of one published map; they never change, so a browser asks once."""
    response = JsonResponse(queries.geojson_of(number))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
