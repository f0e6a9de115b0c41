"""People who no longer serve are forgotten; what they did stays with the posts."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Exists, OuterRef, Q, QuerySet

from linli.ground.accounts.models import Account, Holding
from linli.ground.accounts.spec import TERMS
from linli.ground.people.models import Person
from linli.kernel.privacy import Batch, Piece, Store
from linli.kernel.refs import Ref

_FORGOTTEN = "gone."


def _gone(before: datetime) -> QuerySet[Account]:
    """Accounts whose people have held no post since then, and are not forgotten yet."""
    serving = Holding.objects.filter(
        Q(to_at=None) | Q(to_at__gte=before), account=OuterRef("pk")
    )
    return Account.objects.filter(~Exists(serving), created_at__lt=before).exclude(
        username__startswith=_FORGOTTEN
    )


def _staff_due(before: datetime) -> int:
    """How many people have held no post since then and are still known by name."""
    return _gone(before).count()


def _forget_staff(piece: Piece) -> Batch:
    """Forget who no longer serves: name, number, ways to sign in. What they did stays with the posts.

    The account's id, by which the trail knows them, then leads to nobody. The caller leaves the
    trace.
    """
    rows = _gone(piece.before).order_by("created_at", "id").select_for_update(of=("self",))
    accounts = list(rows[: piece.most])
    ids = [account.id for account in accounts]
    for parts in (Authenticator, UserSession, EmailAddress):
        parts.objects.filter(user__in=ids).delete()
    Person.objects.filter(id__in=[account.person_id for account in accounts]).update(
        name="", phone=None, phone_digest=None
    )
    for account in accounts:
        account.username, account.email = f"{_FORGOTTEN}{account.id.hex}", ""
        account.is_active, account.last_login = False, None
        account.set_unusable_password()
    columns = ["username", "email", "is_active", "last_login", "password"]
    Account.objects.bulk_update(accounts, columns)
    return Batch(len(accounts), tuple(Ref("account", one) for one in ids))


STAFF = Store("staff", TERMS["staff"], _staff_due, _forget_staff)
