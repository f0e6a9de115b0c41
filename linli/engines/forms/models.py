from __future__ import annotations

from django.db import models

from linli.kernel.ids import uuid7
from linli.kernel.versions import Versioned


class FormVersion(Versioned):
    """A form as it was installed; answers point to the version they were given to."""


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
