from __future__ import annotations

from django.db import models
from django.db.models import Q

from linli.kernel.ids import uuid7


class FormVersion(models.Model):
    """A form as it was installed; answers point to the version they were given to."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32)
    body = models.JSONField()
    installed_at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="form_version_once", fields=["name", "digest"]),
            models.UniqueConstraint(
                name="form_one_current", fields=["name"], condition=Q(current=True)
            ),
        ]


class Record(models.Model):
    """Validated answers to one version of a form, about one subject."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    answers = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="record_subject")]
