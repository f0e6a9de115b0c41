"""Where the address of a resident is found: with the record that holds it, at the moment of sending."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from linli.engines.notices.models import Notice

# "phone" or "email", and the address in the clear: it is never stored by whoever asks.
Contact = Mapping[str, str]
Book = Callable[[Collection[UUID]], Mapping[UUID, Contact]]

BOOKS: Final[dict[str, Book]] = {}


def contact_book(kind: str) -> Callable[[Book], Book]:
    """Name the function that knows the addresses of contacts of this kind, but for those forgotten."""

    def register(book: Book) -> Book:
        BOOKS[kind] = book
        return book

    return register


def contacts_of(notices: Iterable[Notice]) -> Mapping[UUID, Contact]:
    """The contact of every notice to a resident, by the notice; one look into each book."""
    asked: dict[str, dict[UUID, UUID]] = {}
    for notice in notices:
        if notice.contact_id is not None and notice.contact_kind in BOOKS:
            asked.setdefault(notice.contact_kind, {})[notice.id] = notice.contact_id
    found: dict[UUID, Contact] = {}
    for kind, wanted in asked.items():
        known = BOOKS[kind](set(wanted.values()))
        found |= {one: known[contact] for one, contact in wanted.items() if contact in known}
    return found
