"""What keeps an account safe: locking it, ending sessions, taking a lost second factor off."""

from __future__ import annotations

from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from linli.ground.accounts.models import Account
from linli.ground.accounts.services.opening import require_over
from linli.ground.audit.services import note
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound
from linli.kernel.refs import Ref


@transaction.atomic
def lock_account(account: Account, *, by: Actor, at: datetime) -> None:
    """Let nobody sign in with this account, and end every session; posts and work stay.

    Raises OneselfRefused.
    """
    account = require_over(account, by=by, at=at)
    account.is_active = False
    account.save(update_fields=["is_active"])
    drop_sessions(account)
    note("accounts.lock", Ref("account", account.id), by=by, at=at)


@transaction.atomic
def unlock_account(account: Account, *, by: Actor, at: datetime) -> None:
    """Let the person sign in again; wrong tries counted until now are forgotten.

    Raises OneselfRefused.
    """
    account = require_over(account, by=by, at=at)
    account.is_active = True
    account.save(update_fields=["is_active"])
    get_adapter().forget_wrong_tries(account.username)
    note("accounts.unlock", Ref("account", account.id), by=by, at=at)


@transaction.atomic
def reset_second_factor(account: Account, *, reason: str, by: Actor, at: datetime) -> None:
    """Take a lost second factor off; where a post asks for one, the next sign-in sets up a new one.

    The password stays. Raises OneselfRefused.
    """
    account = require_over(account, by=by, at=at)
    Authenticator.objects.filter(user=account).delete()
    drop_sessions(account)
    note(
        "accounts.reset_second_factor",
        Ref("account", account.id),
        by=by,
        at=at,
        ground=reason[:60],
    )


@transaction.atomic
def end_session(account: Account, session_id: int, *, by: Actor, at: datetime) -> None:
    """Sign the account out in one place. Raises OneselfRefused."""
    account = require_over(account, by=by, at=at)
    session = UserSession.objects.filter(pk=session_id, user=account).first()
    if session is None:
        raise NotFound
    session.end()
    note("accounts.end_session", Ref("account", account.id), by=by, at=at)


@transaction.atomic
def end_sessions(account: Account, *, by: Actor, at: datetime) -> None:
    """Sign the account out everywhere. Raises OneselfRefused."""
    account = require_over(account, by=by, at=at)
    drop_sessions(account)
    note("accounts.end_sessions", Ref("account", account.id), by=by, at=at)


def drop_sessions(account: Account) -> None:
    """End every session of an account, within the act that asks for it."""
    for session in UserSession.objects.filter(user=account):
        session.end()
