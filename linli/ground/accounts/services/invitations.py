"""An invitation: a code on paper with which somebody chooses their own password, once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from linli.ground.accounts.models import Account
from linli.ground.accounts.services.opening import (
    choose_password,
    open_account,
    require_over,
)
from linli.ground.accounts.services.securing import drop_sessions
from linli.ground.audit.services import note
from linli.ground.people.services import add_person
from linli.kernel.actor import Actor
from linli.kernel.errors import Invalid, _
from linli.kernel.refs import Ref

LASTS = timedelta(days=7)
# Letters and digits that nobody takes for one another on paper: 20 of them are 98 bits.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _EACH = 5, 4


class InvitationUnfit(Invalid):
    """A wrong name, a wrong code and one that has ended are never told apart."""

    message = _(
        "This invitation does not fit or has ended. Check both, or ask your administrator for a"
        " new one."
    )


@transaction.atomic
def enrol(
    name: str, *, phone: str = "", username: str, by: Actor, at: datetime
) -> tuple[Account, str]:
    """Enter somebody new with an account and return it with the code of their invitation.

    Raises what `add_person` and `open_account` raise; then nobody is entered.
    """
    person = add_person(name, phone=phone, by=by, at=at)
    account = open_account(person, username=username.strip().lower(), by=by, at=at)
    code = invite(account, by=by, at=at)
    account.refresh_from_db()
    return account, code


@transaction.atomic
def invite(account: Account, *, by: Actor, at: datetime) -> str:
    """Make a new invitation and return its code, which is told once and kept nowhere.

    The old password and every session end at once; for seven days the person may choose a new
    password with the code. Raises OneselfRefused.
    """
    account = require_over(account, by=by, at=at)
    signs = [secrets.choice(_SIGNS) for _sign in range(_GROUPS * _EACH)]
    code = "-".join("".join(signs[n : n + _EACH]) for n in range(0, len(signs), _EACH))
    account.set_unusable_password()
    account.invitation_digest, account.invited_until = _digest(code), at + LASTS
    account.save(update_fields=["password", "invitation_digest", "invited_until"])
    drop_sessions(account)
    note("accounts.invite", Ref("account", account.id), by=by, at=at)
    return code


@transaction.atomic
def accept_invitation(
    username: str, *, code: str, password: str, by: Actor, at: datetime
) -> Account:
    """Let whoever holds the code choose a password of their own; the code opens nothing again.

    Raises InvitationUnfit or PasswordWeak.
    """
    invited = Account.objects.select_for_update(of=("self",)).filter(
        username=username.strip().lower(), is_active=True, invited_until__gt=at
    )
    account = invited.first()
    known = bytes(account.invitation_digest or b"") if account else b""
    if not hmac.compare_digest(known, _digest(code)) or account is None:
        raise InvitationUnfit(field="code")
    choose_password(account, password)
    account.invitation_digest = account.invited_until = None
    account.save(update_fields=["password", "invitation_digest", "invited_until"])
    note("accounts.accept_invitation", Ref("account", account.id), by=by, at=at)
    return account


def _digest(code: str) -> bytes:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return hashlib.sha256(plain.encode()).digest()
