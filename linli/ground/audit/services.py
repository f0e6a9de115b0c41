from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from linli.ground.audit import queries
from linli.ground.audit.models import Entry, Month, Reply, Seal
from linli.ground.audit.rules.chain import Head, chained
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, Forbidden, Invalid, _
from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref
from linli.kernel.sheets import sheet_of

_ONE_SEALER: Final = 0x6C696E6C_69  # any number, as long as nobody else locks by it
_SEALED_AT_ONCE: Final = 2_000
_DROPPED_AT_ONCE: Final = 20_000
_SHORTEST_TERM: Final = 6


class TermTooShort(Invalid):
    """The law asks for six months of logs; whoever looks into a matter asks for more."""

    message = _("The trail is kept for at least {least} months.")


class NotTheOwner(Forbidden):
    """The role of the house has no right to drop what it wrote."""

    message = _("Only the owner of the tables can drop months: give OWNER_URL.")


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


def forget_replies(*, before: datetime, most: int = 10_000) -> int:
    """Forget replies of requests nobody repeats any more; return how many. The records stay."""
    old = Reply.objects.filter(created_at__lt=before).order_by("created_at", "id")[:most]
    forgotten, _of_which = Reply.objects.filter(id__in=old.values("id")).delete()
    return forgotten


@transaction.atomic
def seal_entries() -> int:
    """Add to the chain what was entered since; return how many. One at a time, writers never wait.

    Entries are sealed in the order of their transactions once no earlier one can still commit.
    A sealer that dies leaves nothing half done; two at once are one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_SEALER])
        if not cursor.fetchone()[0]:
            return 0
    entries = queries.unsealed(most=_SEALED_AT_ONCE)
    seals = [
        Seal(seq=head.seq, entry_id=UUID(bytes=entry_id), digest=digest, chain=head.chain)
        for head, entry_id, digest in chained(queries.head(), entries)
    ]
    Seal.objects.bulk_create(seals)
    return len(seals)


_EXPORTED: Final = (
    *(_("Heard"), _("Happened"), _("Who"), _("Act"), _("Verb")),
    *(_("Kind of record"), _("Record"), _("Fields"), _("Ground")),
)


@transaction.atomic
def export_trail(rows: Sequence[Sequence[str]], *, by: Actor, at: datetime) -> bytes:
    """Lines of the trail as an xlsx file; the export is itself an entry, and names its size."""
    note("audit.export", Ref("export", uuid7()), by=by, at=at, ground=f"{len(rows)} rows")
    widths = (20, 20, 30, 30, 26, 16, 38, 24, 40)
    return sheet_of(_EXPORTED, rows, widths=widths, comment=f"操作日志存证 {queries.head()}")


@transaction.atomic
def note_odd_reads(*, begins: datetime, by: Actor, at: datetime) -> int:
    """Enter into the trail how many odd reads the week beginning then had; return how many."""
    week = queries.odd_week(begins)
    ground = f"{begins:%G-W%V}: {len(week.odd)} of {week.reads}"
    note("audit.odd_reads", Ref("trail", uuid7()), by=by, at=at, ground=ground)
    return len(week.odd)


def keep_head(file: Path, *, at: datetime) -> Head:
    """Write where the chain stands into a file outside the database, and return it.

    Whoever can rewrite the whole database still cannot rewrite this line.
    """
    head = queries.head()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        lines.write(f"{at.isoformat(timespec='seconds')} {head}\n")
        lines.flush()
        os.fsync(lines.fileno())
    return head


def drop_months(*, before: date, by: Actor, at: datetime) -> Head | None:
    """Drop every whole month that ended before this month, sealed and served; return where it ends.

    What is dropped is always the beginning of the chain. Its last digest stays and is itself
    entered, so that verifying begins there. Only the owner of the tables can; an interrupted run
    is finished by the next. Raises TermTooShort or NotTheOwner.
    """
    if before > (at - timedelta(days=31 * _SHORTEST_TERM)).date():
        raise TermTooShort(least=_SHORTEST_TERM)
    first_kept = datetime(before.year, before.month, 1, tzinfo=UTC)
    end = _mark_dropped(first_kept, by=by, at=at)
    while _drop_some(queries.start_of_chain().seq):
        pass
    return end


@transaction.atomic
def _mark_dropped(first_kept: datetime, *, by: Actor, at: datetime) -> Head | None:
    _require_owner()
    end = queries.last_before(first_kept)
    if end is None:
        return None
    month = (first_kept - timedelta(days=1)).date().replace(day=1)
    Month.objects.update_or_create(
        month=month, defaults={"seq": end.seq, "chain": end.chain, "dropped_at": at}
    )
    note("audit.drop_months", Ref("trail", uuid7()), by=by, at=at, ground=str(end))
    return end


def _require_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('audit_month', 'INSERT')")
        if not cursor.fetchone()[0]:
            raise NotTheOwner


@transaction.atomic
def _drop_some(until: int) -> bool:
    """Some of the oldest entries with their seals; whether there may be more."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL linli.dropping = 'served months'")
        cursor.execute(
            """
            WITH served AS (
                SELECT seq, entry_id FROM audit_seal WHERE seq <= %s ORDER BY seq LIMIT %s
            ), entries AS (
                DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM served)
            )
            DELETE FROM audit_seal WHERE seq IN (SELECT seq FROM served)
            """,
            [until, _DROPPED_AT_ONCE],
        )
        return bool(cursor.rowcount)
