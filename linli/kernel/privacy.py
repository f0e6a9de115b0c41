"""What an app says of the personal data it keeps: purpose, legal basis, end.

Every column of every table is classified, the house's own in its app's `privacy.py` and those of
the parts it uses in `ground/privacy`, as personal on a `Basis` or as `PLAIN`; a test fails on an
unclassified one and prints the lines to paste. How long a term lasts is said by the pack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from linli.kernel.refs import Ref
from linli.kernel.spec import Term

Erasure = Literal["row", "empty", "key"]
OF_ITS_SUBJECT: Final = "of_its_subject"


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a personal field may be kept, on which ground, until when, and how it is forgotten.

    `term` names the pack's term that ends it; what an engine keeps about a domain's record ends
    with that record and says `OF_ITS_SUBJECT`.
    """

    purpose: str
    legal_basis: str
    term: str
    erased_by: Erasure = "empty"


PLAIN: Final = None
Kept = Basis | None
Keeps = Mapping[str, Kept]


def keep(basis: Kept, model: str, fields: str) -> dict[str, Kept]:
    """The same basis for several fields of one model, named in one line."""
    return {f"{model}.{field}": basis for field in fields.split()}


def together(*parts: Mapping[str, Kept]) -> Keeps:
    """One app's whole classification; a field classified twice is a mistake."""
    whole: dict[str, Kept] = {}
    for part in parts:
        if twice := whole.keys() & part.keys():
            raise ValueError(f"classified twice: {', '.join(sorted(twice))}")
        whole.update(part)
    return whole


def mask_name(name: str) -> str:
    """The family name and a star for every further sign: 张*, 欧*."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def mask_phone(phone: str) -> str:
    """The first three and the last four digits: 138****0001."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "*" * len(phone)


def unclassified(fields: Iterable[str], keeps: Keeps) -> list[str]:
    """The fields nobody has said anything about."""
    return sorted(set(fields) - set(keeps))


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch forgot: how many, of which records, and up to which moment of their end."""

    count: int
    refs: tuple[Ref, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Which records a batch may forget: at most so many that ended in [since, before)."""

    before: datetime
    since: datetime | None
    most: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Store:
    """Something kept under a term: how many ended before a moment, and how a batch is forgotten."""

    term: str
    about: Term
    due: Callable[[datetime], int]
    forget: Callable[[Piece], Batch]


STORES: dict[str, Store] = {}


def end_terms_of(*stores: Store) -> None:
    """From now on the nightly run ends these terms, in this order; each has one eraser."""
    for store in stores:
        if store.term in STORES:
            raise ValueError(f"{store.term} is ended twice")
        STORES[store.term] = store
