"""What lies in a post, for whoever seats somebody there and for whoever takes it over."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.domains.matters import queries as matters
from linli.engines.workflow.queries import load_of
from linli.flows.close_post import close_post as close
from linli.ground.accounts import queries as accounts
from linli.kernel import clock
from linli.kernel.errors import _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, writes

ROWS = 200


@needs("accounts.view")
@reads
def open_in_post(request: LinliRequest, post_id: UUID) -> HttpResponse:
    """How much is open in a post; nothing of what it is about."""
    post = accounts.get_post(post_id, seen_by=request.actor)
    context = {
        "post": post,
        "load": load_of(post.id, at=clock.now()),
        "back_url": reverse("accounts:post", args=[post.id]),
    }
    return page(request, "open_in_post.html", context, island="load")


@needs("accounts.view", "matters.view", "matters.handle")
@reads
def sheet(request: LinliRequest, post_id: UUID) -> HttpResponse:
    """Everything open in a post on paper, for its holder and for who seats one.

    Whoever may not read matters sees how many there are; the list is the holder's.
    """
    actor, now = request.actor, clock.now()
    post = accounts.post_of_holder(post_id, seen_by=actor)
    found = matters.open_in_post(post.id, seen_by=actor, at=now)
    rows = matters.page_of(found, cursor=request.GET.get("cursor", "")[:300], limit=ROWS)
    context = {
        "post": post,
        "load": load_of(post.id, at=now),
        "holder": accounts.holders_of([post.id], at=now).get(post.id, ""),
        "rows": [(one, matters.title_of(one.matter_class)) for one in rows.items],
        "next_url": f"?cursor={rows.next}" if rows.next else "",
        "may_read": actor.may("matters.view"),
        "back_url": reverse("accounts:post", args=[post.id])
        if actor.may("accounts.view", post.area.path)
        else reverse("start"),
    }
    return page(request, "hand_over_sheet.html", context)


@needs("accounts.manage")
@writes
def close_post(request: LinliRequest, post_id: UUID) -> HttpResponse:
    """Take an empty seat out of use."""
    post = accounts.get_post(post_id, seen_by=request.actor)
    close(post, by=request.actor, at=clock.now())
    messages.success(request, _("Closed. Its story stays."))
    return redirect("accounts:post", post.id)
