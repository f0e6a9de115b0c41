"""Showing a page, or the one island of it that htmx asked for, and the values its parts take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.http import HttpResponse
from django.shortcuts import render

from linli.kernel import clock
from linli.kernel.requests import LinliRequest

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise


def page(
    request: LinliRequest,
    template: str,
    context: Mapping[str, object],
    *,
    island: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; or the named partial of the same file when htmx asked for a part."""
    asks = (
        request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    )
    wanted = island if asks else None
    name = f"{template}#{wanted}" if wanted else template
    response = render(request, name, {"now": clock.now(), **context}, status=status)
    response["Vary"] = "HX-Request, Cookie"
    return response


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that may be shown to this reader."""

    url: str
    thumb_url: str
    alt: str


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One line of a record's story: who did what, when, on which ground."""

    who: StrOrPromise
    what: StrOrPromise
    at: datetime
    ground: StrOrPromise = ""
    text: StrOrPromise = ""
    icon: str = "circle-dot"
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the resident's line, with one sentence."""

    title: StrOrPromise
    state: Literal["done", "now", "next"] = "next"
    sentence: StrOrPromise = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that opens its records, with its definition and the time it was counted."""

    label: StrOrPromise
    value: StrOrPromise | int
    url: str = ""
    definition: StrOrPromise = ""
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address of the same list without it."""

    label: StrOrPromise
    remove_url: str
