"""Keys with which programs act for an account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from linli.ground.accounts.models import Account, Token
from linli.ground.accounts.queries import actor_for
from linli.ground.accounts.services.opening import require_over
from linli.ground.audit.services import note
from linli.kernel.actor import Actor
from linli.kernel.errors import Invalid, _
from linli.kernel.refs import Ref

LONGEST_TOKEN = 366
# A token in use is noted once an hour: when it was last needed, not how often.
NOTED_EVERY = timedelta(hours=1)
_noted: dict[bytes, datetime] = {}


class PermissionNotHeld(Invalid):
    """A token never reaches further than its account."""

    message = _("The account does not have the permission {permission}.")


class TermUnfit(Invalid):
    """A key without an end is a key nobody takes back."""

    message = _("A token lasts from 1 to {most} days.")


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
        account = require_over(account, by=by, at=at)
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


@transaction.atomic
def revoke_token(token: Token, *, by: Actor, at: datetime) -> None:
    """Take a key back at once; one that has been taken back stays so."""
    if by.account_id != token.account_id:
        require_over(token.account, by=by, at=at)
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        note("accounts.revoke_token", Ref("token", token.id), by=by, at=at)


def note_token_used(secret: str, *, at: datetime) -> None:
    """Keep when a valid key was last needed, by the hour, so that a forgotten one is seen."""
    digest = hashlib.sha256(secret.encode()).digest()
    last = _noted.get(digest)
    if last is not None and last <= at < last + NOTED_EVERY:
        return
    _noted[digest] = at
    unnoted = Q(last_used_at=None) | Q(last_used_at__lt=at - NOTED_EVERY)
    Token.objects.filter(unnoted, digest=digest).update(last_used_at=at)
