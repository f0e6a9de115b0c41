from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from linli.ground.territory.models import Area, DateSpan, Place
from linli.kernel.fields import EncryptedText
from linli.kernel.ids import uuid7


class Organisation(models.Model):
    """A committee, department, station, firm or Party body, in the chain that leads it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    key = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)


class Person(models.Model):
    """Somebody the house knows by name, because they serve or asked to be served."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=60)
    phone = EncryptedText(purpose="contact", digest="phone_digest", null=True)
    phone_digest = models.BinaryField(max_length=32, null=True)
    generated = models.BooleanField(default=False)


class Household(models.Model):
    """The people of one dwelling."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    generated = models.BooleanField(default=False)


class Hub(models.Model):
    """A Party-member hub household 党员中心户: the last link of the chain, in a building."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="hub_once_a_day",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    (DateSpan("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="hub_ends_after_it_begins",
                condition=Q(valid_to=None) | Q(valid_to__gt=models.F("valid_from")),
            ),
        ]
