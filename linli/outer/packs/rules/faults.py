"""A fault names the file, the key, what was found and what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from linli.kernel.errors import Invalid, _

if TYPE_CHECKING:
    from django.utils.functional import Promise

_LONGEST = 120
_MOST_NAMES = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One slip in one place."""

    file: str
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        says = str(_("{where}: found {found}, expected {expected}"))
        return says.format(where=where, found=self.found, expected=self.expected)


class PackRefused(Invalid):
    """The pack is not sound; every slip is named, so that one reading mends them all."""

    message = _("The pack was refused:\n{faults}")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults="\n".join(map(str, faults)))
        self.faults = tuple(faults)


def nothing() -> str:
    """The word for what is missing."""
    return str(_("nothing"))


def shown(value: object) -> str:
    """A found value, short enough for one line."""
    text = str(value)
    text = " ".join(text.split())
    return f"“{text[:_LONGEST]}…”" if len(text) > _LONGEST else f"“{text}”"


def say(message: str | Promise, **values: object) -> str:
    """A translated sentence with its values."""
    return str(message).format(**values)


def one_of(names: Iterable[str], *, near: str) -> str:
    """The names somebody may have meant: the close one first, else all of them."""
    known = sorted(names)
    if close := get_close_matches(near, known, n=1, cutoff=0.6):
        return say(_("“{name}” (did you mean it?)"), name=close[0])
    listed = ", ".join(known[:_MOST_NAMES])
    return say(_("one of: {names}"), names=listed or nothing())


def dotted(data: object, place: Sequence[str | int]) -> str:
    """A place in a file as people write it.

    A list item goes by its key or code, else by its number, counted from 1 as people do.
    """
    text = ""
    for part in place:
        data = _below(data, part)
        if isinstance(part, int):
            text += f"[{_name_of(data) or part + 1}]"
        else:
            text += f".{part}" if text else part
    return text


def _below(data: object, part: str | int) -> object:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def _name_of(item: object) -> str:
    if not isinstance(item, dict):
        return ""
    name = item.get("code") or item.get("key")
    return name if isinstance(name, str) else ""
