from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Literal

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from linli.ground.accounts.models import Account, Holding, Post, Role, Token, held
from linli.ground.accounts.queries import actor_for
from linli.ground.audit.services import note
from linli.ground.people.models import Organisation, Person
from linli.ground.territory.models import Area
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, Invalid, _
from linli.kernel.refs import Ref

HoldingKind = Literal["holder", "deputy", "acting"]
LONGEST_TOKEN = 366
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


class UsernameUnfit(Invalid):
    """A name to sign in with is typed on many keyboards."""

    message = _("A user name has 2 to 60 small letters, digits, dots or hyphens.")


class UsernameTaken(Conflict):
    """One name, one account."""

    message = _("The user name {username} is taken.")


class AccountAlready(Conflict):
    """One person, one account: several posts, never several names."""

    message = _("This person has an account already.")


class PasswordWeak(Invalid):
    """The reasons come from the checks themselves."""

    message = _("Choose another password: {reasons}")


class RoleUnknown(Invalid):
    """The installed pack names no such role."""

    message = _("There is no role {role}.")


class PostStands(Conflict):
    """The same seat is not made twice."""

    message = _("This post exists already.")


class PostClosed(Conflict):
    """Nobody sits down in a post that was closed."""

    message = _("This post was closed.")


class SeatTaken(Conflict):
    """A seat has one holder at a time; deputies are another matter."""

    message = _("Somebody holds this post at that time already.")


class PermissionNotHeld(Invalid):
    """A token never reaches further than its account."""

    message = _("The account does not have the permission {permission}.")


class TermUnfit(Invalid):
    """A key without an end is a key nobody takes back."""

    message = _("A token lasts from 1 to {most} days.")


@transaction.atomic
def open_account(
    person: Person, *, username: str, password: str | None = None, by: Actor, at: datetime
) -> Account:
    """Give a person a way to sign in; it gives no right by itself.

    Without a password nobody can sign in yet. Raises UsernameUnfit, UsernameTaken, AccountAlready
    or PasswordWeak.
    """
    by.require("accounts.manage")
    if not _USERNAME.fullmatch(username):
        raise UsernameUnfit(field="username")
    if Account.objects.filter(username=username).exists():
        raise UsernameTaken(field="username", username=username)
    if Account.objects.filter(person=person).exists():
        raise AccountAlready(field="person")
    account = Account(username=username, person=person, created_at=at)
    _set_password(account, password)
    account.save(force_insert=True)
    note("accounts.open", Ref("account", account.id), by=by, at=at)
    return account


def _set_password(account: Account, password: str | None) -> None:
    if password is None:
        account.set_unusable_password()
        return
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise PasswordWeak(field="password", reasons=" ".join(error.messages)) from None
    account.set_password(password)


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

    Raises RoleUnknown or PostStands.
    """
    by.require("accounts.manage", area.path)
    known = Role.objects.filter(key=role).first()
    if known is None:
        raise RoleUnknown(field="role", role=role[:60])
    name = name.strip()[:120]
    same = Post.objects.filter(role=known, area=area, organisation=organisation, name=name)
    if same.exists():
        raise PostStands(field="name")
    post = Post(role=known, area=area, organisation=organisation, name=name)
    post.save(force_insert=True)
    note("accounts.open_post", Ref("post", post.id), by=by, at=at)
    return post


@transaction.atomic
def seat_holder(
    post: Post,
    *,
    account: Account,
    kind: HoldingKind,
    from_at: datetime,
    by: Actor,
    at: datetime,
) -> Holding:
    """Sit somebody down in a post from a moment on, until further notice.

    Raises PostClosed, or SeatTaken when the seat has a holder, or this person, from then on.
    """
    by.require("accounts.manage", post.area.path)
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if post.closed_at is not None:
        raise PostClosed(field="post")
    later = Holding.objects.filter(held(from_at) | Q(from_at__gte=from_at), post=post)
    taken = Q(account=account) | (Q(kind="holder") if kind == "holder" else Q(pk__in=[]))
    if later.filter(taken).exists():
        raise SeatTaken(field="post")
    holding = Holding(post=post, account=account, kind=kind, from_at=from_at)
    holding.save(force_insert=True)
    note("accounts.seat", Ref("post", post.id), by=by, at=at, post_id=post.id, ground=kind)
    return holding


@transaction.atomic
def issue_token(
    account: Account,
    *,
    name: str,
    permissions: tuple[str, ...],
    days: int,
    secret: str = "",
    by: Actor,
    at: datetime,
) -> str:
    """Give a program a key to the API and return its secret, which is told once and kept nowhere.

    It may do what its account may, limited to the permissions named, until its end. A secret
    brought along is for a demo that prints it. Raises PermissionNotHeld or TermUnfit.
    """
    if by.account_id != account.pk:
        by.require("accounts.manage")
    if not 1 <= days <= LONGEST_TOKEN:
        raise TermUnfit(field="days", most=LONGEST_TOKEN)
    own = actor_for(account, at=at)
    for permission in permissions:
        if not own.may(permission):
            raise PermissionNotHeld(field="permissions", permission=permission[:60])
    secret = secret or secrets.token_urlsafe(32)
    token = Token(
        account=account,
        name=name.strip()[:60],
        digest=hashlib.sha256(secret.encode()).digest(),
        permissions=list(permissions),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    token.save(force_insert=True)
    note("accounts.issue_token", Ref("token", token.id), by=by, at=at)
    return secret
