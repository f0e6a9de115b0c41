from __future__ import annotations

from django.db import models
from django.db.models import Q

from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref


class Kept(models.Model):
    """How long a term lasts, as the installed pack says; up to when it has been ended already."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    term = models.CharField(max_length=60, unique=True)
    keep = models.CharField(max_length=30)
    basis = models.CharField(max_length=300)
    installed_at = models.DateTimeField()
    done_before = models.DateTimeField(null=True)


class Run(models.Model):
    """One going through all terms; it may take several jobs."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class RunLine(models.Model):
    """What a run did under one term: how many records it forgot, how many it had to leave."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    term = models.CharField(max_length=60)
    before = models.DateTimeField()
    forgotten = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="run_line_once", fields=["run", "term"]),
        ]


class Tombstone(models.Model):
    """What was kept about a record under a term is gone: since when and on which ground."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    term = models.CharField(max_length=60)
    ref_kind = models.CharField(max_length=40)
    ref_id = models.UUIDField()
    ground = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="tombstone_once", fields=["ref_kind", "ref_id", "term"]
            ),
        ]


class Glass(models.Model):
    """Somebody opened one record outside their duties: why, until when, and what another says of it."""

    id = models.UUIDField(primary_key=True)
    ref_kind = models.CharField(max_length=40)
    ref_id = models.UUIDField()
    account_id = models.UUIDField()
    post_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.UUIDField(null=True)
    justified = models.BooleanField(null=True)
    remark = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="glass_reviewed_by_another",
                condition=Q(reviewed_at=None, reviewed_by=None, justified=None)
                | (
                    Q(reviewed_at__isnull=False, reviewed_by__isnull=False)
                    & Q(justified__isnull=False)
                    & ~Q(reviewed_by=models.F("account_id"))
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["ref_kind", "ref_id"], name="glass_subject"),
            models.Index(fields=["opened_at", "id"], name="glass_opened"),
        ]

    @property
    def subject(self) -> Ref:
        """The record it was broken over."""
        return Ref(self.ref_kind, self.ref_id)
