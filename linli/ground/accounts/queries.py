from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from linli.ground.accounts.models import Account, Holding, Post, Role, RoleGrant, Token, held
from linli.ground.accounts.rules import Candidate, closest_post
from linli.kernel.actor import Actor, Grant, Seat
from linli.kernel.errors import NotFound, Refusal, _


class TokenUnknown(Refusal):
    """No such token, or it has ended: the two are never told apart."""

    status = 401
    message = _("This access token is not valid.")


def actor_for(
    account: Account, *, at: datetime, limited_to: Iterable[str] | None = None
) -> Actor:
    """The account's person in the posts held at this moment, with every right that follows.

    Two queries whatever the number of posts. `limited_to` are a token's permissions.
    """
    holdings = list(
        Holding.objects.filter(held(at), account=account, post__closed_at=None)
        .select_related("post__role", "post__area")
        .order_by("from_at", "id")
    )
    posts = [holding.post for holding in holdings]
    grants = _grants(posts)
    if limited_to is not None:
        allowed = set(limited_to)
        grants = [grant for grant in grants if grant.permission in allowed]
    return Actor(
        kind="person" if limited_to is None else "token",
        account_id=account.pk,
        name=account.person.name,
        seats=tuple(_seat(post) for post in posts),
        grants=tuple(grants),
    )


def _seat(post: Post) -> Seat:
    return Seat(post.id, post.role.key, post.name, post.area.path, post.organisation_id)


def _grants(posts: list[Post]) -> list[Grant]:
    given = RoleGrant.objects.filter(role__in={post.role_id for post in posts})
    by_role: dict[UUID, list[RoleGrant]] = {}
    for row in given.order_by("permission", "scope"):
        by_role.setdefault(row.role_id, []).append(row)
    return [
        Grant(
            permission=row.permission,
            scope=row.scope,  # type: ignore[arg-type] # the database holds the three words
            area_path=post.area.path,
            post_id=post.id,
            organisation_id=post.organisation_id,
        )
        for post in posts
        for row in by_role.get(post.role_id, [])
    ]


def account_of_token(secret: str, *, at: datetime) -> tuple[Account, list[str]]:
    """The account a token speaks for and the permissions it is limited to, or TokenUnknown."""
    digest = hashlib.sha256(secret.encode()).digest()
    token = (
        Token.objects.filter(digest=digest, revoked_at=None, expires_at__gt=at)
        .select_related("account__person")
        .filter(account__is_active=True)
        .first()
    )
    if token is None:
        raise TokenUnknown
    return token.account, token.permissions


def owner_for(roles: Sequence[str], area_path: str, *, at: datetime) -> UUID:
    """The post that work at this place belongs to, or NotFound where no such post stands."""
    above = [area_path[:length] for length in range(2, len(area_path) + 1)]
    seated = Holding.objects.filter(
        held(at), post=OuterRef("pk"), kind__in=["holder", "acting"]
    )
    posts = Post.objects.open().filter(role__key__in=roles, area__path__in=above)
    rows = posts.annotate(is_held=Exists(seated))
    best = closest_post(
        roles,
        [
            Candidate(*row)
            for row in rows.values_list("id", "role__key", "area__path", "is_held")
        ],
    )
    if best is None:
        raise NotFound
    return best.post_id


def units_at(area_path: str) -> QuerySet[Post]:
    """The stations that work at this place may be routed to, by name."""
    above = [area_path[:length] for length in range(2, len(area_path) + 1)]
    return (
        Post.objects.open()
        .filter(role__is_unit=True, area__path__in=above)
        .select_related("organisation", "role")
        .order_by("name", "id")
    )


def holders_of(post_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, str]:
    """Who sits in each post now; a post that is missing from the answer is a hole."""
    rows = (
        Holding.objects.filter(held(at), post__in=list(post_ids))
        .exclude(kind="deputy")
        .order_by("from_at")
        .values_list("post_id", "account__person__name")
    )
    return dict(rows)


def active_account(account_id: str) -> Account | None:
    """Who a session speaks for; None once the account is closed."""
    return (
        Account.objects.filter(pk=account_id, is_active=True).select_related("person").first()
    )


def needs_second_factor(actor: Actor) -> bool:
    """Whether any post the actor holds asks for a second factor; no query for who holds none."""
    if not actor.roles:
        return False
    return Role.objects.filter(key__in=actor.roles, needs_second_factor=True).exists()
