"""Getting notices out of the house: by jobs alone, never while somebody waits for a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from linli.engines.notices import queries
from linli.engines.notices.models import Address, Circuit, Dispatch, Notice
from linli.engines.notices.rules import (
    OUTBOX,
    STALE,
    UNANSWERED,
    fill,
    leave_alone_for,
    wait_before_next,
    without_long_numbers,
)
from linli.engines.notices.services.channels import configured
from linli.engines.notices.services.channels.protocol import (
    Arrival,
    Channel,
    Message,
    Outcome,
    TellsArrival,
)
from linli.engines.notices.services.contacts import Contact, contacts_of
from linli.engines.notices.spec import TERMS
from linli.ground.audit.services import note
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.privacy import Batch, Piece, Store
from linli.kernel.refs import Ref

AT_ONCE = 200
ASKED_FOR = timedelta(days=1)


@transaction.atomic
def plan_sendings(*, by: Actor, at: datetime, most: int = 500) -> int:
    """Decide by which channels the notices whose hour has come go, and to whom; return how many.

    A post nobody holds is asked again when duty next begins; the notice waits on its page. What
    has waited for days is old news and disturbs nobody any more.
    """
    due = Notice.objects.to_push(at).order_by("push_at", "id")
    notices = list(due.select_for_update(skip_locked=True)[:most])
    channels = configured()
    holders = queries.accounts_in({n.post_id for n in notices if n.post_id}, at=at)
    fresh: list[tuple[Notice, list[UUID] | None]] = []
    for notice in notices:
        accounts = _accounts(notice, holders)
        waits = accounts is not None and not accounts and notice.made_at > at - STALE
        notice.push_at = _tomorrow(at) if waits else None
        if notice.made_at > at - STALE:
            fresh.append((notice, accounts))
    sendings = _sendings(fresh, channels, at)
    Notice.objects.bulk_update(notices, ["push_at"])
    Dispatch.objects.bulk_create(sendings, ignore_conflicts=True)
    for sending in sendings:
        note(
            "notices.plan",
            Ref("notice", sending.notice_id),
            by=by,
            at=at,
            ground=sending.channel,
        )
    return len(notices)


def _accounts(notice: Notice, holders: dict[UUID, list[UUID]]) -> list[UUID] | None:
    """The serving persons a notice is for; None for a resident."""
    if notice.post_id is not None:
        return holders.get(notice.post_id, [])
    return None if notice.account_id is None else [notice.account_id]


def _tomorrow(at: datetime) -> datetime:
    duty = queries.customs().duty
    begins = clock.local(at).replace(hour=duty.begin.hour, minute=duty.begin.minute)
    return duty.opening(begins + timedelta(days=1))


def _sendings(
    fresh: Sequence[tuple[Notice, list[UUID] | None]],
    channels: Mapping[str, Channel],
    at: datetime,
) -> list[Dispatch]:
    """To a serving person by every channel that person chose, to a resident by the first that reaches."""
    contacts = contacts_of(notice for notice, _accounts in fresh)
    chosen = _chosen({one for _notice, accounts in fresh for one in accounts or ()}, channels)
    found: list[Dispatch] = []
    for notice, accounts in fresh:
        if accounts is None:
            found.append(_to_contact(notice, contacts.get(notice.id, {}), channels, at))
        found += [
            Dispatch(notice=notice, channel=name, account_id=one, next_at=at, changed_at=at)
            for one in accounts or ()
            for name in chosen.get(one, ())
        ]
    return found


def _chosen(
    accounts: Collection[UUID], channels: Mapping[str, Channel]
) -> dict[UUID, list[str]]:
    rows = Address.objects.filter(account__in=accounts, channel__in=channels)
    found: dict[UUID, list[str]] = {}
    for account_id, name in rows.order_by("id").values_list("account_id", "channel"):
        found.setdefault(account_id, []).append(name)
    return found


def _to_contact(
    notice: Notice, contact: Contact, channels: Mapping[str, Channel], at: datetime
) -> Dispatch:
    """Without a channel that reaches the resident the message is kept, to be read by the desk."""
    for name, channel in channels.items():
        if channel.reaches in contact:
            return Dispatch(notice=notice, channel=name, next_at=at, changed_at=at)
    return Dispatch(notice=notice, channel=OUTBOX, state="kept", changed_at=at)


def send_waiting(*, by: Actor, at: datetime) -> int:
    """Send what waits in every channel that is not left alone for now; return how many tries."""
    _give_up_unanswered(at)
    tries = 0
    for name, channel in configured().items():
        for _number in range(AT_ONCE):
            sending = None if _is_left_alone(name, at) else _claim(name, at)
            if sending is None:
                break
            _try(sending, channel, by=by, at=at)
            tries += 1
    return tries


def send_one(dispatch_id: UUID, *, by: Actor, at: datetime) -> None:
    """Send one waiting message now, even by a channel that is left alone: that is what a test is for."""
    with transaction.atomic():
        waiting = Dispatch.objects.select_for_update().filter(id=dispatch_id, state="queued")
        sending = waiting.select_related("notice__wording").first()
        channel = configured().get(sending.channel) if sending else None
        if sending is None or channel is None:
            return
        _mark_sending(sending, at)
    _try(sending, channel, by=by, at=at)


def _give_up_unanswered(at: datetime) -> None:
    """A worker that ended over a sending leaves it unknown whether it went: it is not sent again."""
    lost = Dispatch.objects.filter(state="sending", claimed_at__lt=at - UNANSWERED)
    lost.update(state="uncertain", answer="the worker ended", changed_at=at)


def _is_left_alone(name: str, at: datetime) -> bool:
    return Circuit.objects.filter(channel=name, open_until__gt=at).exists()


@transaction.atomic
def _claim(name: str, at: datetime) -> Dispatch | None:
    """The next message of a channel, marked as being sent before anything leaves the house."""
    waiting = Dispatch.objects.filter(channel=name, state="queued", next_at__lte=at)
    locked = waiting.select_for_update(skip_locked=True, of=("self",))
    sending = locked.select_related("notice__wording").order_by("next_at", "id").first()
    if sending is not None:
        _mark_sending(sending, at)
    return sending


def _mark_sending(sending: Dispatch, at: datetime) -> None:
    sending.state, sending.next_at, sending.claimed_at = "sending", None, at
    sending.tried += 1
    sending.save(update_fields=["state", "next_at", "claimed_at", "tried"])


def _try(sending: Dispatch, channel: Channel, *, by: Actor, at: datetime) -> None:
    address = recipients_of([sending])[sending.id]
    if not address:
        outcome = Outcome("refused", "no address any more")
    else:
        outcome = channel.send(_message(sending), to=address)
    _settle(sending, outcome, by=by, at=at)


def recipients_of(sendings: Sequence[Dispatch]) -> dict[UUID, str]:
    """The address each message goes to as it is known now, by the message; empty once forgotten."""
    contacts = contacts_of(sending.notice for sending in sendings)
    rows = Address.objects.filter(account__in={s.account_id for s in sendings if s.account_id})
    own = {(row.account_id, row.channel): row.address or "" for row in rows}
    channels = configured()
    found: dict[UUID, str] = {}
    for sending in sendings:
        if sending.account_id is not None:
            found[sending.id] = own.get((sending.account_id, sending.channel), "")
            continue
        contact = contacts.get(sending.notice_id, {})
        channel = channels.get(sending.channel)
        first = next(iter(contact.values()), "")
        found[sending.id] = contact.get(channel.reaches, "") if channel else first
    return found


def _message(sending: Dispatch) -> Message:
    """What leaves the house is in the house's first language: nobody is asked for theirs."""
    notice, words = sending.notice, sending.notice.spoken()
    return Message(
        title=fill(notice.wording.title_zh, words, english=False),
        text=fill(notice.wording.text_zh, words, english=False),
        id=sending.id.hex,
    )


