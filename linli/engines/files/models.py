from __future__ import annotations

from django.db import models
from django.db.models import Q

from linli.kernel.ids import uuid7


class Upload(models.Model):
    """A picture or a printed paper the house keeps: re-encoded, without metadata, by its own id."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    sha256 = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="upload_kind_known",
                condition=Q(kind__in=["photo", "result_photo", "case_part", "annex"]),
            ),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="upload_subject")]
