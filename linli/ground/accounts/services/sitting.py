"""Who sits in a post, from when until when: sitting down, standing up, handing over, leaving."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Q, QuerySet

from linli.ground.accounts.models import Account, Holding, Post, Token
from linli.ground.accounts.services.opening import OneselfRefused, require_over
from linli.ground.accounts.services.securing import drop_sessions
from linli.ground.audit.services import note
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, Invalid, _
from linli.kernel.refs import Ref

HoldingKind = Literal["holder", "deputy", "acting"]


class PostClosed(Conflict):
    """Nobody sits down in a post that was closed."""

    message = _("This post was closed.")


class AccountLocked(Conflict):
    """Nobody sits down who cannot sign in."""

    message = _("This account is locked. Unlock it first.")


class SeatTaken(Conflict):
    """A seat has one holder at a time; deputies are another matter."""

    message = _("Somebody holds this post at that time already.")


class TwoAdministrations(Conflict):
    """System, security and audit are looked after by three people."""

    message = _(
        "This person is {role} at that time. Nobody holds two of the three administrations at once."
    )


class EndsBeforeItBegins(Invalid):
    """A time in a seat has a length."""

    message = _("The end must lie after the beginning.")


@transaction.atomic
def seat_holder(
    post: Post,
    *,
    account: Account,
    kind: HoldingKind,
    from_at: datetime,
    to_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> Holding:
    """Sit somebody down in a post from a moment on, until another or until further notice.

    Raises OneselfRefused, PostClosed, AccountLocked, EndsBeforeItBegins, SeatTaken when the seat
    has a holder, or this person, at that time, or TwoAdministrations.
    """
    by.require("accounts.manage", post.area.path)
    if by.account_id == account.pk:
        raise OneselfRefused(field="account")
    if to_at is not None and to_at <= from_at:
        raise EndsBeforeItBegins(field="to_at")
    post = _locked(post)
    if not Account.objects.select_for_update().get(pk=account.pk).is_active:
        raise AccountLocked(field="account")
    meanwhile = _between(from_at, to_at)
    taken = Q(account=account) | (Q(kind="holder") if kind == "holder" else Q(pk__in=[]))
    if meanwhile.filter(taken, post=post).exists():
        raise SeatTaken(field="account")
    separate = post.role if post.role.is_separate else None
    if separate is not None:
        _refuse_two(meanwhile.filter(account=account).exclude(separate_role=separate))
    holding = Holding(
        post=post,
        account=account,
        kind=kind,
        from_at=from_at,
        to_at=to_at,
        separate_role=separate,
    )
    holding.save(force_insert=True)
    note("accounts.seat", Ref("post", post.id), by=by, at=at, post_id=post.id, ground=kind)
    return holding


def _locked(post: Post) -> Post:
    posts = Post.objects.select_for_update(of=("self",)).select_related("role", "area")
    found = posts.get(pk=post.pk)
    if found.closed_at is not None:
        raise PostClosed(field="post")
    return found


def _between(from_at: datetime, to_at: datetime | None) -> QuerySet[Holding]:
    """Holdings that share a moment with this span."""
    reaching = Holding.objects.filter(Q(to_at=None) | Q(to_at__gt=from_at))
    return reaching if to_at is None else reaching.filter(from_at__lt=to_at)


def _refuse_two(others: QuerySet[Holding]) -> None:
    other = others.filter(separate_role__isnull=False).select_related("separate_role").first()
    if other is not None and other.separate_role is not None:
        raise TwoAdministrations(field="account", role=other.separate_role.title)


@transaction.atomic
def end_holding(holding: Holding, *, ends_at: datetime, by: Actor, at: datetime) -> None:
    """Let somebody stand up at a moment; the post keeps its work and becomes a hole.

    Raises OneselfRefused or EndsBeforeItBegins.
    """
    by.require("accounts.manage", holding.post.area.path)
    if by.account_id == holding.account_id:
        raise OneselfRefused
    holding = Holding.objects.select_for_update(of=("self",)).get(pk=holding.pk)
    if ends_at < holding.from_at and holding.from_at <= at:
        raise EndsBeforeItBegins(field="ends_at")
    if holding.to_at is None or holding.to_at > ends_at:
        holding.to_at = max(ends_at, holding.from_at)
        holding.save(update_fields=["to_at"])
        note("accounts.stand_up", Ref("post", holding.post_id), by=by, at=at)


@transaction.atomic
def hand_over(post: Post, *, account: Account, by: Actor, at: datetime) -> Holding:
    """Let the post's holder and whoever acts for them stand up and somebody else sit down, at once.

    Everything the post owns stays with it. Raises what `end_holding` and `seat_holder` raise.
    """
    post = _locked(post)
    standing_up = Holding.objects.filter(
        Q(to_at=None) | Q(to_at__gt=at), Q(kind__in=["holder", "acting"]) | Q(account=account)
    )
    for holding in standing_up.filter(post=post).select_related("post__area"):
        end_holding(holding, ends_at=at, by=by, at=at)
    return seat_holder(post, account=account, kind="holder", from_at=at, by=by, at=at)


@transaction.atomic
def leave(account: Account, *, by: Actor, at: datetime) -> list[Post]:
    """End everything of somebody who goes: holdings, tokens, sessions, sign-in; return the holes.

    The holes are the posts that nobody holds from now on; their work stays with them. Raises
    OneselfRefused.
    """
    account = require_over(account, by=by, at=at)
    ending = Holding.objects.filter(Q(to_at=None) | Q(to_at__gt=at), account=account)
    posts = [holding.post_id for holding in ending]
    for holding in ending.select_related("post__area"):
        end_holding(holding, ends_at=at, by=by, at=at)
    Token.objects.filter(account=account, revoked_at=None).update(revoked_at=at)
    account.is_active = False
    account.set_unusable_password()
    account.invitation_digest = account.invited_until = None
    account.save(update_fields=["is_active", "password", "invitation_digest", "invited_until"])
    drop_sessions(account)
    note("accounts.leave", Ref("account", account.id), by=by, at=at)
    held = _between(at, None).filter(post__in=posts, kind="holder").values("post")
    holes = Post.objects.open().filter(id__in=posts).exclude(id__in=held)
    return list(holes.select_related("role", "area").order_by("area__path", "id"))
