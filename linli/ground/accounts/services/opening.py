"""Opening an account, and what every act upon somebody's account asks first."""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from linli.ground.accounts.models import Account, Holding
from linli.ground.audit.services import note
from linli.ground.people.models import Person
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, Invalid, _
from linli.kernel.refs import Ref

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


class PasswordIsOnesOwn(Invalid):
    """Whoever looks after accounts never knows how somebody else signs in."""

    message = _("Nobody chooses another's password. Hand out an invitation instead.")


class OneselfRefused(Conflict):
    """Whoever gives rights or takes them does not do so to themselves."""

    message = _("Nobody does this to their own account. Another administrator must do it.")


@transaction.atomic
def open_account(
    person: Person, *, username: str, password: str | None = None, by: Actor, at: datetime
) -> Account:
    """Give a person a way to sign in; it gives no right by itself.

    Without a password nobody can sign in until an invitation was taken up. Only the operator of
    the machine, who has no account, may bring a password along. Raises UsernameUnfit,
    UsernameTaken, AccountAlready, PasswordIsOnesOwn or PasswordWeak.
    """
    by.require("accounts.manage")
    if password is not None and by.account_id is not None:
        raise PasswordIsOnesOwn(field="password")
    if not _USERNAME.fullmatch(username):
        raise UsernameUnfit(field="username")
    if Account.objects.filter(username=username).exists():
        raise UsernameTaken(field="username", username=username)
    if Account.objects.filter(person=person).exists():
        raise AccountAlready(field="person")
    account = Account(username=username, person=person, created_at=at)
    account.set_unusable_password()
    if password is not None:
        choose_password(account, password)
    account.save(force_insert=True)
    note("accounts.open", Ref("account", account.id), by=by, at=at)
    return account


def choose_password(account: Account, password: str) -> None:
    """Set a password that passes the checks, without saving; raises PasswordWeak."""
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise PasswordWeak(field="password", reasons=" ".join(error.messages)) from None
    account.set_password(password)


def require_over(account: Account, *, by: Actor, at: datetime) -> Account:
    """The account, locked; Forbidden unless every post its person holds lies in one's own area.

    Raises OneselfRefused where it is one's own.
    """
    if by.account_id == account.pk:
        raise OneselfRefused
    by.require("accounts.manage")
    locked = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    held_now = Holding.objects.filter(Q(to_at=None) | Q(to_at__gt=at), account=account)
    for path in held_now.values_list("post__area__path", flat=True):
        by.require("accounts.manage", path)
    return locked
