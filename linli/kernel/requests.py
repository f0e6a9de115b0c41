"""The request as doors see it, and the two ways a door may be open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class LinliRequest(HttpRequest):
    """A request whose actor and htmx details the middleware has set."""

    actor: Actor
    htmx: HtmxDetails
    request_id: str


Rest = ParamSpec("Rest")
View = Callable[Concatenate[LinliRequest, Rest], HttpResponseBase]


def public(reason: str) -> Callable[[View[Rest]], View[Rest]]:
    """A door open to everybody; the reason is read in the list of routes."""

    def open_door(view: View[Rest]) -> View[Rest]:
        setattr(view, "open_because", reason)  # noqa: B010 - a function has no declared attributes
        return view

    return open_door


def needs(*permissions: str) -> Callable[[View[Rest]], View[Rest]]:
    """A door for holders of any one of these permissions.

    Who has not signed in is sent to sign in; who has, and holds none of them, finds nothing.
    """

    def close_door(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def guarded(
            request: LinliRequest, /, *positional: Rest.args, **named: Rest.kwargs
        ) -> HttpResponseBase:
            if request.actor.account_id is None:
                return redirect_to_login(request.get_full_path())
            if not any(request.actor.may(permission) for permission in permissions):
                raise NotFound
            return view(request, *positional, **named)

        setattr(guarded, "needs", permissions)  # noqa: B010
        return guarded

    return close_door


reads = require_http_methods(["GET", "HEAD"])
reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])
writes = require_http_methods(["POST"])


def client_address(request: HttpRequest) -> str:
    """The address a browser asks from, as the last trusted proxy saw it."""
    told = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < settings.PROXIES <= len(told):
        return str(told[-settings.PROXIES]).strip()
    return str(request.META.get("REMOTE_ADDR", ""))
