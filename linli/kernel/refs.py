"""A link to a record of an app one may not import: two columns, resolved in `web` or `flows`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Ref:
    """Which kind of record, and which one."""

    kind: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


_pages: dict[str, str] = {}


def shown_at(kind: str, name: str) -> None:
    """Say under which address a record of this kind is shown; an app's addresses say so."""
    _pages[kind] = name


def page_name(ref: Ref) -> str:
    """The name of the address that shows this kind of record; empty when none does."""
    return _pages.get(ref.kind, "")
