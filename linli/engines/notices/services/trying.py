"""What a person does with channels: try one out, send once more what did not arrive."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction

from linli.engines.notices import queries
from linli.engines.notices.models import Dispatch, Notice
from linli.engines.notices.rules import AGAIN
from linli.engines.notices.services.channels import configured
from linli.engines.notices.services.reading import keep_address
from linli.ground.audit.services import note
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, NotFound, Unavailable, _
from linli.kernel.events import later
from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref


class NotToBeSentAgain(Conflict):
    """It went, or it is on its way: a second one would reach somebody twice."""

    message = _("Only what failed or is uncertain can be sent again.")


class NoTestWords(Unavailable):
    """No pack has brought the words of a test."""

    message = _("The installed pack has no words for a test message.")


@transaction.atomic
def send_test(channel: str, address: str, *, by: Actor, at: datetime) -> Dispatch:
    """Write a test message to the actor's own address, kept from now on, and have it sent at once.

    It goes by a job like everything else; what came back stands in the message's row.
    """
    by.require("notices.manage")
    if channel not in configured() or by.account_id is None:
        raise NotFound
    wording = queries.current_wordings().get("channel_test")
    if wording is None:
        raise NoTestWords
    keep_address(channel, address, by=by, at=at)
    notice = Notice.objects.create(
        wording_id=wording,
        kind="channel_test",
        about_kind="notice",
        about_id=uuid7(),
        account_id=by.account_id,
        words=json.dumps({"channel": channel}),
        made_at=at,
        read_at=at,
        read_by=by.account_id,
    )
    sending = Dispatch.objects.create(
        notice=notice, channel=channel, account_id=by.account_id, next_at=at, changed_at=at
    )
    note("notices.test", Ref("notice", notice.id), by=by, at=at, ground=channel)
    later("notices.send_one", dispatch_id=sending.id)
    return sending


@transaction.atomic
def send_again(sending: Dispatch, *, by: Actor, at: datetime) -> None:
    """Send once more what failed or of which nobody knows whether it arrived; a person decides that."""
    by.require("notices.manage")
    locked = Dispatch.objects.select_for_update().get(pk=sending.pk)
    if locked.state not in AGAIN:
        raise NotToBeSentAgain
    locked.state, locked.next_at, locked.tried, locked.changed_at = "queued", at, 0, at
    locked.save(update_fields=["state", "next_at", "tried", "changed_at"])
    note(
        "notices.send_again",
        Ref("notice", locked.notice_id),
        by=by,
        at=at,
        ground=locked.channel,
    )
