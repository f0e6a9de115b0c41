"""What every request needs and rarely changes: read once, and again when a reference table moves."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, Token
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.db import connection

Given = ParamSpec("Given")
Read = TypeVar("Read")
_MOST: Final = 50_000

_asked: ContextVar[list[UUID] | None] = ContextVar("revision", default=None)


def ask_once() -> Token[list[UUID] | None]:
    """From here on this context asks for the revision once; give the token to `_asked.reset`."""
    return _asked.set([])


def forget(token: Token[list[UUID] | None]) -> None:
    """The end of what `ask_once` began."""
    _asked.reset(token)


def revision() -> UUID:
    """The stamp of the reference data; equal stamps mean that nothing has changed."""
    known = _asked.get()
    if known:
        return known[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT stamp FROM audit_revision")
        row = cursor.fetchone()
    stamp: UUID = row[0] if row else uuid4()
    if known is not None:
        known.append(stamp)
    return stamp


def remembered(read: Callable[Given, Read]) -> Callable[Given, Read]:
    """Read once, and again only when any reference table has changed.

    For reads that every request needs and that depend on nothing but their arguments and the
    reference tables. What is returned is shared: nobody may change it. Time must not be hidden in
    the answer: return spans, and let the caller compare.
    """
    kept: list[tuple[UUID, dict[Any, Read]]] = [(uuid4(), {})]

    @wraps(read)
    def ask(*given: Given.args, **named: Given.kwargs) -> Read:
        stamp, present = revision(), kept[0]
        if present[0] != stamp:
            present = kept[0] = (stamp, {})
        # Held by a name of our own: another thread may meanwhile begin anew.
        values, key = present[1], (given, tuple(sorted(named.items())))
        with suppress(KeyError):
            return values[key]
        if len(values) >= _MOST:
            values.clear()
        answer = values[key] = read(*given, **named)
        return answer

    return ask
