"""The command map: grids in colour by one figure, what needs somebody now, and who answers for a grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse

from linli.domains.matters.queries import Queue, title_of
from linli.domains.matters.queries import desk as desk_of
from linli.domains.matters.views.showing import words_of
from linli.engines.workflow.queries import workflow_of
from linli.ground.accounts.queries import posts_of_area
from linli.ground.territory.queries import area_at, children_of, lineage, published_outlines
from linli.kernel import clock
from linli.kernel.errors import NotFound, _
from linli.kernel.pages import Figure as ShownFigure
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads
from linli.outer.analytics import queries
from linli.outer.analytics.rules import Figure, Figures, legend, mark_of

if TYPE_CHECKING:
    from linli.domains.matters.models import Matter
    from linli.ground.territory.models import Area
    from linli.kernel.errors import StrOrPromise

PERMISSION = queries.PERMISSION
MOST_ROWS = 300
MOST_OPEN = 6


@dataclass(frozen=True, slots=True)
class FigureWords:
    """How a figure is called, what exactly it counts, and the queue that holds its records."""

    label: StrOrPromise
    definition: StrOrPromise
    queue: Queue


FIGURES: Mapping[Figure, FigureWords] = {
    Figure.OPEN: FigureWords(_("Open"), _("not yet settled or declined"), Queue.OPEN),
    Figure.LATE: FigureWords(
        _("Overdue"), _("open, and past the limit of the present step"), Queue.LATE
    ),
    Figure.RETURNED: FigureWords(
        _("Returned"), _("open, and sent back in the last step"), Queue.RETURNED
    ),
    Figure.TRIAGE: FigureWords(_("To route"), _("accepted, without a unit"), Queue.TRIAGE),
    Figure.TODAY: FigureWords(_("Came in today"), _("since midnight"), Queue.TODAY),
    Figure.RATE: FigureWords(
        _("Settled of a month"),
        _("share of what came in over 30 days and has ended"),
        Queue.MONTH,
    ),
}


@needs(PERMISSION)
@reads
def command(request: LinliRequest) -> HttpResponse:
    """The map with its figures; `area` narrows them, `grid` tells who answers for one.

    `screen=large` is the wall: the same figures, large, and nobody's name.
    """
    here = _Here(request)
    on_wall = request.GET.get("screen") == "large"
    template = "command/wall.html" if on_wall else "command/command.html"
    return page(request, template, _page(here, on_wall=on_wall), island="now")


@needs(PERMISSION)
@reads
def figures(request: LinliRequest) -> HttpResponse:
    """One figure of every grid the reader's posts open, by the grid's code; never an outline."""
    now, chosen = clock.now(), _figure(request)
    found = queries.figures_by_area(seen_by=request.actor, at=now)
    values = {path: own.of(chosen) for path, own in found.items() if len(path) > _GRID_FROM}
    grids = {
        path: [value, mark_of(chosen, value)]
        for path, value in values.items()
        if value is not None
    }
    answer = JsonResponse(
        {"as_of": now, "rest": mark_of(chosen, Figures().of(chosen)), "grids": grids}
    )
    answer["Cache-Control"] = "no-store"
    return answer


_GRID_FROM = 12


class _Here:
    """What of the map is looked at: one figure, the area it is narrowed to, the grid that was chosen."""

    def __init__(self, request: LinliRequest) -> None:
        self.actor, self.now = request.actor, clock.now()
        self.figure = _figure(request)
        self.root = min(
            (grant.area_path for grant in self.actor.grants_for(PERMISSION)), key=len
        )
        self.grid = self._seen(request.GET.get("grid", ""))
        asked = self._seen(request.GET.get("area", ""))
        self.path = asked.path if asked else self.root
        self.found = queries.figures_by_area(seen_by=self.actor, at=self.now)

    def _seen(self, path: str) -> Area | None:
        """An area the reader's posts open; what is not there and what may not be seen are one."""
        if not path.isdigit() or not self.actor.may(PERMISSION, path):
            return None
        try:
            return area_at(path)
        except NotFound:
            return None

    def address(self, **changes: str) -> str:
        """This view with some of its words changed."""
        kept = {
            "figure": self.figure.value,
            "area": "" if self.path == self.root else self.path,
            "grid": self.grid.path if self.grid else "",
            **changes,
        }
        return f"{reverse('command')}?{urlencode({k: v for k, v in kept.items() if v})}"

    def desk(self, figure: Figure, path: str) -> str:
        """The desk with the records that a number counts."""
        if not self.actor.may("matters.view"):
            return ""
        query = {"queue": FIGURES[figure].queue.value, "area": path}
        return f"{reverse('matters:desk')}?{urlencode({k: v for k, v in query.items() if v})}"


def _figure(request: LinliRequest) -> Figure:
    asked = request.GET.get("figure", "")
    return Figure(asked) if asked in set(Figure) else Figure.OPEN


