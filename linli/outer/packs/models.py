from __future__ import annotations

from typing import Self

from django.db import connection, models

from linli.ground.accounts.models import Post
from linli.kernel.ids import uuid7


class Release(models.Model):
    """A pack as its makers wrote it: every file, word for word, with those it extends."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=32, unique=True)
    files = models.JSONField()
    installed_at = models.DateTimeField()


class InstalledQuerySet(models.QuerySet["Installed"]):
    def hold(self) -> Self:
        """One installation at a time: a second one waits until the first has committed."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('packs.install'))")
        return self

    def latest_first(self) -> Self:
        return self.order_by("-number")


class Installed(models.Model):
    """A pack as it was put in force: a release, and the files edited here laid over it.

    The row of the highest number is in force; earlier ones stay, so that each can be returned to.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.PositiveIntegerField(unique=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    overlay = models.JSONField(default=dict)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=32)
    body = models.JSONField()
    reason = models.CharField(max_length=300, blank=True)
    basis = models.CharField(max_length=300, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_key = models.UUIDField(null=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    installed_at = models.DateTimeField()

    objects = InstalledQuerySet.as_manager()
