"""A notice is written in the transaction of the act it tells of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from linli.engines.notices import queries
from linli.engines.notices.models import Notice
from linli.engines.notices.queries import CustomsInForce
from linli.engines.notices.rules import Value
from linli.ground.audit.services import note
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref


@dataclass(frozen=True, slots=True)
class ToPost:
    """Whoever holds the post when it is sent and when it is read."""

    post_id: UUID


@dataclass(frozen=True, slots=True)
class ToAccount:
    """One serving person."""

    account_id: UUID


@dataclass(frozen=True, slots=True)
class ToContact:
    """A resident, by the record that holds the address; the address itself stays there."""

    contact: Ref


Recipient = ToPost | ToAccount | ToContact


def notice_for(
    kind: str,
    to: Recipient,
    *,
    about: Ref,
    words: Mapping[str, Value],
    heard_at: datetime,
    occasion: str = "",
    severity: int | None = None,
) -> Notice | None:
    """The unsaved notice, for a service that writes all its rows together; None for an unworded kind.

    `occasion` tells apart what may happen to one record more than once. `severity` is that of what
    it is about: the pack says which notices of which severity reach a post off duty.
    """
    wording = queries.current_wordings().get(kind)
    if wording is None:
        return None
    notice = Notice(
        wording_id=wording,
        kind=kind,
        about_kind=about.kind,
        about_id=about.id,
        occasion=occasion,
        words=json.dumps(dict(words), ensure_ascii=False),
        made_at=heard_at,
        push_at=_push_at(kind, to, heard_at, severity),
    )
    if isinstance(to, ToPost):
        notice.post_id = to.post_id
    elif isinstance(to, ToAccount):
        notice.account_id = to.account_id
    else:
        notice.contact_kind, notice.contact_id = to.contact.kind, to.contact.id
    return notice


def _push_at(kind: str, to: Recipient, at: datetime, severity: int | None) -> datetime:
    in_force = queries.customs()
    if isinstance(to, ToContact):
        return in_force.residents.opening(clock.local(at))
    if _breaks_through(in_force, kind, severity):
        return at
    return in_force.duty.opening(clock.local(at))


def _breaks_through(in_force: CustomsInForce, kind: str, severity: int | None) -> bool:
    urgent = in_force.urgent
    if urgent is None or severity is None or kind not in urgent.notices:
        return False
    return severity <= urgent.severity


def keep_together(notices: Sequence[Notice | None]) -> None:
    """Save what was written, each once: the same notice written again changes nothing."""
    Notice.objects.bulk_create([n for n in notices if n is not None], ignore_conflicts=True)


@transaction.atomic
def send_notice(
    kind: str,
    to: Recipient,
    *,
    about: Ref,
    words: Mapping[str, Value],
    by: Actor,
    at: datetime,
    occasion: str = "",
    severity: int | None = None,
) -> None:
    """Tell somebody something, once, in the caller's own transaction.

    It stands on the recipient's page as soon as that commits. Outside the product it goes when the
    hours of the pack allow, by a job.
    """
    notice = notice_for(
        kind,
        to,
        about=about,
        words=words,
        heard_at=clock.now(),
        occasion=occasion,
        severity=severity,
    )
    if notice is not None:
        keep_together([notice])
        note("notices.send", about, by=by, at=at, ground=kind)


def settle_earlier(about: Ref, *, heard_at: datetime) -> None:
    """What posts were told about a record is done with once the record has moved on.

    Nobody should have to tick off what they, or somebody else, have already settled.
    """
    told = Notice.objects.unread().filter(
        about_kind=about.kind, about_id=about.id, post__isnull=False
    )
    told.update(read_at=heard_at, push_at=None)
