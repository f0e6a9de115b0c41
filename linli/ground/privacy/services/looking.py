"""Opening what is masked: one way for every record, for a purpose, with the trace left first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction

from linli.ground.audit.services import digest_of, earlier_reply, note, reply_for
from linli.ground.privacy.models import Glass
from linli.ground.privacy.queries import get_glass, glass_over
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, Forbidden, Invalid, _
from linli.kernel.refs import Ref

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

# A fixed list: what people type freely would carry names into the trail, which holds none.
PURPOSES: Final[dict[str, StrOrPromise]] = {
    "ask_back": _("Ask the reporter something"),
    "tell_answer": _("Tell the reporter the answer"),
    "ask_opinion": _("Ask how the reporter found it"),
    "check_complaint": _("Look into a complaint"),
    "call_in": _("Reach them about their duty"),
}
# What the house says by itself: the task, the paper or the broken glass is the purpose.
OWN_TASK: Final = "own_task"
BY_ITSELF: Final[dict[str, StrOrPromise]] = {
    OWN_TASK: _("Their own task"),
    "archive_annex": _("Read the archive's personal annex"),
    "roster": _("Call the street hub from the roster"),
    "broken_glass": _("Urgent, outside their duties: reviewed by another person"),
    "own_copy": _("A copy for the person themselves"),
}
GLASS_MINUTES: Final = 30
_SHORTEST_REASON = 8


class PurposeMissing(Invalid):
    """A contact is opened for something."""

    message = _("Say what you need the contact for; it is recorded.")


class ReasonTooShort(Invalid):
    """Another person must be able to judge it."""

    message = _("Say why it cannot wait, in a sentence: another person will judge it.")


class OwnGlass(Forbidden):
    """Nobody reviews themselves."""

    message = _("You opened this yourself; another person reviews it.")


class ReviewedAlready(Conflict):
    """One review, one verdict."""

    message = _("This has been reviewed already.")


@transaction.atomic
def open_masked(
    subject: Ref,
    *,
    verb: str,
    permission: str,
    area_path: str,
    fields: Iterable[str],
    purpose: str,
    own_task: bool = False,
    by: Actor,
    at: datetime,
) -> str:
    """Leave the trace of a look at masked fields and return the purpose it was noted with.

    Whoever opens a record from a task of their own is not asked: the task is the purpose. Others
    hold the permission here and choose a purpose, or have broken the glass of this very record.
    Raises Forbidden or PurposeMissing; then nothing was opened.
    """
    if own_task and by.may(permission):
        purpose = OWN_TASK
    elif by.may(permission, area_path):
        if purpose not in PURPOSES and purpose not in BY_ITSELF:
            raise PurposeMissing(field="purpose")
    elif glass_over(subject, account_id=by.account_id, at=at):
        purpose = "broken_glass"
    else:
        raise Forbidden
    note(verb, subject, by=by, at=at, fields=fields, ground=purpose)
    return purpose


@transaction.atomic
def break_glass(
    subject: Ref, *, area_path: str, reason: str, by: Actor, at: datetime, request_id: UUID
) -> Glass:
    """Open one record for half an hour, for a reason that another person reviews afterwards.

    The caller has made sure that the record may be seen; what is masked in it is what opens.
    """
    by.require("privacy.break_glass", area_path)
    clean = " ".join(reason.split())[:500]
    if by.account_id is None:
        raise Forbidden
    if len(clean) < _SHORTEST_REASON:
        raise ReasonTooShort(field="reason")
    digest = digest_of({"subject": str(subject), "reason": clean})
    if earlier_reply(request_id, digest=digest) is not None:
        return Glass.objects.get(id=request_id)
    seat = next(iter(by.seats), None)
    glass = Glass(
        id=request_id,
        ref_kind=subject.kind,
        ref_id=subject.id,
        account_id=by.account_id,
        post_id=seat.post_id if seat else None,
        reason=clean,
        opened_at=at,
        until=at + timedelta(minutes=GLASS_MINUTES),
    )
    glass.save(force_insert=True)
    reply_for(request_id, Ref("glass", glass.id), digest=digest).save(force_insert=True)
    note("privacy.break_glass", subject, by=by, at=at)
    return glass


@transaction.atomic
def review_glass(
    glass_id: UUID, *, justified: bool, remark: str, by: Actor, at: datetime
) -> Glass:
    """Judge, as another person, whether a broken glass was justified; once."""
    by.require("privacy.review")
    glass = get_glass(glass_id, held=True)
    if glass.account_id == by.account_id:
        raise OwnGlass
    if glass.reviewed_at is not None:
        raise ReviewedAlready
    glass.reviewed_at, glass.reviewed_by = at, by.account_id
    glass.justified, glass.remark = justified, " ".join(remark.split())[:500]
    glass.save(update_fields=["reviewed_at", "reviewed_by", "justified", "remark"])
    verdict = "justified" if justified else "unjustified"
    note("privacy.review_glass", glass.subject, by=by, at=at, ground=verdict)
    return glass
