"""What stands between a request and its view."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from procrastinate.exceptions import ConnectorException

from linli.ground.accounts.models import Account
from linli.ground.accounts.queries import actor_for, needs_second_factor
from linli.ground.audit.queries import ask_once, forget
from linli.kernel import clock
from linli.kernel.actor import RESIDENT, Actor
from linli.kernel.errors import Refusal, TooLarge, Unavailable
from linli.web.looking import (
    STOP,
    Looking,
    OnlyLooking,
    as_post,
    looking_now,
    refuse_acts,
    refuse_files,
)
from linli.web.refusals import note_guess

Handler = Callable[[HttpRequest], HttpResponse]
# Nine photos of twenty megabytes, and the words around them.
MOST_BYTES = 200 * 1024 * 1024
# Pages of the sign-in itself; everything else waits until the second factor is set up.
OPEN_TO_HALF_SIGNED_IN = ("/accounts/", "/static/", "/i18n/", "/look/", "/healthz", "/readyz")


class ActorOfRequest:
    """Builds `request.actor` once: the signed-in person in the posts held now, or a resident."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        once = ask_once()
        try:
            return self._answer(request)
        except (OperationalError, InterfaceError):
            # Who is asking stands in the database, and it is asked before any view is.
            return render(None, "errors/503.html", status=503)
        finally:
            forget(once)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return _too_large(request)
        setattr(request, "actor", RESIDENT)  # noqa: B010 - LinliRequest declares it
        if request.path.startswith("/api/") or not isinstance(request.user, Account):
            return self._get_response(request)
        actor = actor_for(request.user, at=clock.now())
        setattr(request, "actor", actor)  # noqa: B010
        half_signed_in = needs_second_factor(actor) and not is_mfa_enabled(request.user)
        if half_signed_in and not request.path.startswith(OPEN_TO_HALF_SIGNED_IN):
            return redirect(reverse("mfa_activate_totp"))
        seen_as = looking_now(request)
        if seen_as is None:
            return self._get_response(request)
        return self._answer_looking(request, seen_as, actor)

    def _answer_looking(
        self, request: HttpRequest, seen_as: Looking, own: Actor
    ) -> HttpResponse:
        """The page as a post sees it; an act or a file is refused, one's own look is not."""
        if request.path != STOP:
            setattr(request, "actor", as_post(seen_as, own))  # noqa: B010
        setattr(request, "looking", seen_as)  # noqa: B010
        try:
            refuse_acts(request)
            response = self._get_response(request)
            refuse_files(response)
        except OnlyLooking as refusal:
            return refused_page(request, refusal)
        return response


def _too_large(request: HttpRequest) -> HttpResponse:
    """Refused by its length, before a byte of it is read."""
    if request.path.startswith("/api/"):
        told = {"type": "urn:linli:TooLarge", "title": str(TooLarge()), "status": 413}
        return JsonResponse(told, status=413, content_type="application/problem+json")
    return render(request, "errors/413.html", status=413)


class RefusalsAsPages:
    """A refusal no form could show becomes a page that says what to do."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError | ConnectorException):
            exception = Unavailable()
        if not isinstance(exception, Refusal):
            return None
        note_guess(request, exception)
        return refused_page(request, exception)


def refused_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What is the case and what to do, with the refusal's own status."""
    context = {"refusal": refusal, "status": refusal.status}
    return render(request, "errors/refusal.html", context, status=refusal.status)
