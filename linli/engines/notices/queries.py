from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from linli.engines.notices.models import Address, Circuit, Customs, Dispatch, Notice, Wording
from linli.engines.notices.rules import AGAIN, Hours, wall_time
from linli.engines.notices.spec import CalendarEnds, Urgent
from linli.ground.accounts.models import Holding, held
from linli.ground.audit.queries import remembered
from linli.kernel.actor import Actor
from linli.kernel.errors import Invalid, NotFound, _

MOST_COUNTED = 99


class CursorWrong(Invalid):
    """A page address that this house did not make."""

    message = _("This page address is not valid. Start again from the first page.")


@remembered
def current_wordings() -> Mapping[str, UUID]:
    """The words in force of every kind of notice; a kind without words is not told."""
    rows = Wording.objects.filter(current=True).values_list("kind", "id")
    return dict(rows)


@dataclass(frozen=True, slots=True)
class CustomsInForce:
    """When a resident and a post may be disturbed, and what may disturb at any time."""

    residents: Hours
    duty: Hours
    urgent: Urgent | None
    near_due_hours: int
    calendar_ends: CalendarEnds | None


_UNSAID = CustomsInForce(
    Hours(wall_time("08:00"), wall_time("21:00"), every_day=True),
    Hours(wall_time("08:00"), wall_time("18:00")),
    None,
    4,
    None,
)


@remembered
def customs() -> CustomsInForce:
    """What the pack says of all notices; before the first pack, quiet by night."""
    body: dict[str, Any] | None = Customs.objects.values_list("body", flat=True).first()
    if body is None:
        return _UNSAID
    quiet, duty = body["quiet"], body["duty"]
    return CustomsInForce(
        Hours(wall_time(quiet["end"]), wall_time(quiet["begin"]), every_day=True),
        Hours(
            wall_time(duty["begin"]),
            wall_time(duty["end"]),
            holidays=_days(body["holidays"]),
            make_up_days=_days(body["make_up_days"]),
        ),
        Urgent.model_validate(body["urgent"]),
        body["near_due_hours"],
        CalendarEnds.model_validate(body["calendar_ends"]),
    )


