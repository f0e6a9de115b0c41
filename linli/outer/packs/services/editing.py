from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from linli.ground.audit.services import RequestIdReused
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, Invalid, _
from linli.outer.packs.models import Installed
from linli.outer.packs.queries.installed import get_edition, in_force, texts_of
from linli.outer.packs.queries.proposals import propose
from linli.outer.packs.rules.editing import Edits, overlay_of, permission_for
from linli.outer.packs.services.installing import put_in_force


class ChangedMeanwhile(Conflict):
    """Somebody else has put another edition in force since this one was read."""

    message = _("The pack was changed meanwhile. Look at your change on top of it, then save.")


class NothingChanged(Invalid):
    """The files say what they said before."""

    message = _("Nothing is different from what is in force.")


class OtherRelease(Conflict):
    """Edits are laid over one release; under another they may mean something else."""

    message = _("That edition belongs to another version of the pack.")


@dataclass(frozen=True, slots=True)
class Edit:
    """Files as they shall be from now on (None: no longer), with why and on what ground."""

    request_id: UUID
    seen: UUID
    files: Edits
    reason: str
    basis: str = ""
    adapt_examples: bool = False


@transaction.atomic
def edit_pack(edit: Edit, *, by: Actor, at: datetime) -> Installed:
    """Put an edit in force, if the whole pack with it passes the three gates.

    It becomes the next edition; running work keeps the version it began with. The same request id
    sent again returns the edition it made. Raises ChangedMeanwhile when another edition has come
    since the one that was seen, and PackRefused with every slip.
    """
    for label in edit.files:
        by.require(permission_for(label))
    Installed.objects.hold()
    if earlier := Installed.objects.filter(id=edit.request_id).first():
        if (earlier.actor_key, earlier.reason) != (by.account_id, edit.reason):
            raise RequestIdReused
        return earlier
    today = clock.local(at).date()
    proposal = propose(edit.files, today=today, adapt_examples=edit.adapt_examples)
    if proposal.current.id != edit.seen:
        raise ChangedMeanwhile
    pack = proposal.report.passed()
    if dict(proposal.texts) == texts_of(proposal.current):
        raise NothingChanged
    return put_in_force(
        pack,
        release=proposal.current.release,
        edition_id=edit.request_id,
        reason=edit.reason,
        basis=edit.basis,
        overlay=proposal.overlay,
        by=by,
        at=at,
    )


@transaction.atomic
def return_to(
    number: int, *, reason: str, seen: UUID, request_id: UUID, by: Actor, at: datetime
) -> Installed:
    """Make the pack say again what it said in an earlier edition; that is an edit of its own."""
    wanted, current = get_edition(number), in_force()
    if wanted.release_id != current.release_id:
        raise OtherRelease
    files = overlay_of(texts_of(current), texts_of(wanted))
    return edit_pack(Edit(request_id, seen, files, reason), by=by, at=at)