def _page(here: _Here, *, on_wall: bool) -> dict[str, object]:
    total = queries.summed(here.found, inside=here.path)
    urgent = queries.urgent(seen_by=here.actor, at=here.now, inside=here.path)
    return {
        "figure": here.figure.value,
        "words": FIGURES[here.figure],
        "tabs": [
            (words.label, here.address(figure=one.value), one is here.figure)
            for one, words in FIGURES.items()
        ],
        "legend": legend(here.figure),
        "as_of": here.now,
        "strip": _strip(here, total, here.path),
        "rows": _rows(here),
        "trail": _trail(here),
        "urgent": [_line(matter) for matter in urgent],
        "feed": _feed(here),
        "chosen": None if on_wall else _chosen(here),
        "here": here.address(screen="large" if on_wall else ""),
        "wall_url": here.address(screen="large", grid=""),
        "page_url": here.address(screen=""),
        "late_url": here.desk(Figure.LATE, _named(here.path, here.root)),
        "outlines_url": _outlines_url(here.now),
        "figures_url": f"{reverse('command_figures')}?{urlencode({'figure': here.figure.value})}",
        "grid_url": here.address(grid=""),
    }


def _outlines_url(now: datetime) -> str:
    """The file of the published map; none before the first one is published."""
    published = published_outlines(on=clock.local(now).date())
    if published is None:
        return ""
    return reverse("territory:map_file", args=[published.number, published.digest])


def _named(path: str, root: str) -> str:
    return "" if path == root else path


def _strip(here: _Here, own: Figures, path: str) -> list[ShownFigure]:
    """The six figures of a place, each with its definition and the way to its records."""
    return [
        ShownFigure(
            words.label,
            _shown(one, own),
            url=here.desk(one, _named(path, here.root)),
            definition=words.definition,
        )
        for one, words in FIGURES.items()
    ]


def _shown(figure: Figure, own: Figures) -> str:
    value = own.of(figure)
    if value is None:
        return "–"
    return f"{value}%" if figure is Figure.RATE else str(value)


def _trail(here: _Here) -> list[tuple[str, str]]:
    """From the reader's own area down to the one looked at."""
    above = lineage([here.path])
    return [
        (area.name, here.address(area=_named(path, here.root), grid=""))
        for path, area in sorted(above.items())
        if path.startswith(here.root)
    ]


def _rows(here: _Here) -> list[dict[str, object]]:
    """What lies directly below, with the figures of all that lies in it: the map as a table."""
    below = sorted(children_of(area_at(here.path)), key=lambda area: area.path)
    sums = _sums(here, len(below[0].path) if below else 0)
    rows: list[dict[str, object]] = []
    for area in below[:MOST_ROWS]:
        own = sums.get(area.path, Figures())
        change = (
            {"grid": area.path}
            if len(area.path) > _GRID_FROM
            else {"area": area.path, "grid": ""}
        )
        rows.append(
            {
                "name": area.name,
                "url": here.address(**change),
                "mark": mark_of(here.figure, own.of(here.figure))
                if len(area.path) > _GRID_FROM
                else "",
                "cells": [
                    (_shown(one, own), here.desk(one, area.path), one is here.figure)
                    for one in FIGURES
                ],
            }
        )
    return rows


def _sums(here: _Here, length: int) -> dict[str, Figures]:
    """The figures of what lies below, added up by the area of so many digits it lies in."""
    sums: dict[str, Figures] = {}
    for path, own in here.found.items():
        if len(path) >= length and path.startswith(here.path):
            sums[path[:length]] = sums.get(path[:length], Figures()) + own
    return sums


def _line(matter: Matter) -> dict[str, object]:
    """A matter as a wall may show it: what, where, until when; never what somebody wrote."""
    return {
        "title": title_of(matter.matter_class),
        "area": matter.area.name,
        "due_at": matter.work.due_at,
        "url": reverse("matters:matter", args=[matter.id]),
    }


def _feed(here: _Here) -> list[dict[str, object]]:
    """The last steps, without anybody's name."""
    moved = queries.latest_moves(seen_by=here.actor, inside=here.path)
    return [
        {
            **_line(matter),
            "at": move.heard_at,
            "what": _step(matter.work.definition_id, move.key),
        }
        for matter, move in moved
    ]


def _step(definition_id: UUID, key: str) -> StrOrPromise:
    titles = {move.key: move.title for _state, move in workflow_of(definition_id).moves()}
    return words_of(titles[key]) if key in titles else _("Reported")


def _chosen(here: _Here) -> dict[str, object] | None:
    """Who answers for the chosen grid, and what is open in it."""
    if here.grid is None:
        return None
    grid = here.grid
    seats = [
        seat
        for area in (grid, grid.parent)
        if area is not None
        for seat in posts_of_area(area, at=here.now, seen_by=here.actor)
    ]
    opened = desk_of(Queue.OPEN, seen_by=here.actor, at=here.now).filter(area=grid)
    own = here.found.get(grid.path, Figures())
    return {
        "grid": grid,
        "community": grid.parent,
        "seats": seats,
        "mark": mark_of(here.figure, own.of(here.figure)),
        "strip": _strip(here, own, grid.path),
        "opened": [_line(matter) for matter in opened[:MOST_OPEN]],
        "desk_url": here.desk(Figure.OPEN, grid.path),
        "close_url": here.address(grid=""),
    }
