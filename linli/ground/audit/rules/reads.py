"""Which reads somebody should look at: rules anybody can read, and anybody can apply again.

They are about acts of staff, and shown to the audit administrator only. None says that somebody
did wrong: each says what is unusual, so that a person may ask why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

Oddity = Literal["outside_task", "at_night", "many", "refused"]
# What a service shows or takes out of the house, by the second word of its verb.
SENSITIVE: Final = frozenset(
    {"open_contact", "unmask", "break_glass", "open_annex", "export", "copy_own"}
)
REFUSED: Final = "refused.not_found"
# Copies are of many records at once: of them one cannot say whose task they were.
COPIES: Final = frozenset({"export"})
NIGHT_FROM, NIGHT_TO = 22, 6
HOUR: Final = timedelta(hours=1)
MANY: Final = 20
MANY_REFUSED: Final = 10


def is_sensitive(verb: str) -> bool:
    """Whether this verb shows what is masked, or takes a copy out."""
    return verb.partition(".")[2] in SENSITIVE


def week_of(at: datetime) -> datetime:
    """The Monday, midnight, of a moment by the clock it is given in."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


@dataclass(frozen=True, slots=True)
class Read:
    """One sensitive read, or one look at a record that was refused, by the wall clock."""

    entry_id: UUID
    at: datetime
    post_id: UUID | None
    actor_key: UUID | None
    verb: str
    record: tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class OddRead:
    """A read and what is unusual about it."""

    read: Read
    oddities: tuple[Oddity, ...]


Worked = Set[tuple[UUID | None, tuple[str, UUID]]]


def odd_reads(reads: Iterable[Read], *, worked_on: Worked) -> list[OddRead]:
    """The unusual ones, in order of time; `worked_on` are posts and the records they handled."""
    ordered = sorted(reads, key=lambda read: (read.at, read.entry_id))
    crowded = set(_crowded([read for read in ordered if read.verb != REFUSED], most=MANY))
    probing = set(
        _crowded([read for read in ordered if read.verb == REFUSED], most=MANY_REFUSED)
    )
    found = []
    for read in ordered:
        oddities: list[Oddity] = []
        if read.verb == REFUSED:
            oddities += ["refused"] if read.entry_id in probing else []
        else:
            oddities += _by_itself(read, worked_on)
            oddities += ["many"] if read.entry_id in crowded else []
        if oddities:
            found.append(OddRead(read, tuple(oddities)))
    return found


def _by_itself(read: Read, worked_on: Worked) -> Iterator[Oddity]:
    """Outside the reader's own tasks, or at an hour when nobody is on duty."""
    is_copy = read.verb.partition(".")[2] in COPIES
    if not is_copy and (read.post_id, read.record) not in worked_on:
        yield "outside_task"
    if read.at.hour >= NIGHT_FROM or read.at.hour < NIGHT_TO:
        yield "at_night"


def _crowded(reads: Sequence[Read], *, most: int) -> Iterator[UUID]:
    """Reads of one reader of more than so many records within any hour."""
    by_reader: dict[object, list[Read]] = defaultdict(list)
    for read in reads:
        by_reader[read.post_id or read.actor_key].append(read)
    for own in by_reader.values():
        first = 0
        for last, read in enumerate(own):
            while read.at - own[first].at > HOUR:
                first += 1
            within = own[first : last + 1]
            if len({one.record for one in within}) > most:
                yield from (one.entry_id for one in within)
