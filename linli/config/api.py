"""The API: one object, tokens, and every refusal as problem+json (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Sequence

import psycopg
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from procrastinate.exceptions import ConnectorException

from linli.domains.matters.api import router as matters
from linli.ground.accounts.queries import account_of_token, actor_for
from linli.ground.accounts.services import note_token_used
from linli.ground.territory.api import router as territory
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, Refusal, TooLarge, Unavailable
from linli.web.refusals import note_guess


class Token(HttpBearer):
    """`Authorization: Bearer …`; the actor holds the account's posts, limited to the token."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        account, permissions = account_of_token(token, at=clock.now())
        note_token_used(token, at=clock.now())
        actor = actor_for(account, at=clock.now(), limited_to=permissions)
        setattr(request, "actor", actor)  # noqa: B010 - LinliRequest declares it
        return actor


api = NinjaAPI(
    title="Linli 邻里",
    version="1",
    auth=Token(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
api.add_router("/matters", matters)
api.add_router("/areas", territory)


def problem(
    status: int, title: str, *, kind: str, errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    """One shape for everything that went wrong: what, which kind, beside which field."""
    body = {"type": f"urn:linli:{kind}", "title": title, "status": status}
    if errors:
        body["errors"] = errors
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type="application/problem+json",
    )


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    note_guess(request, refusal)
    errors = [{"field": refusal.field, "message": str(refusal)}] if refusal.field else None
    return problem(refusal.status, str(refusal), kind=refusal.code, errors=errors)


@api.exception_handler(ValidationError)
def malformed(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": _field_of(one["loc"]), "message": one["msg"]} for one in error.errors]
    return problem(
        422, "The request is not of the expected form.", kind="Malformed", errors=errors
    )


def _field_of(where: Sequence[object]) -> str:
    """The field's own path: after "body" and its name, or after "query", "path", "header", "file"."""
    return ".".join(str(part) for part in where[2:] or where[1:])


@api.exception_handler(AuthenticationError)
def unauthenticated(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problem(401, "An access token is needed.", kind="TokenUnknown")


@api.exception_handler(HttpError)
def http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error), kind="Http")


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
@api.exception_handler(ConnectorException)  # the same, told by the queue the job is written to
def database_away(request: HttpRequest, _error: Exception) -> HttpResponse:
    return refused(request, Unavailable())


@api.exception_handler(IntegrityError)
def already_there(request: HttpRequest, error: Exception) -> HttpResponse:
    """A unique key had the last word between two writers; any other constraint is our own fault."""
    if not isinstance(error.__cause__, psycopg.errors.UniqueViolation):
        raise error
    return refused(request, Conflict())


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, _error: Exception) -> HttpResponse:
    return refused(request, TooLarge())


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(BadRequest)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(UnreadablePostError)
def unreadable(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem(400, "Cannot parse request body", kind="Http")
