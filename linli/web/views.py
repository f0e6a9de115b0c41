"""The first page, and the pages of what went wrong."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from linli.domains.matters.queries import page_of_published
from linli.domains.matters.views.public import public_view
from linli.kernel import clock
from linli.kernel.errors import _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, public, reads
from linli.web.administration import OPENING, lines_for
from linli.web.context import landing_for

SETTLED = 3


@public("the first page is for everybody")
@reads
def home(request: LinliRequest) -> HttpResponse:
    """Report, ask where mine is, read what was settled."""
    settled = page_of_published("", limit=SETTLED).items
    return page(request, "home.html", {"settled": [public_view(m) for m in settled]})


@public("whoever signs in begins at the first part of the house their posts open")
@reads
def start(request: LinliRequest) -> HttpResponse:
    """On to one's own work; without any post, to the first page, which says so."""
    landing = landing_for(request.actor, at=clock.now())
    if not landing and request.actor.account_id:
        messages.warning(
            request, _("You hold no post at present. Your administrator seats you.")
        )
    return redirect(landing or "/")


@needs(*OPENING)
@reads
def administration(request: LinliRequest) -> HttpResponse:
    """What looks after the house: the sections the reader may open, with what waits there."""
    groups = lines_for(request.actor, at=clock.now())
    return page(request, "administration.html", {"groups": groups})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs no database, no session and no context: what broke may be any of them."""
    return render(None, "errors/500.html", status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from an old page: what was typed is still in the browser."""
    return render(request, "errors/csrf.html", status=403)
