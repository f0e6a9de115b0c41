"""Who is told of what happens to a matter: the reporter, and the post that has it now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Cast
from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.models import Matter, Reporter
from linli.domains.matters.rules import TOLD_OF_A_REPORT, told_of
from linli.domains.matters.spec import NOTICES
from linli.engines.notices.models import Notice
from linli.engines.notices.queries import customs
from linli.engines.notices.rules import Value
from linli.engines.notices.services.contacts import Contact, contact_book
from linli.engines.notices.services.writing import (
    Recipient,
    ToContact,
    ToPost,
    keep_together,
    notice_for,
    settle_earlier,
)
from linli.engines.workflow.models import Work
from linli.engines.workflow.services import Made
from linli.ground.audit.services import note
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref

# A text message holds seventy signs, a long one a few times that.
_MOST_SAID = 120
_AT_ONCE = 500


def told_of_a_report(
    matter: Matter, reporter: Reporter, *, acting: Collection[UUID]
) -> list[models.Model]:
    """The unsaved notices of a new matter: its number to the reporter, new work to the owner."""
    link = f"{reverse('matters:track')}?{urlencode({'number': matter.number})}"
    words = _words(matter, matter.work) | {"link": f"{settings.BASE_URL}{link}"}
    recipients = _recipients(matter, matter.work, acting, has_contact=bool(reporter.phone))
    found = (
        _notice(kind, recipients, matter, words, occasion="1") for kind in TOLD_OF_A_REPORT
    )
    return [notice for notice in found if notice is not None]


def tell_of_move(
    matter: Matter, made: Made, *, given: Mapping[str, str], acting: Collection[UUID]
) -> None:
    """Write the notices of a step, in the step's own transaction.

    What posts were told before is done with as soon as the matter stands elsewhere.
    """
    move, before = made.move, matter.work
    work = move.work
    is_same_state = move.from_state == move.to_state and work.owner_id == before.owner_id
    if not is_same_state:
        settle_earlier(Ref("matter", matter.id), heard_at=move.heard_at)
    kinds = told_of(
        key=move.key,
        needs=made.needs,
        from_phase=move.from_phase,
        to_phase=made.phase,
        is_same_state=is_same_state,
        has_new_owner=work.owner_id != before.owner_id,
    )
    if not kinds:
        return
    for_resident = any(NOTICES[kind].to == "resident" for kind in kinds)
    recipients = _recipients(
        matter, work, acting, has_contact=for_resident and _has_contact(matter)
    )
    words = _words(matter, work) | _said(given)
    if for_resident:
        words |= {"link": f"{settings.BASE_URL}{_own_link(matter)}"}
    keep_together(
        [_notice(kind, recipients, matter, words, occasion=str(move.number)) for kind in kinds]
    )


@transaction.atomic
def tell_near_due(*, by: Actor, at: datetime) -> int:
    """Remind posts of what is due within the pack's hours and lay untouched; each limit once."""
    ahead = timedelta(hours=customs().near_due_hours)
    version = Cast("work__version", models.CharField())
    told = Notice.objects.filter(
        kind="owner_near_due", about_id=OuterRef("id"), occasion=OuterRef("version")
    )
    due = (
        Matter.objects.filter(
            work__closed_at=None,
            work__due_at__gt=at,
            work__due_at__lte=at + ahead,
            # What was given a short limit was told a moment ago.
            work__changed_at__lt=F("work__due_at") - 2 * ahead,
        )
        .annotate(version=version)
        .filter(~Exists(told))
        .select_related("work", "matter_class", "area")
        .order_by("work__due_at", "id")[:_AT_ONCE]
    )
    notices = [
        _notice(
            "owner_near_due",
            _recipients(matter, matter.work, (), has_contact=False),
            matter,
            _words(matter, matter.work),
            occasion=str(matter.work.version),
        )
        for matter in due
    ]
    keep_together(notices)
    for notice in filter(None, notices):
        note("notices.send", notice.about, by=by, at=at, ground=notice.kind)
    return len(notices)


@contact_book("reporter")
def contacts_of_reporters(matter_ids: Collection[UUID]) -> Mapping[UUID, Contact]:
    """The reporters' numbers as they stand now; none once it was erased."""
    rows = Reporter.objects.filter(matter__in=matter_ids, phone__isnull=False)
    return {row.matter_id: {"phone": row.phone} for row in rows if row.phone}


def _has_contact(matter: Matter) -> bool:
    return Reporter.objects.filter(matter=matter, phone__isnull=False).exists()


def _recipients(
    matter: Matter, work: Work, acting: Collection[UUID], *, has_contact: bool
) -> Mapping[str, Recipient]:
    """Who there is to be told; nobody is told of what they have just done themselves."""
    found: dict[str, Recipient] = {}
    if has_contact:
        found["resident"] = ToContact(Ref("reporter", matter.id))
    if work.owner_id is not None and work.owner_id not in acting:
        found["post"] = ToPost(work.owner_id)
    return found


def _notice(
    kind: str,
    recipients: Mapping[str, Recipient],
    matter: Matter,
    words: Mapping[str, Value],
    *,
    occasion: str,
) -> Notice | None:
    known = NOTICES[kind]
    recipient = recipients.get(known.to)
    if recipient is None:
        return None
    return notice_for(
        kind,
        recipient,
        about=Ref("matter", matter.id),
        words={name: words[name] for name in known.words if name in words},
        heard_at=clock.now(),
        occasion=occasion,
        severity=matter.matter_class.severity,
    )


def _words(matter: Matter, work: Work) -> dict[str, Value]:
    known = matter.matter_class
    due = f"{clock.local(work.due_at):%m-%d %H:%M}" if work.due_at else ""
    return {
        "number": matter.number,
        "matter_class": (known.title_zh, known.title_en),
        "area": matter.area.name,
        "due": due,
    }


def _said(given: Mapping[str, str]) -> dict[str, Value]:
    """What somebody wrote for the other side, short enough for a message."""
    named = {name: given[name] for name in ("question", "answer", "reason") if name in given}
    return {
        name: text if len(text) <= _MOST_SAID else f"{text[: _MOST_SAID - 1]}…"
        for name, text in named.items()
    }


def _own_link(matter: Matter) -> str:
    """The address by which the reporter, and whoever they give it to, acts for the reporter."""
    return reverse("matters:rate", args=[queries.rating_token(matter)])
