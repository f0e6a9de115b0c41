"""A notice is read by somebody it was written to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from linli.engines.notices.models import Address, Notice
from linli.ground.audit.services import note
from linli.kernel.actor import Actor
from linli.kernel.errors import Invalid, _
from linli.kernel.refs import Ref


class AddressWrong(Invalid):
    """An address the channel cannot write to."""

    message = _("This channel cannot write to this address.")


@transaction.atomic
def read_notice(notice: Notice, *, by: Actor, at: datetime) -> None:
    """Note that a notice was read; who reads it again changes nothing."""
    mine = Notice.objects.visible_to(by).filter(pk=notice.pk).unread()
    if mine.update(read_at=at, read_by=by.account_id, push_at=None):
        note("notices.read", Ref("notice", notice.pk), by=by, at=at)


@transaction.atomic
def read_all(*, by: Actor, at: datetime) -> int:
    """Note that everything written to the actor so far was read; return how much it was."""
    mine = Notice.objects.visible_to(by).unread().filter(made_at__lte=at)
    count = mine.update(read_at=at, read_by=by.account_id, push_at=None)
    if count and by.account_id is not None:
        note("notices.read_all", Ref("account", by.account_id), by=by, at=at)
    return count


@transaction.atomic
def keep_address(channel: str, address: str, *, by: Actor, at: datetime) -> None:
    """Be reached by this channel from now on, or, with an empty address, no longer."""
    assert by.account_id is not None
    rows = Address.objects.filter(account_id=by.account_id, channel=channel)
    if not address.strip():
        rows.delete()
    else:
        Address.objects.update_or_create(
            account_id=by.account_id, channel=channel, defaults={"address": address.strip()}
        )
    note(
        "notices.keep_address",
        Ref("account", by.account_id),
        by=by,
        at=at,
        fields=["address"],
        ground=channel,
    )
