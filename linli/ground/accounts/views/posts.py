"""Posts and who sits in them: the holes, a new seat, sitting down, standing up, handing over."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.ground.accounts import queries, services
from linli.ground.accounts.forms import (
    MOST_OFFERED,
    FindForm,
    HandOverForm,
    PostFilterForm,
    PostForm,
    SeatForm,
)
from linli.kernel import clock
from linli.kernel.errors import NotFound, Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, reads_and_writes, writes

if TYPE_CHECKING:
    from django import forms

    from linli.ground.accounts.models import Post

ROWS = 50


@needs("accounts.view")
@reads
def posts(request: LinliRequest) -> HttpResponse:
    """The posts of the reader's areas with who sits there; holes alone where they are asked for."""
    form = PostFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    now, actor = clock.now(), request.actor
    found = queries.posts_managed(
        seen_by=actor,
        at=now,
        text=wanted.get("q", ""),
        only=wanted.get("only", ""),
        role=wanted.get("role", ""),
    )
    rows, following = queries.page_of_posts(
        found, cursor=request.GET.get("cursor", ""), limit=ROWS, at=now, seen_by=actor
    )
    kept = {key: value for key, value in wanted.items() if value}
    context = {
        "form": form,
        "rows": rows,
        "filtered": bool(kept),
        "count": found.count(),
        "holes": queries.holes(seen_by=actor, at=now),
        "first_url": f"?{urlencode(kept)}" if request.GET.get("cursor") else "",
        "next_url": f"?{urlencode(kept | {'cursor': following})}" if following else "",
        "may_manage": actor.may("accounts.manage"),
    }
    return page(request, "accounts/post_list.html", context)


@needs("accounts.manage")
@reads_and_writes
def new_post(request: LinliRequest) -> HttpResponse:
    """A seat nobody holds yet."""
    form = PostForm(request.POST or None, seen_by=request.actor)
    if form.is_valid():
        try:
            post = services.open_post(
                form.cleaned_data["role"],
                area=form.cleaned_data["area"],
                organisation=form.cleaned_data["organisation"],
                name=form.cleaned_data["name"],
                by=request.actor,
                at=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or "area", str(refusal))
        else:
            return redirect("accounts:post", post.id)
    return page(request, "accounts/post_new.html", {"form": form}, status=_status(form))


@needs("accounts.view")
@reads
def post(request: LinliRequest, post_id: UUID) -> HttpResponse:
    """One seat: who holds it, who did, and what can be done about it."""
    wanted = queries.get_post(post_id, seen_by=request.actor)
    now = clock.now()
    holdings = queries.holdings_of_post(wanted)
    context = {
        "post": wanted,
        "present": [one for one in holdings if one.to_at is None or one.to_at > now],
        "past": [one for one in holdings if one.to_at is not None and one.to_at <= now],
        "is_hole": not any(
            one.kind != "deputy"
            for one in holdings
            if one.from_at <= now and (one.to_at is None or one.to_at > now)
        ),
        "own_id": request.actor.account_id,
        "may_manage": request.actor.may("accounts.manage", wanted.area.path),
    }
    return page(request, "accounts/post.html", context)


@needs("accounts.manage")
@reads_and_writes
def seat(request: LinliRequest, post_id: UUID) -> HttpResponse:
    """Find somebody and sit them down in a post."""
    wanted = _managed(request, post_id)
    now = clock.now()
    offered = _offered(request)
    initial = {"from_day": clock.local(now).date(), "account": request.GET.get("account")}
    form = SeatForm(request.POST or None, offered=offered, initial=initial)
    if form.is_valid():
        from_at, to_at = form.span(at=now)
        try:
            account = queries.get_account(
                form.cleaned_data["account"], seen_by=request.actor, at=now
            )
            services.seat_holder(
                wanted,
                account=account,
                kind=form.cleaned_data["kind"],
                from_at=from_at,
                to_at=to_at,
                by=request.actor,
                at=now,
            )
        except Refusal as refusal:
            form.add_error(
                {"to_at": "to_day"}.get(refusal.field or "", "account"), str(refusal)
            )
        else:
            messages.success(request, _("Seated. The rights of the post are in force."))
            return redirect("accounts:post", wanted.id)
    return _sitting_page(request, "accounts/seat.html", wanted, form)


@needs("accounts.manage")
@reads_and_writes
def hand_over(request: LinliRequest, post_id: UUID) -> HttpResponse:
    """The present holder stands up, somebody else sits down, and everything open stays."""
    wanted = _managed(request, post_id)
    now = clock.now()
    form = HandOverForm(request.POST or None, offered=_offered(request))
    if form.is_valid():
        try:
            account = queries.get_account(
                form.cleaned_data["account"], seen_by=request.actor, at=now
            )
            services.hand_over(wanted, account=account, by=request.actor, at=now)
        except Refusal as refusal:
            form.add_error("account", str(refusal))
        else:
            messages.success(request, _("Handed over. Print the sheet for the new holder."))
            return redirect("hand_over_sheet", wanted.id)
    return _sitting_page(request, "accounts/hand_over.html", wanted, form)


def _managed(request: LinliRequest, post_id: UUID) -> Post:
    wanted = queries.get_post(post_id, seen_by=request.actor)
    request.actor.require("accounts.manage", wanted.area.path)
    return wanted


def _offered(request: LinliRequest) -> list[tuple[str, str]]:
    """Whom the search found, without one who sits nowhere yet, and whoever was chosen already."""
    now, text = clock.now(), request.GET.get("q", "")[:60].strip()
    only = "" if text else "idle"
    found = queries.accounts_managed(seen_by=request.actor, at=now, text=text, only=only)
    accounts = list(found.filter(is_active=True).order_by("username")[:MOST_OFFERED])
    chosen = request.POST.get("account") or request.GET.get("account", "")
    with suppress(ValueError, NotFound):
        if UUID(chosen) not in {one.pk for one in accounts}:
            accounts.append(queries.get_account(UUID(chosen), seen_by=request.actor, at=now))
    return [(str(one.pk), f"{one.person.name} · {one.username}") for one in accounts]


def _sitting_page(
    request: LinliRequest, template: str, wanted: Post, form: forms.Form
) -> HttpResponse:
    context = {
        "post": wanted,
        "form": form,
        "find": FindForm(request.GET),
        "most": MOST_OFFERED,
        "back_url": reverse("accounts:post", args=[wanted.id]),
    }
    return page(request, template, context, status=_status(form))


@needs("accounts.manage")
@writes
def stand_up(request: LinliRequest, holding_id: UUID) -> HttpResponse:
    """End one holding now; the post becomes a hole and keeps its work."""
    holding = queries.get_holding(holding_id, seen_by=request.actor)
    now = clock.now()
    services.end_holding(holding, ends_at=now, by=request.actor, at=now)
    messages.success(request, _("Ended. The post keeps everything that is open in it."))
    return redirect("accounts:post", holding.post_id)


def _status(form: forms.Form) -> int:
    return 422 if form.is_bound and form.errors else 200
