"""Notices, for tests."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from linli.engines.notices.models import Notice
from linli.engines.notices.rules import Value
from linli.engines.notices.services.writing import ToContact, ToPost, send_notice
from linli.kernel.actor import CLOCK
from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref


def make_notice(post_id: UUID, *, at: datetime, kind: str = "owner_new") -> Notice:
    """A post is told of new work."""
    about = Ref("matter", uuid7())
    words: dict[str, Value] = {
        "number": "2308",
        "matter_class": ("路灯不亮", "Street lamp"),
        "area": "一格",
    }
    send_notice(kind, ToPost(post_id), about=about, words=words, by=CLOCK, at=at)
    return Notice.objects.get(about_id=about.id)


def tell_contact(contact: Ref, *, at: datetime, about: UUID | None = None) -> Notice:
    """A resident is told that a report came in."""
    subject = Ref("matter", about or uuid7())
    words = {"number": "2308", "matter_class": "路灯不亮", "link": "http://127.0.0.1/rate/x/"}
    send_notice(
        "resident_received", ToContact(contact), about=subject, words=words, by=CLOCK, at=at
    )
    return Notice.objects.get(about_id=subject.id)
