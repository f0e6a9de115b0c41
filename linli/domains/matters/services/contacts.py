"""Opening what is masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.ground.audit.services import note
from linli.kernel.actor import Actor
from linli.kernel.errors import Invalid, _
from linli.kernel.refs import Ref

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

# A fixed list: what people type freely would carry names into the trail, which holds none.
PURPOSES: dict[str, StrOrPromise] = {
    "ask_back": _("Ask the reporter something"),
    "tell_answer": _("Tell the reporter the answer"),
    "ask_opinion": _("Ask how the reporter found it"),
    "check_complaint": _("Look into a complaint"),
}
ANNEX = "archive_annex"


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

    Raises Forbidden, or PurposeMissing: a look without one of the known purposes is refused.
    """
    by.require("matters.unmask", matter.area.path)
    if purpose not in PURPOSES and purpose != ANNEX:
        raise PurposeMissing(field="purpose")
    reporter = queries.reporter_of(matter)
    note(
        "matters.open_contact",
        Ref("matter", matter.id),
        by=by,
        at=at,
        fields=["name", "phone"],
        ground=purpose,
    )
    return Contact(reporter.name, reporter.phone or "")
