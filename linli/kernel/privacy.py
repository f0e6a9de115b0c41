"""What an app says of the personal data it keeps: purpose, legal basis, end.

Every model field is classified in its app's `privacy.py`, as personal on a `Basis` or as `PLAIN`;
a test fails on an unclassified field and prints the lines to paste.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Erasure = Literal["row", "empty", "key"]


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a personal field may be kept, on which ground, until when, and how it is forgotten."""

    purpose: str
    legal_basis: str
    ends: str
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
