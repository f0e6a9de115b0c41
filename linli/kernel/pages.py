"""Showing a page, or the one island of it that htmx asked for."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render

from linli.kernel import clock
from linli.kernel.requests import LinliRequest


def page(
    request: LinliRequest,
    template: str,
    context: Mapping[str, object],
    *,
    island: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; or the named partial of the same file when htmx asked for a part."""
    wanted = island if island and request.htmx and not request.htmx.boosted else None
    name = f"{template}#{wanted}" if wanted else template
    response = render(request, name, {"now": clock.now(), **context}, status=status)
    response["Vary"] = "HX-Request, Cookie"
    return response
