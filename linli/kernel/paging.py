"""Paging by key: the last page of ten thousand rows costs what the first does."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from linli.kernel.errors import Invalid, _

Row = TypeVar("Row", bound=Model)
LONGEST_CURSOR = 900


class CursorWrong(Invalid):
    """A page address that this house did not make."""

    message = _("This page address is not valid. Start again from the first page.")


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """Some rows of a list, and where the next ones begin; "" where there are none."""

    items: list[Row]
    next: str


def rows_after(
    found: QuerySet[Row], keys: Sequence[str], *, cursor: str, limit: int
) -> Rows[Row]:
    """The rows after a cursor, ordered by keys that are never empty, of which the last is unique."""
    found = found.order_by(*keys)
    try:
        rows = list((found.filter(_beyond(keys, cursor)) if cursor else found)[: limit + 1])
    except (ValueError, ValidationError):
        raise CursorWrong(field="cursor") from None
    if len(rows) <= limit:
        return Rows(rows, "")
    return Rows(rows[:limit], _cursor([_value(rows[limit - 1], key) for key in keys]))


def _value(row: Model, key: str) -> str:
    value: Any = row
    for part in key.split("__"):
        value = getattr(value, part)
    return str(value)


def _cursor(values: list[str]) -> str:
    plain = json.dumps(values, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def _beyond(keys: Sequence[str], cursor: str) -> Q:
    """Greater in the first key, or equal there and greater in the next, and so on."""
    values = _read(cursor)
    if len(values) != len(keys) or any("\0" in value for value in values):
        raise ValueError(cursor)
    beyond = Q(pk__in=[])
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        beyond |= equal & Q(**{f"{key}__gt": value})
        equal &= Q(**{key: value})
    return beyond


def _read(cursor: str) -> list[str]:
    if len(cursor) > LONGEST_CURSOR:
        raise ValueError(cursor[:20])
    plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    values = json.loads(plain)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(cursor)
    return values
