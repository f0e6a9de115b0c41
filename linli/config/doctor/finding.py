"""What one look found, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

State = Literal["ok", "remark", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark can wait until tomorrow; with a fault something does not work, or will be lost."""

    name: str
    state: State
    said: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A question the doctor asks; `still` ones can be asked of a house that is stopped."""

    name: str
    run: Callable[[], Iterator[Finding]]
    still: bool = True


def ok(name: str, said: StrOrPromise, /, **values: object) -> Finding:
    """All is well."""
    return Finding(name, "ok", str(said).format(**values))


def remark(name: str, said: StrOrPromise, todo: StrOrPromise, /, **values: object) -> Finding:
    """Worth mending."""
    return Finding(name, "remark", str(said).format(**values), str(todo).format(**values))


def fault(name: str, said: StrOrPromise, todo: StrOrPromise, /, **values: object) -> Finding:
    """To be mended now."""
    return Finding(name, "fault", str(said).format(**values), str(todo).format(**values))
