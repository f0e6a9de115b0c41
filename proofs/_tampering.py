"""Ways to falsify a trail, done by whoever owns the database and has switched its triggers off."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from linli.ground.audit import queries
from linli.ground.audit.models import Entry, Seal
from linli.ground.audit.queries.chain import _links
from linli.ground.audit.rules.chain import Fault, Head, chained

Change = Callable[[random.Random, Head], int]


class Undone(Exception):
    """Ends a tampering, so that the next one finds the trail as it was."""


@dataclass(frozen=True, slots=True)
class Try:
    """One tampering: the first row it touched, and what verifying found."""

    kind: str
    first: int
    found: Head | Fault

    @property
    def is_found(self) -> bool:
        """Seen, and named at its own row; a flawless fork is only seen at the head that was told."""
        return isinstance(self.found, Fault) and (
            self.kind == "fork" or self.found.seq == self.first
        )


def tampered(kind: str, chance: random.Random, head: Head, *, told: Sequence[Head]) -> Try:
    """Falsify one thing in a chain of this head, verify against heads told before, undo it."""
    answer = Try(kind, 0, head)
    with suppress(Undone), transaction.atomic():
        first = KINDS[kind](chance, head)
        answer = Try(kind, first, queries.verify(told=told).found)
        raise Undone
    return answer


def nothing(_chance: random.Random, told: Head) -> int:
    """The control: a trail nobody touched."""
    return told.seq


def edit(chance: random.Random, told: Head) -> int:
    """Another word in one column of one entry, or another digest in one seal."""
    seq = _any(chance, told)
    column, value = chance.choice(_EDITS)
    if column in {"digest", "chain"}:
        _tell(f"UPDATE audit_seal SET {column} = %s WHERE seq = %s", chance.randbytes(32), seq)  # noqa: S608
    else:
        _tell(f"UPDATE audit_entry SET {column} = {value} WHERE id = %s", _entry(seq))  # noqa: S608
    return seq


_EDITS = (
    ("at", "at - interval '1 hour'"),
    ("heard_at", "heard_at + interval '1 second'"),
    ("actor_kind", "'clock'"),
    ("actor_key", "gen_random_uuid()"),
    ("post_id", "gen_random_uuid()"),
    ("verb", "verb || 'd'"),
    ("ref_kind", "'other'"),
    ("ref_id", "gen_random_uuid()"),
    ("fields", "array_append(fields, 'name')"),
    ("ground", "ground || '.'"),
    ("xact", "xact + 1"),
    ("digest", ""),
    ("chain", ""),
)


def delete(chance: random.Random, told: Head) -> int:
    """One entry, its seal, or both; sometimes the rows behind move up to hide the gap."""
    seq = chance.randint(1, told.seq)
    what = chance.choice(["entry", "seal", "both", "hidden"])
    entry_id = _entry(seq)
    if what != "seal":
        _tell("DELETE FROM audit_entry WHERE id = %s", entry_id)
    if what != "entry":
        _tell("DELETE FROM audit_seal WHERE seq = %s", seq)
    if what == "hidden":
        _tell("UPDATE audit_seal SET seq = -seq + 1 WHERE seq > %s", seq)
        _tell("UPDATE audit_seal SET seq = -seq WHERE seq < 0")
    return seq


def reorder(chance: random.Random, told: Head) -> int:
    """Two seals change places: their entries, or entries and digests."""
    first, second = sorted(chance.sample(range(1, told.seq + 1), 2))
    columns = chance.choice([("entry_id",), ("entry_id", "digest")])
    seals = {seal.seq: seal for seal in Seal.objects.filter(seq__in=[first, second])}
    one, other = seals[first], seals[second]
    values = [(getattr(one, name), getattr(other, name)) for name in columns]
    _tell("DELETE FROM audit_seal WHERE seq = %s", second)
    for seal, side in ((one, 1), (other, 0)):
        for name, pair in zip(columns, values, strict=True):
            setattr(seal, name, pair[side])
        seal.save(force_insert=seal is other)
    return first


def truncate(chance: random.Random, told: Head) -> int:
    """The end is cut off, entries and seals alike, and looks as if it had never been."""
    first = chance.randint(1, told.seq)
    _tell(
        "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE seq >= %s)",
        first,
    )
    _tell("DELETE FROM audit_seal WHERE seq >= %s", first)
    return first


def fork(chance: random.Random, told: Head) -> int:
    """One entry is changed, and everything from there on is sealed anew, without a flaw."""
    first = chance.randint(1, told.seq)
    Entry.objects.filter(id=_entry(first)).update(ref_id=UUID(bytes=chance.randbytes(16)))
    start = Seal.objects.filter(seq=first - 1).first()
    before = Head(start.seq, bytes(start.chain)) if start else queries.start_of_chain()
    links = [(link.entry_id, link.found) for link in _links(first - 1)]
    new = [
        Seal(seq=head.seq, entry_id=UUID(bytes=entry_id), digest=digest, chain=head.chain)
        for head, entry_id, digest in chained(before, [(i, d) for i, d in links if d])
    ]
    Seal.objects.bulk_update(new, ["digest", "chain"], batch_size=500)
    return first


TAMPERINGS = ("edit", "delete", "reorder", "truncate", "fork")
# What only a head from outside the database shows.
FLAWLESS = ("truncate", "fork")
KINDS: dict[str, Change] = {
    "edit": edit,
    "delete": delete,
    "reorder": reorder,
    "truncate": truncate,
    "fork": fork,
    "nothing": nothing,
}


def _any(chance: random.Random, told: Head) -> int:
    return chance.randint(1, told.seq)


def _entry(seq: int) -> UUID:
    return Seal.objects.get(seq=seq).entry_id


def _tell(statement: str, *values: int | bytes | UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
