"""What the shell of every page needs."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from linli.ground.territory.queries import home_area
from linli.kernel import clock
from linli.kernel.actor import RESIDENT
from linli.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Site:
    """The street this installation serves, as the top bar names it."""

    name: str
    demo: bool
    events_url: str


def shell(request: HttpRequest) -> dict[str, object]:
    """The site, the reader, the time, and how large the reader wants the text."""
    return {
        "site": Site(_home(), settings.DEMO, f"{settings.EVENTS_URL}/events"),
        "actor": getattr(request, "actor", RESIDENT),
        "elder": request.COOKIES.get("elder") == "1",
        "now": clock.now(),
    }


def _home() -> str:
    """A page must still open while the database is away or the territory is empty."""
    try:
        return home_area().name
    except (NotFound, DatabaseError):
        return ""
