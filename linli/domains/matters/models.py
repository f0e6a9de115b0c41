from __future__ import annotations

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from linli.engines.files.models import Upload
from linli.engines.forms.models import FormVersion
from linli.engines.workflow.models import Work, visible_works
from linli.ground.accounts.models import Account
from linli.ground.territory.models import Area, Place
from linli.kernel.actor import Actor
from linli.kernel.fields import EncryptedText, WordsField
from linli.kernel.ids import uuid7


class MatterClass(models.Model):
    """A class of matters as it was installed; a matter keeps the class row it was filed under."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32)
    current = models.BooleanField(default=True)
    major_zh = models.CharField(max_length=120)
    major_en = models.CharField(max_length=120, blank=True)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    national = models.CharField(max_length=60, blank=True)
    duty = models.CharField(max_length=10)
    platform = models.CharField(max_length=12)
    lead = models.CharField(max_length=60)
    severity = models.PositiveSmallIntegerField()
    limit = models.CharField(max_length=30)
    workflow = models.CharField(max_length=60)
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, null=True, related_name="+")
    stop_notice_zh = models.CharField(max_length=500, blank=True)
    stop_notice_en = models.CharField(max_length=500, blank=True)
    on_the_spot = models.BooleanField(default=False)
    for_residents = models.BooleanField(default=True)
    inspect = models.BooleanField(default=True)
    personal = models.CharField(max_length=10, blank=True)
    conditions = models.JSONField(default=list)
    basis = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="matter_class_once", fields=["code", "digest"]),
            models.UniqueConstraint(
                name="matter_class_one_current", fields=["code"], condition=Q(current=True)
            ),
        ]


class Rules(models.Model):
    """What the pack says of all matters at once."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sample_percent = models.PositiveSmallIntegerField()
    other_class = models.CharField(max_length=12)

    class Meta:
        constraints = [models.CheckConstraint(name="matter_rules_only_one", condition=Q(id=1))]


class MatterQuerySet(models.QuerySet["Matter"]):
    def visible_to(self, actor: Actor, permission: str = "matters.view") -> Self:
        """Only what a grant of this permission opens."""
        return self.filter(visible_works(actor, permission, prefix="work__"))

    def published(self) -> Self:
        """What everybody may read."""
        return self.filter(published_at__isnull=False)


class Matter(models.Model):
    """One thing somebody asked the community to settle, from report to archive."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.CharField(max_length=30, unique=True)
    work = models.OneToOneField(Work, on_delete=models.PROTECT, related_name="+")
    matter_class = models.ForeignKey(MatterClass, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    summary = models.CharField(max_length=60)
    description = models.TextField()
    words = WordsField(default="")
    channel = models.CharField(max_length=12)
    taken_by = models.UUIDField(null=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    place_text = models.CharField(max_length=200, blank=True)
    place_quality = models.CharField(max_length=12)
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    reported_at = models.DateTimeField()
    filing_condition = models.CharField(max_length=60, blank=True)
    result = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    score = models.PositiveSmallIntegerField(null=True)
    score_reason = models.CharField(max_length=500, blank=True)
    public_text = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)

    objects = MatterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="matter_channel_known",
                condition=Q(channel__in=["web", "telephone", "counter", "grid", "api"]),
            ),
            models.CheckConstraint(
                name="matter_place_quality_known",
                condition=Q(place_quality__in=["point", "address", "text", "outside"]),
            ),
            models.CheckConstraint(
                name="matter_point_is_whole",
                condition=Q(lng__isnull=True, lat__isnull=True)
                | Q(lng__isnull=False, lat__isnull=False),
            ),
            models.CheckConstraint(
                name="matter_score_in_range",
                condition=Q(score=None) | Q(score__range=(1, 5)),
            ),
            models.CheckConstraint(
                name="matter_published_has_text",
                condition=Q(published_at=None) | ~Q(public_text=""),
            ),
        ]
        indexes = [
            GinIndex(fields=["words"], name="matter_words"),
            models.Index(fields=["area", "matter_class", "reported_at"], name="matter_similar"),
            models.Index(
                fields=["-published_at", "id"],
                name="matter_published",
                condition=Q(published_at__isnull=False),
            ),
        ]


class Reporter(models.Model):
    """Who reported a matter and how to reach them; nobody at all for an anonymous one."""

    matter = models.OneToOneField(
        Matter, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=60, blank=True)
    phone = EncryptedText(purpose="contact", digest="phone_digest", null=True)
    phone_digest = models.BinaryField(max_length=32, null=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["phone_digest"],
                name="reporter_phone",
                condition=Q(phone_digest__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="reporter_kind_known",
                condition=Q(kind__in=["named", "confidential", "anonymous", "worker"]),
            ),
            models.CheckConstraint(
                name="reporter_anonymous_is_nobody",
                condition=~Q(kind="anonymous")
                | Q(name="", phone=None, phone_digest=None, account=None),
            ),
        ]


class Similar(models.Model):
    """Two open matters that look like one: same class, close by, within a month."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    metres = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="similar_once", fields=["matter", "other"]),
        ]


class Archive(models.Model):
    """The closed case on paper: the case part without the reporter, and the personal annex."""

    matter = models.OneToOneField(
        Matter, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    case_part = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="+")
    case_sha256 = models.BinaryField(max_length=32)
    annex = models.ForeignKey(Upload, on_delete=models.SET_NULL, null=True, related_name="+")
    annex_sha256 = models.BinaryField(max_length=32, null=True)
    archived_at = models.DateTimeField()
