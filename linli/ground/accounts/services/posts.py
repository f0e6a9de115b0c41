"""Opening and closing posts: seats that work belongs to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from linli.ground.accounts.models import Holding, Post, Role
from linli.ground.audit.services import note
from linli.ground.people.models import Organisation
from linli.ground.territory.models import Area
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, Invalid, _
from linli.kernel.refs import Ref


class RoleUnknown(Invalid):
    """The installed pack names no such role."""

    message = _("There is no role {role}.")


class PostStands(Conflict):
    """The same seat is not made twice."""

    message = _("This post exists already.")


class PostHeld(Conflict):
    """A seat somebody sits in is not taken from under them."""

    message = _("Somebody sits in this post. End that holding first.")


class NameMissing(Invalid):
    """A seat without a name cannot be pointed at."""

    message = _("Please give the post a name.")


@transaction.atomic
def open_post(
    role: str,
    *,
    area: Area,
    organisation: Organisation | None = None,
    name: str,
    by: Actor,
    at: datetime,
) -> Post:
    """Set up a seat of a role, for an area, in an organisation; nobody holds it yet.

    Raises RoleUnknown, NameMissing or PostStands.
    """
    by.require("accounts.manage", area.path)
    known = Role.objects.filter(key=role).first()
    if known is None:
        raise RoleUnknown(field="role", role=role[:60])
    name = name.strip()[:120]
    if not name:
        raise NameMissing(field="name")
    same = Post.objects.filter(role=known, area=area, organisation=organisation, name=name)
    if same.exists():
        raise PostStands(field="name")
    post = Post(role=known, area=area, organisation=organisation, name=name)
    post.save(force_insert=True)
    note("accounts.open_post", Ref("post", post.id), by=by, at=at)
    return post


@transaction.atomic
def close_post(post: Post, *, by: Actor, at: datetime) -> None:
    """Take a seat out of use; its story stays. What it owns must be settled or passed on before.

    Raises PostHeld.
    """
    by.require("accounts.manage", post.area.path)
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if Holding.objects.filter(Q(to_at=None) | Q(to_at__gt=at), post=post).exists():
        raise PostHeld
    if post.closed_at is None:
        post.closed_at = at
        post.save(update_fields=["closed_at"])
        note("accounts.close_post", Ref("post", post.id), by=by, at=at)