@transaction.atomic
def _settle(sending: Dispatch, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """Write down what became of a try, in the message's row and in the channel's."""
    sending.answer = without_long_numbers(outcome.answer)
    sending.provider_id, sending.changed_at = outcome.provider_id, at
    wait = outcome.wait or wait_before_next(sending.tried)
    if outcome.state == "later" and wait is not None and wait_before_next(sending.tried):
        sending.state, sending.next_at = "queued", at + wait
    else:
        sending.state = "failed" if outcome.state in {"refused", "later"} else outcome.state
    sending.claimed_at = None
    sending.save(
        update_fields=["answer", "provider_id", "changed_at", "state", "next_at", "claimed_at"]
    )
    _remember(sending.channel, outcome, at)
    note(
        f"notices.{outcome.state}",
        Ref("notice", sending.notice_id),
        by=by,
        at=at,
        ground=sending.channel,
    )


def _remember(name: str, outcome: Outcome, at: datetime) -> None:
    circuit, _made = Circuit.objects.select_for_update().get_or_create(channel=name)
    if outcome.is_channels_fault:
        circuit.failures, circuit.last_failed_at = circuit.failures + 1, at
        pause = leave_alone_for(circuit.failures)
        circuit.open_until = at + pause if pause else None
    else:
        # A refused number is no fault of the channel: it answered.
        circuit.failures, circuit.open_until, circuit.last_sent_at = 0, None, at
    circuit.save()


def ask_for_arrivals(*, by: Actor, at: datetime) -> int:
    """Ask the providers that can tell what became of the last day's messages; return how many it knew."""
    known = 0
    for name, channel in configured().items():
        if not isinstance(channel, TellsArrival) or _is_left_alone(name, at):
            continue
        sent = Dispatch.objects.filter(
            channel=name, state="sent", changed_at__gt=at - ASKED_FOR
        )
        rows = list(sent.exclude(provider_id="").select_related("notice")[:AT_ONCE])
        recipients = recipients_of(rows)
        for row in rows:
            arrival = channel.arrived(row.provider_id, to=recipients[row.id])
            known += _arrived(row, arrival, by=by, at=at)
    return known


@transaction.atomic
def _arrived(row: Dispatch, arrival: Arrival, *, by: Actor, at: datetime) -> int:
    if arrival == "unknown":
        return 0
    changed = Dispatch.objects.filter(pk=row.pk, state="sent").update(
        state=arrival, changed_at=at
    )
    if changed:
        about = Ref("notice", row.notice_id)
        note(f"notices.{arrival}", about, by=by, at=at, ground=row.channel)
    return changed


def forget_old_notices(piece: Piece) -> Batch:
    """Forget what was told before a moment, with its sendings; return how many notices it was."""
    old = Notice.objects.filter(made_at__lt=piece.before).order_by("made_at")
    ids = list(old.values_list("id", flat=True)[: piece.most])
    Notice.objects.filter(id__in=ids).delete()
    return Batch(len(ids))


def _notices_due(before: datetime) -> int:
    return Notice.objects.filter(made_at__lt=before).count()


TOLD = Store("notices", TERMS["notices"], _notices_due, forget_old_notices)
