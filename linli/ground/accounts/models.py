from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import get_language

from linli.ground.people.models import Organisation, Person
from linli.ground.territory.models import Area
from linli.kernel.ids import uuid7


class TimeSpan(Func):
    """The half-open span of two moments, for constraints."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class Account(AbstractBaseUser):
    """A way to sign in. It gives no right by itself: rights follow from the posts held."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    username = models.CharField(max_length=60, unique=True)
    email = models.EmailField(blank=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    invitation_digest = models.BinaryField(max_length=32, null=True)
    invited_until = models.DateTimeField(null=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"


class Role(models.Model):
    """A kind of post, as a pack names it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    key = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    needs_second_factor = models.BooleanField(default=False)
    is_unit = models.BooleanField(default=False)
    is_separate = models.BooleanField(default=False)

    @property
    def title(self) -> str:
        """The role's name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else "") or self.name_zh


class RoleGrant(models.Model):
    """One permission a role gives, and how far it reaches."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")
    permission = models.CharField(max_length=60)
    scope = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="role_grant_once", fields=["role", "permission", "scope"]
            ),
            models.CheckConstraint(
                name="role_grant_scope_known",
                condition=Q(scope__in=["area", "assigned", "own"]),
            ),
        ]


class PostQuerySet(models.QuerySet["Post"]):
    def open(self) -> Self:
        """Seats that exist now, held or not."""
        return self.filter(closed_at=None)


class Post(models.Model):
    """A seat 岗位: a role, for an area, in an organisation. Work belongs to it, not to a person."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="post_once",
                fields=["role", "area", "organisation", "name"],
                nulls_distinct=False,
            ),
        ]


class Holding(models.Model):
    """Who sits in a post, from when until when. A post nobody holds is a hole.

    `separate_role` repeats the post's role where that is a separate one, so that the database itself
    lets nobody hold two of them at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, default="holder")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    separate_role = models.ForeignKey(
        Role, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="holding_of_one_separate_role",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("separate_role", RangeOperators.NOT_EQUAL),
                    (TimeSpan("from_at", "to_at"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="holding_once_per_person",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("account", RangeOperators.EQUAL),
                    (TimeSpan("from_at", "to_at"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="holding_one_holder",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    (TimeSpan("from_at", "to_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind="holder"),
            ),
            models.CheckConstraint(
                name="holding_kind_known", condition=Q(kind__in=["holder", "deputy", "acting"])
            ),
        ]


class Token(models.Model):
    """A program's key to the API: its digest only, the permissions it is limited to, and its end."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32, unique=True)
    permissions = ArrayField(models.CharField(max_length=60))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)


def held(at: datetime) -> Q:
    """Holdings in force at a moment."""
    return Q(from_at__lte=at) & (Q(to_at=None) | Q(to_at__gt=at))
