"""What the shell of every page needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error
from django.http import HttpRequest
from django.urls import reverse

from linli.domains.matters.views.rail import first_queue_url
from linli.ground.territory.queries import home_area
from linli.kernel import clock
from linli.kernel.actor import RESIDENT, Actor
from linli.kernel.errors import NotFound, _
from linli.web import administration, first_steps

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise


@dataclass(frozen=True, slots=True)
class House:
    """The street this installation serves, as the top bar names it."""

    name: str
    demo: bool
    events_url: str


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the house the reader may enter."""

    label: StrOrPromise
    icon: str
    url: str
    current: bool


# Permission, address, mark and name, in the order of the rail.
PLACES = (
    ("matters.view", "matters:desk", "inbox", _("Matters")),
    ("command.view", "command", "map-pins", _("Command map")),
    ("territory.view", "territory:areas", "map-2", _("Areas and grids")),
    ("people.view_chain", "people:chain", "building-community", _("Chain of organisations")),
)
ADMINISTRATION = "administration"


def places_for(actor: Actor, *, now_at: str = "", path: str = "") -> list[Place]:
    """The parts of the house this actor's posts open."""
    places = [
        Place(label, icon, reverse(name), now_at == name)
        for permission, name, icon, label in PLACES
        if actor.may(permission)
    ]
    if administration.is_open_to(actor):
        url = reverse(ADMINISTRATION)
        places.append(Place(_("Administration"), "settings", url, path.startswith(url)))
    return places


def landing_for(actor: Actor, *, at: datetime) -> str:
    """Where somebody begins who has just signed in; "" for who holds no post.

    Whoever settles matters begins at their own, or where none is theirs at the first queue that
    asks for somebody; whoever looks after the house begins at its administration.
    """
    if actor.may("matters.view"):
        return first_queue_url(seen_by=actor, at=at)
    if administration.is_open_to(actor):
        return reverse(ADMINISTRATION)
    places = places_for(actor)
    return places[0].url if places else ""


def shell(request: HttpRequest) -> dict[str, object]:
    """The site, the reader, the time, and how large the reader wants the text."""
    actor = getattr(request, "actor", RESIDENT)
    match = request.resolver_match
    places = places_for(actor, now_at=match.view_name if match else "", path=request.path)
    if actor.account_id and getattr(request, "session", {}).get(first_steps.KEPT_AS):
        url = reverse("first_steps")
        places.append(Place(_("First steps"), "list-check", url, request.path == url))
    return {
        "house": House(_home(), settings.DEMO, f"{settings.EVENTS_URL}/events"),
        "actor": actor,
        "places": places,
        "looking": getattr(request, "looking", None),
        "elder": request.COOKIES.get("elder") == "1",
        "now": clock.now(),
    }


def _home() -> str:
    """A page must still open while the database is away or the territory is empty."""
    try:
        return home_area().name
    except (NotFound, Error):
        return ""
