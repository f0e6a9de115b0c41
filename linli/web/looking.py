"""Looking at the house as a post sees it: nothing can be changed, and it ends by itself.

Whoever looks sees the pages, menus and acts of the post, and of records only those that their own
posts open too: looking as somebody opens nothing that was closed before, and no masked name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from linli.ground.accounts import queries as accounts
from linli.ground.audit.services import note
from linli.kernel import clock
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import Forbidden, _
from linli.kernel.refs import Ref
from linli.kernel.requests import LinliRequest, needs, public, writes

LASTS = timedelta(minutes=15)
KEPT_AS = "looking_as"
STOP = "/desk/administration/looking/stop/"
# What stays one's own: one's language and look, signing out, and stopping.
OWN = ("/i18n/", "/look/", "/accounts/logout/", STOP)
# Under no area and of no post: a grant that opens the page and no record.
NOWHERE, NOBODY = "-", UUID(int=0)


class OnlyLooking(Forbidden):
    """Whoever looks changes nothing and takes no file along."""

    message = _("You are only looking. Stop looking to act in your own posts.")


class NotAsAdministrator(Forbidden):
    """What one administrator reads is closed to the other two, also for a look."""

    message = _("Nobody looks as one of the three administrators.")


@dataclass(frozen=True, slots=True)
class Looking:
    """As which post somebody looks, and until when."""

    post_id: UUID
    name: str
    until: datetime


def looking_now(request: HttpRequest) -> Looking | None:
    """What this session looks as; None once the time is over, and then it is forgotten."""
    kept = request.session.get(KEPT_AS)
    if not kept:
        return None
    found = Looking(UUID(kept["post"]), kept["name"], datetime.fromisoformat(kept["until"]))
    if found.until > clock.now():
        return found
    del request.session[KEPT_AS]
    return None


def as_post(looking: Looking, own: Actor) -> Actor:
    """The actor of a post in one's own eyes: its pages, and of records only what one sees anyway."""
    there = accounts.actor_in_post(looking.post_id)
    return replace(
        there,
        kind="looking",
        account_id=own.account_id,
        name=own.name,
        # What belongs to the post itself, its work and its messages, stays its holder's.
        seats=tuple(replace(seat, post_id=NOBODY) for seat in there.seats),
        grants=tuple(_narrowed(there.grants, own)),
    )


def _narrowed(grants: Iterable[Grant], own: Actor) -> Iterable[Grant]:
    for grant in grants:
        if grant.permission.endswith(".unmask"):
            continue
        if own.may(grant.permission, grant.area_path):
            yield grant
        else:
            yield Grant(grant.permission, grant.scope, NOWHERE, NOBODY)


def refuse_acts(request: HttpRequest) -> None:
    """Raise OnlyLooking for whatever is not reading."""
    if request.method not in {"GET", "HEAD"} and not request.path.startswith(OWN):
        raise OnlyLooking


def refuse_files(response: HttpResponse) -> None:
    """Raise OnlyLooking for whatever would be taken along."""
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        raise OnlyLooking


@needs("accounts.manage")
@writes
@transaction.atomic
def look_as(request: LinliRequest, post_id: UUID) -> HttpResponse:
    """Begin to look as a post of one's own area; that one does is recorded."""
    now = clock.now()
    post = accounts.get_post(post_id, seen_by=request.actor)
    request.actor.require("accounts.manage", post.area.path)
    if post.role.is_separate:
        raise NotAsAdministrator
    note("accounts.look_as", Ref("post", post.id), by=request.actor, at=now)
    request.session[KEPT_AS] = {
        "post": str(post.id),
        "name": post.name,
        "until": (now + LASTS).isoformat(),
    }
    return redirect("start")


@public("whoever looks as a post holds none of their own rights meanwhile")
@writes
def stop_looking(request: LinliRequest) -> HttpResponse:
    """Back to one's own posts."""
    looking = looking_now(request)
    if looking is not None:
        del request.session[KEPT_AS]
        note(
            "accounts.stop_looking",
            Ref("post", looking.post_id),
            by=request.actor,
            at=clock.now(),
        )
        messages.success(request, _("You are back in your own posts."))
    return redirect("start")
