"""What a pack installs under a name: old versions stay for what began with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.db.models import Q

from linli.kernel.ids import uuid7


class Versioned(models.Model):
    """One thing of a pack as it was installed; the current one is what new work begins with."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32)
    body = models.JSONField()
    installed_at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(name="%(class)s_once", fields=["name", "digest"]),
            models.UniqueConstraint(
                name="%(class)s_one_current", fields=["name"], condition=Q(current=True)
            ),
        ]


def install_version(
    model: type[Versioned],
    name: str,
    *,
    body: Mapping[str, object],
    digest: bytes,
    at: datetime,
) -> None:
    """Make this the version that what is new begins with; the earlier ones stay."""
    rows = model._default_manager
    rows.filter(name=name, current=True).exclude(digest=digest).update(current=False)
    rows.update_or_create(
        name=name,
        digest=digest,
        defaults={"current": True},
        create_defaults={"body": body, "installed_at": at, "current": True},
    )
