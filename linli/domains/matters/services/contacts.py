"""Opening what is masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.ground.privacy.models import Glass
from linli.ground.privacy.services.looking import break_glass, open_masked
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref

ANNEX: Final = "archive_annex"


@dataclass(frozen=True, slots=True)
class Contact:
    """A reporter's name and number in the clear."""

    name: str
    phone: str


@transaction.atomic
def open_contact(matter: Matter, *, purpose: str, by: Actor, at: datetime) -> Contact:
    """Show a reporter's contact to who may see it here, and leave the trace of it first.

    Whoever holds the matter now and may open contacts is not asked what for. Raises Forbidden, or
    PurposeMissing: a look without one of the known purposes is refused.
    """
    open_masked(
        Ref("matter", matter.id),
        verb="matters.open_contact",
        permission="matters.unmask",
        area_path=matter.area.path,
        fields=["name", "phone"],
        purpose=purpose,
        own_task=queries.is_own_task(matter, seen_by=by),
        by=by,
        at=at,
    )
    reporter = queries.reporter_of(matter)
    return Contact(reporter.name, reporter.phone or "")


def open_urgently(
    matter: Matter, *, reason: str, by: Actor, at: datetime, request_id: UUID
) -> Glass:
    """Break the glass of a matter: its contact opens to this person for half an hour."""
    return break_glass(
        Ref("matter", matter.id),
        area_path=matter.area.path,
        reason=reason,
        by=by,
        at=at,
        request_id=request_id,
    )
