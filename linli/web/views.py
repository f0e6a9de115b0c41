"""The first page, and the pages of what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from linli.domains.matters.queries import page_of_published
from linli.domains.matters.views.public import public_view
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, public, reads

SETTLED = 3


@public("the first page is for everybody")
@reads
def home(request: LinliRequest) -> HttpResponse:
    """Report, ask where mine is, read what was settled."""
    settled = page_of_published("", limit=SETTLED).items
    return page(request, "home.html", {"settled": [public_view(m) for m in settled]})


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
