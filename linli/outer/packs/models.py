from __future__ import annotations

from typing import Self

from django.db import connection, models

from linli.kernel.ids import uuid7


class InstalledQuerySet(models.QuerySet["Installed"]):
    def hold(self) -> Self:
        """One installation at a time: a second one waits until the first has committed."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('packs.install'))")
        return self

    def latest_first(self) -> Self:
        return self.order_by("-installed_at", "-id")


class Installed(models.Model):
    """A pack as it was installed, with all it said; the latest row is in force."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=32)
    body = models.JSONField()
    installed_at = models.DateTimeField()

    objects = InstalledQuerySet.as_manager()
