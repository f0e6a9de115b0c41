from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func

from linli.kernel.ids import uuid7


class TransactionNumber(Func):
    """The number of the writing transaction, for readers that must not overtake a late commit."""

    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0


class Entry(models.Model):
    """One act: which post did what to which record, on which ground; never a person's data."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField()
    heard_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_key = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=60)
    ref_kind = models.CharField(max_length=40)
    ref_id = models.UUIDField()
    fields = ArrayField(models.CharField(max_length=60), default=list)
    ground = models.CharField(max_length=200, blank=True)
    xact = models.BigIntegerField(db_default=TransactionNumber())

    class Meta:
        indexes = [
            models.Index(fields=["ref_kind", "ref_id"], name="audit_entry_ref"),
            models.Index(fields=["xact", "id"], name="audit_entry_xact"),
            models.Index(fields=["heard_at", "id"], name="audit_entry_heard"),
            models.Index(fields=["post_id", "heard_at", "id"], name="audit_entry_post"),
            models.Index(fields=["verb", "heard_at", "id"], name="audit_entry_verb"),
        ]


class Seal(models.Model):
    """One link of the chain: which entry stands here, and the digest of everything up to it."""

    seq = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    digest = models.BinaryField(max_length=32)
    chain = models.BinaryField(max_length=32)


class Month(models.Model):
    """A month whose entries have served their term: where the chain stood when they were dropped."""

    month = models.DateField(primary_key=True)
    seq = models.BigIntegerField()
    chain = models.BinaryField(max_length=32)
    dropped_at = models.DateTimeField()


class Reply(models.Model):
    """What a request id was answered with: the record it made, and a digest of what was asked."""

    id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(max_length=32)
    ref_kind = models.CharField(max_length=40)
    ref_id = models.UUIDField()
    created_at = models.DateTimeField()


class Revision(models.Model):
    """A stamp that changes, by trigger and in the same transaction, with any reference table.

    Posts, grids, classes, workflows and calendars change a few times a day and are read by every
    request. Whoever remembers them asks for this one value first.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField()
