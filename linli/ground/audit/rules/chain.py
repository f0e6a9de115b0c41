"""The chain, and which reads somebody should look at: plain decisions over what is already read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

GENESIS: Final = bytes(32)
_HEAD: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
Break = Literal[
    "deleted", "edited", "reordered", "broken", "truncated", "forked", "dropped_unrecorded"
]


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """How long the chain was, and its last digest: short enough to be printed on a paper."""

    seq: int
    chain: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.chain.hex()}"

    @classmethod
    def read(cls, text: str) -> Head:
        """The head as it was printed, or ValueError."""
        found = _HEAD.fullmatch(text.strip().lower())
        if found is None:
            raise ValueError("a head such as 1234:9f86d0…, 64 signs after the colon")
        return cls(int(found[1]), bytes.fromhex(found[2]))


NOTHING: Final = Head(0, GENESIS)


def digest_of_entry(values: Sequence[object]) -> bytes:
    """One digest of everything an entry says, in the order of its columns."""
    return hashlib.sha256(
        json.dumps(values, ensure_ascii=False, default=str, separators=(",", ":")).encode()
    ).digest()


def link(before: bytes, *, seq: int, entry_id: bytes, digest: bytes) -> bytes:
    """The chain's next digest: it holds the one before, so nothing behind it can be changed."""
    return hashlib.sha256(before + seq.to_bytes(8, "big") + entry_id + digest).digest()


@dataclass(frozen=True, slots=True)
class Link:
    """One seal as it stands, and the digest its entry has now (None: there is no such entry)."""

    seq: int
    entry_id: bytes
    digest: bytes
    chain: bytes
    found: bytes | None


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that is not what it was, and how one sees it."""

    kind: Break
    seq: int


def first_fault(start: Head, links: Iterable[Link], told: Iterable[Head]) -> Head | Fault:
    """The head of a whole chain, or the first place where it is not what was sealed or told.

    `told` are heads from outside the database: whoever rewrites everything in it consistently
    cannot rewrite what was printed.
    """
    anchors: dict[int, set[bytes]] = {}
    for head in told:
        anchors.setdefault(head.seq, set()).add(head.chain)
    last = start
    for one in links:
        fault = _fault_of(last, one) or _differs(one, anchors)
        if fault is not None:
            return fault
        last = Head(one.seq, one.chain)
    beyond = [seq for seq in anchors if seq > last.seq]
    return Fault("truncated", last.seq + 1) if beyond else last


def _fault_of(last: Head, one: Link) -> Fault | None:
    expected = last.seq + 1
    if one.seq != expected or one.found is None:
        return Fault("deleted", expected)
    if one.found != one.digest:
        return Fault("edited", one.seq)
    chain = link(last.chain, seq=one.seq, entry_id=one.entry_id, digest=one.digest)
    return Fault("broken", one.seq) if chain != one.chain else None


def _differs(one: Link, anchors: dict[int, set[bytes]]) -> Fault | None:
    told = anchors.get(one.seq)
    return Fault("forked", one.seq) if told and told != {one.chain} else None


def chained(
    start: Head, entries: Iterable[tuple[bytes, bytes]]
) -> Iterator[tuple[Head, bytes, bytes]]:
    """Each entry's place in the chain after `start`: the new head, the entry's id and its digest."""
    last = start
    for entry_id, digest in entries:
        seq = last.seq + 1
        last = Head(seq, link(last.chain, seq=seq, entry_id=entry_id, digest=digest))
        yield last, entry_id, digest
