"""The chain: what is not sealed yet, where it stands, whether it is whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import connection

from linli.ground.audit.models import Entry, Month, Seal
from linli.ground.audit.rules.chain import (
    NOTHING,
    Fault,
    Head,
    Link,
    digest_of_entry,
    first_fault,
)

# The chain. What an entry's digest holds, in this order: a column added later stays outside it
# until a new version of the chain begins.
SEALED: Final = (
    *("id", "at", "heard_at", "actor_kind", "actor_key", "post_id"),
    *("verb", "ref_kind", "ref_id", "fields", "ground", "xact"),
)
_AT_ONCE: Final = 5_000
_COLUMNS: Final = ", ".join(f"e.{name}" for name in SEALED)


def digest_of_row(row: Sequence[Any]) -> bytes:
    """The digest of an entry's columns as the database gives them, the same on every machine."""
    return digest_of_entry([_plain(value) for value in row])


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def head() -> Head:
    """Where the chain stands: the last seal, or the last that was dropped with its month."""
    last = Seal.objects.order_by("-seq").values_list("seq", "chain").first()
    return Head(last[0], bytes(last[1])) if last else start_of_chain()


def start_of_chain() -> Head:
    """Where verifying begins: after the last month that was dropped, else at nothing."""
    dropped = Month.objects.order_by("-seq").values_list("seq", "chain").first()
    return Head(dropped[0], bytes(dropped[1])) if dropped else NOTHING


def kept_heads(file: Path) -> list[Head]:
    """The heads in a file that stands outside the database, one at the end of each line."""
    if not file.is_file():
        return []
    return [
        Head.read(line.split()[-1]) for line in file.read_text().splitlines() if line.strip()
    ]


def last_before(moment: datetime) -> Head | None:
    """The last seal before the first entry heard at this moment or later; None: nothing to drop.

    An entry that was sealed late keeps what stands before it: the chain is only cut at its beginning.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT seq, chain FROM audit_seal WHERE seq < coalesce((
                SELECT min(s.seq) FROM audit_seal s JOIN audit_entry e ON e.id = s.entry_id
                WHERE e.heard_at >= %s), 9223372036854775807)
            ORDER BY seq DESC LIMIT 1
            """,
            [moment],
        )
        row = cursor.fetchone()
    return None if row is None else Head(row[0], bytes(row[1]))


_FINAL: Final = """
    -- Ended for every snapshot there will ever be; or of a former life of a restored database.
    e.xact IS DISTINCT FROM pg_current_xact_id_if_assigned()::text::bigint
    AND (e.xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
         OR e.xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)
"""


def unsealed(*, most: int) -> list[tuple[bytes, bytes]]:
    """Entries no late commit can still get in front of, in their order: id and digest.

    Only what came after the last sealed one is looked at; a restored database counts its
    transactions anew, and then everything is.
    """
    after = _last_sealed()
    beyond = "" if after is None else "AND (e.xact, e.id) > (%s, %s)"
    statement = (
        f"SELECT {_COLUMNS} FROM audit_entry e WHERE {_FINAL} {beyond} "  # noqa: S608 - our own words
        "ORDER BY e.xact < pg_snapshot_xmax(pg_current_snapshot())::text::bigint, e.xact, e.id "
        "LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(after or ()), most])
        return [(row[0].bytes, digest_of_row(row)) for row in cursor.fetchall()]


def _last_sealed() -> tuple[int, UUID] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.xact, e.id, e.xact > pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            FROM (SELECT entry_id FROM audit_seal ORDER BY seq DESC LIMIT 1) AS last
            JOIN audit_entry e ON e.id = last.entry_id
            """
        )
        row = cursor.fetchone()
    return None if row is None or row[2] else (row[0], row[1])


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found: the head of a whole chain or its first fault, and what waits for a seal."""

    found: Head | Fault
    waiting: int
    oldest: datetime | None


def verify(*, told: Iterable[Head] = ()) -> Verified:
    """Look at every seal and its entry, from the last dropped month to the end."""
    start = start_of_chain()
    # Papers older than the months that were dropped say nothing about what is left.
    known = [head for head in told if head.seq >= start.seq]
    found = first_fault(start, _links(start.seq), known)
    if isinstance(found, Head) and not _is_recorded(start):
        found = Fault("dropped_unrecorded", start.seq)
    if isinstance(found, Fault) and found.kind == "edited":
        found = _named(found)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(heard_at) FROM audit_entry e "
            "WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)"
        )
        waiting, oldest = cursor.fetchone()
    return Verified(found, waiting, oldest)


def _links(after: int) -> Iterator[Link]:
    """Every seal with its entry, a few thousand at a time: no long snapshot, little memory."""
    while rows := _some_links(after):
        for seq, entry_id, digest, chain, *entry in rows:
            found = None if entry[0] is None else digest_of_row(entry)
            yield Link(seq, entry_id.bytes, bytes(digest), bytes(chain), found)
        after = rows[-1][0]


def _some_links(after: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.seq, s.entry_id, s.digest, s.chain, {_COLUMNS} "  # noqa: S608
            "FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry_id "
            "WHERE s.seq > %s ORDER BY s.seq LIMIT %s",
            [after, _AT_ONCE],
        )
        return list(cursor.fetchall())


def _is_recorded(start: Head) -> bool:
    """A month is only dropped by an act that is itself in the trail."""
    if start == NOTHING:
        return True
    return Entry.objects.filter(verb="audit.drop_months", ground=str(start)).exists()


def _named(fault: Fault) -> Fault:
    """An entry that is not what was sealed here may be what was sealed elsewhere."""
    row = next(iter(_some_links(fault.seq - 1)))
    elsewhere = Seal.objects.filter(digest=digest_of_row(row[4:])).exclude(seq=fault.seq)
    return Fault("reordered", fault.seq) if elsewhere.exists() else fault
