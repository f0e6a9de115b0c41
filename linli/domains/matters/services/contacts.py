"""Opening what is masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.ground.audit.services import note
from linli.kernel.actor import Actor
from linli.kernel.errors import Invalid, _
from linli.kernel.refs import Ref


class PurposeMissing(Invalid):
    """A contact is opened for something."""

    message = _("Say what you need the contact for; it is recorded.")


@dataclass(frozen=True, slots=True)
class Contact:
    """A reporter's name and number in the clear."""

    name: str
    phone: str


@transaction.atomic
def open_contact(matter: Matter, *, purpose: str, by: Actor, at: datetime) -> Contact:
    """Show a reporter's contact to who may see it here, and leave the trace of it first.

    Raises Forbidden, or PurposeMissing: a look without a purpose is refused.
    """
    by.require("matters.unmask", matter.area.path)
    if not purpose.strip():
        raise PurposeMissing(field="purpose")
    reporter = queries.reporter_of(matter)
    note(
        "matters.open_contact",
        Ref("matter", matter.id),
        by=by,
        at=at,
        fields=["name", "phone"],
        ground=purpose.strip()[:200],
    )
    return Contact(reporter.name, reporter.phone or "")