def _days(written: Iterable[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in written)


def unread_count(*, seen_by: Actor) -> int:
    """How many notices wait for the actor, counted no further than a badge can show."""
    waiting = Notice.objects.visible_to(seen_by).unread().order_by()
    return waiting.values("id")[: MOST_COUNTED + 1].count()


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Some notices and where the next ones begin."""

    items: list[Notice]
    next: str


def notices_of(
    *, seen_by: Actor, only_unread: bool, cursor: str = "", limit: int = 30
) -> NoticePage:
    """What was told to the actor's posts and to the actor, the latest first."""
    found = Notice.objects.visible_to(seen_by).select_related("wording", "post")
    if only_unread:
        found = found.unread()
    rows, following = _paged(found, "made_at", cursor=cursor, limit=limit)
    return NoticePage(rows, following)


def get_notice(notice_id: UUID, *, seen_by: Actor) -> Notice:
    """One notice of the actor's, or NotFound."""
    found = Notice.objects.visible_to(seen_by).filter(id=notice_id)
    try:
        return found.select_related("wording").get()
    except Notice.DoesNotExist:
        raise NotFound from None


def addresses_of(*, seen_by: Actor) -> dict[str, str]:
    """Where the actor wants to be reached, by channel."""
    if seen_by.account_id is None:
        return {}
    rows = Address.objects.filter(account_id=seen_by.account_id)
    return {row.channel: row.address or "" for row in rows.order_by("channel")}


@dataclass(frozen=True, slots=True)
class DispatchPage:
    """Some sendings and where the next ones begin."""

    items: list[Dispatch]
    next: str


def outbox(
    *, seen_by: Actor, channel: str = "", state: str = "", cursor: str = "", limit: int = 30
) -> DispatchPage:
    """Everything on its way or sent, the latest first; only for who looks after channels."""
    seen_by.require("notices.manage")
    found = _dispatches()
    if channel:
        found = found.filter(channel=channel)
    if state:
        found = found.filter(state=state)
    rows, following = _paged(found, "changed_at", cursor=cursor, limit=limit)
    return DispatchPage(rows, following)


def get_dispatch(dispatch_id: UUID, *, seen_by: Actor) -> Dispatch:
    """One sending, or NotFound; only for who looks after channels."""
    seen_by.require("notices.manage")
    try:
        return _dispatches().get(id=dispatch_id)
    except Dispatch.DoesNotExist:
        raise NotFound from None


def _dispatches() -> QuerySet[Dispatch]:
    return Dispatch.objects.select_related("notice__wording", "notice__post")


@dataclass(frozen=True, slots=True)
class ChannelFares:
    """How one channel fares: what waits, what failed, whether it is left alone for now."""

    counts: Mapping[str, int]
    open_until: datetime | None
    failures: int
    last_sent_at: datetime | None
    last_failed_at: datetime | None


def fares(*, seen_by: Actor, since: datetime, at: datetime) -> dict[str, ChannelFares]:
    """How every channel has fared since a moment, by name; two queries."""
    seen_by.require("notices.manage")
    counts: dict[str, dict[str, int]] = {}
    recent = Q(changed_at__gte=since) | Q(state__in=["queued", "sending"])
    rows = Dispatch.objects.filter(recent).order_by().values_list("channel", "state")
    for channel, state, count in rows.annotate(count=Count("id")):
        counts.setdefault(channel, {})[state] = count
    circuits = {row.channel: row for row in Circuit.objects.all()}
    return {
        name: _fare(counts.get(name, {}), circuits.get(name), at)
        for name in counts.keys() | circuits.keys()
    }


def _fare(counts: Mapping[str, int], row: Circuit | None, at: datetime) -> ChannelFares:
    if row is None:
        return ChannelFares(counts, None, 0, None, None)
    shut = row.open_until if row.open_until and row.open_until > at else None
    return ChannelFares(counts, shut, row.failures, row.last_sent_at, row.last_failed_at)


def troubled_channels(seen_by: Actor, at: datetime) -> int:
    """How many channels are left alone at a moment."""
    seen_by.require("notices.manage")
    return Circuit.objects.filter(open_until__gt=at).count()


def unsettled_messages(seen_by: Actor, at: datetime) -> int:
    """How many messages of the last day failed, or may have: a person decides about them."""
    seen_by.require("notices.manage")
    recent = Dispatch.objects.filter(changed_at__gt=at - timedelta(days=1), state__in=AGAIN)
    return recent.values("id")[: MOST_COUNTED + 1].count()


def accounts_in(post_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, list[UUID]]:
    """Who is told for each post now: its holder or who acts for them, else the deputies; none for a hole."""
    rows = Holding.objects.filter(held(at), post__in=list(post_ids), account__is_active=True)
    found: dict[UUID, dict[bool, list[UUID]]] = {}
    for post_id, kind, account_id in rows.order_by("from_at", "id").values_list(
        "post_id", "kind", "account_id"
    ):
        found.setdefault(post_id, {}).setdefault(kind == "deputy", []).append(account_id)
    return {post_id: by[False] if False in by else by[True] for post_id, by in found.items()}


def _paged(
    found: QuerySet[Any], field: str, *, cursor: str, limit: int
) -> tuple[list[Any], str]:
    """The rows after a cursor, latest first; equally old ones in the order of their ids."""
    if cursor:
        at, after = _read(cursor)
        found = found.filter(Q(**{f"{field}__lt": at}) | Q(**{field: at, "id__gt": after}))
    rows = list(found.order_by(f"-{field}", "id")[: limit + 1])
    if len(rows) <= limit:
        return rows, ""
    last = rows[limit - 1]
    plain = f"{getattr(last, field).astimezone(UTC).isoformat()}|{last.id}"
    return rows[:limit], base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _sign, last = plain.partition("|")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("a moment without its zone")
        return moment, UUID(last)
    except ValueError:
        raise CursorWrong(field="cursor") from None
