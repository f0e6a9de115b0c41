"""Paging by key: the last page of a million rows costs what the first does."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from linli.domains.matters.models import Matter
from linli.kernel.errors import Invalid, _


class CursorWrong(Invalid):
    """A page address that this house did not make."""

    message = _("This page address is not valid. Start again from the first page.")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list and where the next ones begin."""

    items: list[Matter]
    next: str | None


def page_by(
    matters: QuerySet[Matter], field: str, *, cursor: str, limit: int, later: bool
) -> Page:
    """The rows after a cursor of a list ordered by a moment and then by the key of its table."""
    key = "work_id" if field.startswith("work__") else "id"
    if cursor:
        matters = matters.filter(_beyond(field, key, *_read(cursor), later=later))
    rows = list(matters[: limit + 1])
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    at = (
        getattr(last.work, field.removeprefix("work__"))
        if "__" in field
        else getattr(last, field)
    )
    return Page(rows[:limit], _cursor(at, getattr(last, key)))


def _beyond(field: str, key: str, at: datetime | None, after: UUID, *, later: bool) -> Q:
    """Rows without a moment stand at the end, as the database sorts them."""
    if at is None:
        return Q(**{f"{field}__isnull": True, f"{key}__gt": after})
    sign = "gt" if later else "lt"
    beyond = Q(**{f"{field}__{sign}": at}) | Q(**{field: at, f"{key}__gt": after})
    return beyond | Q(**{f"{field}__isnull": True}) if later else beyond


def _cursor(at: datetime | None, last: UUID) -> str:
    plain = f"{at.isoformat() if at else ''}|{last}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime | None, UUID]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _sign, last = plain.partition("|")
        moment = datetime.fromisoformat(at) if at else None
        if moment is not None and moment.tzinfo is None:
            raise ValueError("a moment without its zone")
        return moment, UUID(last)
    except ValueError:
        raise CursorWrong(field="cursor") from None
