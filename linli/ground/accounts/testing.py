"""People in posts, for tests."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password

from linli.ground.accounts.models import Account, Holding, Post, Role, RoleGrant, Token
from linli.ground.accounts.queries import actor_for
from linli.ground.people.models import Organisation, Person
from linli.ground.territory.models import Area
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.ids import uuid7

SINCE = datetime(2025, 1, 1, tzinfo=UTC)
PASSWORD = "linli-demo-2026"


@cache
def _hashed() -> str:
    """Hashing is slow by design; every account of a test has the same password."""
    return make_password(PASSWORD)


def make_account(name: str = "王芳") -> Account:
    """Somebody who may sign in and sits nowhere yet."""
    person = Person.objects.create(name=name, generated=True)
    account = Account(
        username=f"u{uuid7().hex[-12:]}", person=person, created_at=SINCE, last_login=None
    )
    account.password = _hashed()
    account.save()
    return account


def make_post(role: str, area: Area, *, organisation: Organisation | None = None) -> Post:
    """A seat of a role the pack names."""
    return Post.objects.create(
        role=Role.objects.get(key=role),
        area=area,
        organisation=organisation,
        name=f"{area.name}{role}{organisation.name if organisation else ''}",
    )


def make_organisation(
    area: Area, *, kind: str = "municipal", name: str = "市政所"
) -> Organisation:
    """A station of a street."""
    return Organisation.objects.create(
        key=f"o{uuid7().hex[-12:]}", kind=kind, name=name, area=area, opened_on=SINCE.date()
    )


def seat(account: Account, post: Post, *, kind: str = "holder") -> None:
    """Sit somebody down in a post, for good."""
    separate = post.role if post.role.is_separate else None
    Holding.objects.create(
        post=post, account=account, kind=kind, from_at=SINCE, separate_role=separate
    )


def make_holder(
    role: str, area: Area, *, organisation: Organisation | None = None, name: str = "王芳"
) -> Account:
    """Somebody new in a new post."""
    account = make_account(name)
    seat(account, make_post(role, area, organisation=organisation))
    return account


def make_actor(role: str, area: Area, *, organisation: Organisation | None = None) -> Actor:
    """The actor of somebody new in a new post."""
    account = make_holder(role, area, organisation=organisation)
    return actor_for(account, at=clock.now())


def make_token(account: Account) -> str:
    """A token that may do all its account may."""
    secret = secrets.token_urlsafe(32)
    permissions = RoleGrant.objects.values_list("permission", flat=True).distinct()
    Token.objects.create(
        account=account,
        name="test",
        digest=hashlib.sha256(secret.encode()).digest(),
        permissions=list(permissions),
        created_at=SINCE,
        expires_at=clock.now() + timedelta(days=1),
    )
    return secret
