"""Accounts: opening one, its sheet on paper, locking, a lost second factor, sessions, leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.ground.accounts import queries, services
from linli.ground.accounts.forms import (
    AccountFilterForm,
    AccountForm,
    FindForm,
    InvitedForm,
    ResetForm,
)
from linli.kernel import clock
from linli.kernel.actor import RESIDENT
from linli.kernel.errors import Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import (
    LinliRequest,
    needs,
    public,
    reads,
    reads_and_writes,
    writes,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from linli.ground.accounts.models import Account

ROWS = 50


@needs("accounts.manage")
@reads
def accounts(request: LinliRequest) -> HttpResponse:
    """The accounts the reader looks after, with the posts each holds."""
    form = AccountFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    now = clock.now()
    found = queries.accounts_managed(
        seen_by=request.actor, at=now, text=wanted.get("q", ""), only=wanted.get("only", "")
    )
    rows, following = queries.page_of_accounts(
        found, cursor=request.GET.get("cursor", ""), limit=ROWS, at=now
    )
    kept = {key: value for key, value in wanted.items() if value}
    context = {
        "form": form,
        "rows": rows,
        "filtered": bool(kept),
        "count": found.count(),
        "first_url": f"?{urlencode(kept)}" if request.GET.get("cursor") else "",
        "next_url": f"?{urlencode(kept | {'cursor': following})}" if following else "",
    }
    return page(request, "accounts/account_list.html", context)


@needs("accounts.manage")
@reads_and_writes
def new_account(request: LinliRequest) -> HttpResponse:
    """Enter a person with a user name; the sheet with the code follows, once."""
    form = AccountForm(request.POST or None)
    if form.is_valid():
        try:
            account, code = services.enrol(
                form.cleaned_data["name"],
                phone=form.cleaned_data["phone"],
                username=form.cleaned_data["username"],
                by=request.actor,
                at=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or "username", str(refusal))
        else:
            return _sheet(request, account, code)
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "accounts/account_new.html", {"form": form}, status=status)


def _sheet(request: LinliRequest, account: Account, code: str) -> HttpResponse:
    """The paper to hand over; what stands on it is shown this once and kept nowhere."""
    address = request.build_absolute_uri(reverse("accounts:invited"))
    context = {
        "account": account,
        "code": code,
        "address": address,
        "picture": segno.make(address, micro=False).svg_data_uri(
            border=2, light="#ffffff", scale=4
        ),
        "until": account.invited_until,
    }
    response = page(request, "accounts/sheet.html", context)
    response["Cache-Control"] = "no-store"
    return response


@dataclass(frozen=True, slots=True)
class Said:
    """What a session's browser says of itself, in one word, and where it called from."""

    id: int
    browser: str
    ip: str
    since: object


@needs("accounts.manage")
@reads
def sessions(request: LinliRequest) -> HttpResponse:
    """Who is signed in now, and from where; each place can be signed out on the account's page."""
    form = FindForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = queries.sessions_managed(seen_by=request.actor, at=clock.now(), text=text)
    rows = queries.page_of_sessions(found, cursor=request.GET.get("cursor", ""), limit=ROWS)
    kept = {"q": text} if text else {}
    context = {
        "form": form,
        "filtered": bool(text),
        "rows": [
            (one.user, Said(one.pk, _browser(one.user_agent), one.ip, one.created_at))
            for one in rows.items
        ],
        "count": found.count(),
        "own_id": request.actor.account_id,
        "first_url": f"?{urlencode(kept)}" if request.GET.get("cursor") else "",
        "next_url": f"?{urlencode(kept | {'cursor': rows.next})}" if rows.next else "",
    }
    return page(request, "accounts/session_list.html", context)


@needs("accounts.manage")
@reads
def account(request: LinliRequest, account_id: UUID) -> HttpResponse:
    """One account: its posts, how it is secured, where it is signed in, and what can be done."""
    return _page(request, account_id)


def _page(
    request: LinliRequest, account_id: UUID, *, reset: ResetForm | None = None
) -> HttpResponse:
    now = clock.now()
    wanted = queries.get_account(account_id, seen_by=request.actor, at=now)
    holdings = queries.holdings_of_account(wanted)
    context = {
        "account": wanted,
        "present": [one for one in holdings if one.to_at is None or one.to_at > now],
        "past": [one for one in holdings if one.to_at is not None and one.to_at <= now],
        "has_second_factor": queries.has_second_factor(wanted),
        "sessions": [
            Said(one.pk, _browser(one.user_agent), one.ip, one.created_at)
            for one in queries.sessions_of(wanted)
        ],
        "tokens": [one for one in queries.tokens_of(wanted) if one.revoked_at is None],
        "invited": wanted.invited_until is not None and wanted.invited_until > now,
        "is_own": wanted.pk == request.actor.account_id,
        "reset": reset or ResetForm(),
    }
    status = 422 if reset is not None and reset.errors else 200
    return page(request, "accounts/account.html", context, status=status)


