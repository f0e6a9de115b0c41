from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from linli.ground.audit.models import Entry, Reply
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, _
from linli.kernel.refs import Ref


class RequestIdReused(Conflict):
    """One request id, two different bodies."""

    message = _("This request number was already used for something else.")


def entry_for(
    verb: str,
    subject: Ref,
    *,
    by: Actor,
    at: datetime,
    post_id: UUID | None = None,
    fields: Iterable[str] = (),
    ground: str = "",
) -> Entry:
    """The unsaved entry of an act, for a service that writes all its rows in one statement."""
    seat = post_id or next((seat.post_id for seat in by.seats), None)
    return Entry(
        at=at,
        heard_at=clock.now(),
        actor_kind=by.kind,
        actor_key=by.account_id,
        post_id=seat,
        verb=verb,
        ref_kind=subject.kind,
        ref_id=subject.id,
        fields=sorted(fields),
        ground=ground,
    )


def note(
    verb: str,
    subject: Ref,
    *,
    by: Actor,
    at: datetime,
    post_id: UUID | None = None,
    fields: Iterable[str] = (),
    ground: str = "",
) -> None:
    """Leave the trace of an act in the act's own transaction."""
    entry_for(verb, subject, by=by, at=at, post_id=post_id, fields=fields, ground=ground).save(
        force_insert=True
    )


def digest_of(asked: Mapping[str, object]) -> bytes:
    """The same bytes for the same request, whatever the order of its keys."""
    plain = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).digest()


def earlier_reply(request_id: UUID, *, digest: bytes) -> Ref | None:
    """The record an earlier request of this id made; None when this is the first one.

    Ask while holding a lock on what the request changes, or after the reply's own unique key
    has refused a second insert: then five copies sent at once make one record.
    """
    reply = Reply.objects.filter(id=request_id).first()
    if reply is None:
        return None
    if bytes(reply.digest) != digest:
        raise RequestIdReused
    return Ref(reply.ref_kind, reply.ref_id)


def reply_for(request_id: UUID, subject: Ref, *, digest: bytes) -> Reply:
    """The unsaved reply that a repeat of this request will be answered with."""
    return Reply(
        id=request_id,
        digest=digest,
        ref_kind=subject.kind,
        ref_id=subject.id,
        created_at=clock.now(),
    )


def forget_replies(*, before: datetime) -> int:
    """Forget the replies of requests nobody repeats any more; return how many. The records stay."""
    forgotten, _of_which = Reply.objects.filter(created_at__lt=before).delete()
    return forgotten
