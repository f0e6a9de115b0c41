from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from linli.engines.notices.rules import STATES, Value
from linli.ground.accounts.models import Account, Post
from linli.kernel.actor import Actor
from linli.kernel.fields import EncryptedText
from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref


class Wording(models.Model):
    """The words of one kind of notice as they were installed; a notice keeps those it was written with."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32)
    current = models.BooleanField(default=True)
    title_zh = models.CharField(max_length=500)
    title_en = models.CharField(max_length=500, blank=True)
    text_zh = models.CharField(max_length=500)
    text_en = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="wording_once", fields=["kind", "digest"]),
            models.UniqueConstraint(
                name="wording_one_current", fields=["kind"], condition=Q(current=True)
            ),
        ]


class Customs(models.Model):
    """What the pack says of all notices at once: quiet hours, duty hours, what breaks through."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    body = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="notice_customs_only_one", condition=Q(id=1))
        ]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Actor) -> Self:
        """What was written to the posts the actor holds now, or to the actor."""
        mine = Q(post__in=list(actor.post_ids))
        if actor.account_id is not None:
            mine |= Q(account_id=actor.account_id)
        return self.filter(mine)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def to_push(self, at: datetime) -> Self:
        """Notices that may disturb now."""
        return self.filter(push_at__lte=at)


class Notice(models.Model):
    """One thing told to one post, one account or one resident, once."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    about_kind = models.CharField(max_length=40)
    about_id = models.UUIDField()
    occasion = models.CharField(max_length=40, blank=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    contact_kind = models.CharField(max_length=40, blank=True)
    contact_id = models.UUIDField(null=True)
    words = EncryptedText(purpose="notices")
    made_at = models.DateTimeField()
    push_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    read_by = models.UUIDField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="notice_once",
                fields=[
                    "about_id",
                    "kind",
                    "occasion",
                    "post",
                    "account",
                    "contact_id",
                    "about_kind",
                ],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="notice_one_recipient",
                condition=Q(post__isnull=False, account=None, contact_id=None, contact_kind="")
                | Q(post=None, account__isnull=False, contact_id=None, contact_kind="")
                | (Q(post=None, account=None, contact_id__isnull=False) & ~Q(contact_kind="")),
            ),
        ]
        indexes = [
            models.Index(fields=["post", "-made_at", "id"], name="notice_of_post"),
            models.Index(fields=["account", "-made_at", "id"], name="notice_of_account"),
            models.Index(
                fields=["post", "account"], name="notice_unread", condition=Q(read_at=None)
            ),
            models.Index(
                fields=["push_at"], name="notice_to_push", condition=Q(push_at__isnull=False)
            ),
            models.Index(fields=["made_at"], name="notice_by_age"),
        ]

    @property
    def about(self) -> Ref:
        return Ref(self.about_kind, self.about_id)

    def spoken(self) -> Mapping[str, Value]:
        """The sealed words, by name."""
        opened: dict[str, str | list[str]] = json.loads(self.words or "{}")
        return {
            name: value if isinstance(value, str) else (value[0], value[1])
            for name, value in opened.items()
        }


class Address(models.Model):
    """Where a serving person wants to be reached by one channel; no row, no disturbance."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=20)
    address = EncryptedText(purpose="notices")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="address_once", fields=["account", "channel"]),
        ]


class Dispatch(models.Model):
    """One notice on its way by one channel to one person, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=20)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, default="queued")
    tried = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=80, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="dispatch_once",
                fields=["notice", "channel", "account"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="dispatch_state_known", condition=Q(state__in=list(STATES))
            ),
            models.CheckConstraint(
                name="dispatch_waits_until_when",
                condition=Q(state="queued", next_at__isnull=False)
                | (~Q(state="queued") & Q(next_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_at"],
                name="dispatch_waiting",
                condition=Q(state="queued"),
            ),
            models.Index(
                fields=["claimed_at"], name="dispatch_sending", condition=Q(state="sending")
            ),
            models.Index(fields=["-changed_at", "id"], name="dispatch_latest"),
            models.Index(
                fields=["channel", "state", "-changed_at", "id"], name="dispatch_by_state"
            ),
        ]


class Circuit(models.Model):
    """How a channel fares: after failures in a row it is left alone for a while."""

    channel = models.CharField(max_length=20, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    last_failed_at = models.DateTimeField(null=True)