_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def _browser(said: str) -> str:
    return next((name for sign, name in _BROWSERS if sign in said), str(_("Another program")))


@needs("accounts.manage")
@writes
def invite(request: LinliRequest, account_id: UUID) -> HttpResponse:
    """A new sheet: the old password and every session end."""
    now = clock.now()
    wanted = queries.get_account(account_id, seen_by=request.actor, at=now)
    code = services.invite(wanted, by=request.actor, at=now)
    return _sheet(request, queries.get_account(account_id, seen_by=request.actor, at=now), code)


def _act(
    request: LinliRequest, account_id: UUID, act: Callable[..., object], said: object
) -> HttpResponse:
    """One act upon an account, and back to its page with a word."""
    now = clock.now()
    wanted = queries.get_account(account_id, seen_by=request.actor, at=now)
    act(wanted, by=request.actor, at=now)
    messages.success(request, str(said))
    return redirect("accounts:account", account_id)


@needs("accounts.manage")
@writes
def lock(request: LinliRequest, account_id: UUID) -> HttpResponse:
    """Nobody signs in with this account until it is unlocked."""
    return _act(request, account_id, services.lock_account, _("Locked and signed out."))


@needs("accounts.manage")
@writes
def unlock(request: LinliRequest, account_id: UUID) -> HttpResponse:
    """The person signs in again; wrong tries are forgotten."""
    return _act(request, account_id, services.unlock_account, _("Unlocked."))


@needs("accounts.manage")
@writes
def end_sessions(request: LinliRequest, account_id: UUID) -> HttpResponse:
    """Signed out everywhere."""
    return _act(request, account_id, services.end_sessions, _("Signed out everywhere."))


@needs("accounts.manage")
@writes
def end_session(request: LinliRequest, account_id: UUID, session_id: int) -> HttpResponse:
    """Signed out in one place."""

    def act(wanted: Account, **given: object) -> None:
        services.end_session(wanted, session_id, **given)  # type: ignore[arg-type]

    return _act(request, account_id, act, _("Signed out there."))


@needs("accounts.manage")
@writes
def reset_second_factor(request: LinliRequest, account_id: UUID) -> HttpResponse:
    """A lost second factor is taken off, for a reason that stays in the trail."""
    form = ResetForm(request.POST)
    if not form.is_valid():
        return _page(request, account_id, reset=form)

    def act(wanted: Account, **given: object) -> None:
        reason = form.cleaned_data["reason"]
        services.reset_second_factor(wanted, reason=reason, **given)  # type: ignore[arg-type]

    return _act(request, account_id, act, _("Taken off. The next sign-in sets up a new one."))


@needs("accounts.manage")
@reads_and_writes
def leave(request: LinliRequest, account_id: UUID) -> HttpResponse:
    """Somebody goes: everything ends in one act, which lists the seats that are empty now."""
    now = clock.now()
    wanted = queries.get_account(account_id, seen_by=request.actor, at=now)
    context: dict[str, object] = {"account": wanted}
    if request.method == "POST":
        context["holes"] = services.leave(wanted, by=request.actor, at=now)
        context["done"] = True
    else:
        current = queries.holdings_of_account(wanted)
        context["present"] = [one for one in current if one.to_at is None or one.to_at > now]
    return page(request, "accounts/leave.html", context)


@public("whoever was given an invitation has no password yet")
@reads_and_writes
def invited(request: LinliRequest) -> HttpResponse:
    """The code from paper opens one thing: choosing one's own password.

    The code holds 98 bits and a wrong one costs no slow hash, so tries need no counting.
    """
    form = InvitedForm(request.POST or None)
    if form.is_valid():
        try:
            services.accept_invitation(
                form.cleaned_data["username"],
                code=form.cleaned_data["code"],
                password=form.cleaned_data["password"],
                by=RESIDENT,
                at=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or "code", str(refusal))
        else:
            messages.success(request, _("Your password is set. Sign in with it now."))
            return redirect("account_login")
    status = 422 if form.is_bound and form.errors else 200
    response = page(request, "accounts/invited.html", {"form": form}, status=status)
    response["Cache-Control"] = "no-store"
    return response
