from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Func, Q

from linli.kernel.fields import WordsField
from linli.kernel.ids import uuid7


class DateSpan(Func):
    """The half-open span of two date columns, for constraints."""

    function = "daterange"
    output_field = DateRangeField()


class AreaQuerySet(models.QuerySet["Area"]):
    def current(self) -> Self:
        """Areas that have not been closed."""
        return self.filter(closed_on=None)

    def inside(self, path: str) -> Self:
        """The area of this path and everything under it."""
        return self.filter(path__startswith=path)

    def above(self, path: str) -> Self:
        """The area of this path and everything it lies in."""
        return self.filter(path__in=[path[:length] for length in range(2, len(path) + 1)])


class Area(models.Model):
    """A city, county, street, community, grid or micro-grid; its path is its place in the tree."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    path = models.CharField(max_length=24, db_collation="C")
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    pinyin = models.CharField(max_length=400, db_collation="C")
    initials = models.CharField(max_length=120, db_collation="C")
    words = WordsField(default="")
    generated = models.BooleanField(default=False)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="area_path_is_one", fields=["path"], condition=Q(closed_on=None)
            ),
            models.CheckConstraint(name="area_level_known", condition=Q(level__range=(1, 6))),
            models.CheckConstraint(
                name="area_closes_after_it_opens",
                condition=Q(closed_on=None) | Q(closed_on__gt=models.F("opened_on")),
            ),
        ]
        indexes = [
            models.Index(OpClass("path", "text_pattern_ops"), name="area_path_prefix"),
            GinIndex(fields=["words"], name="area_words"),
            models.Index(fields=["parent", "pinyin"], name="area_parent_pinyin"),
        ]

    def __str__(self) -> str:
        return self.name


class Scheme(models.Model):
    """The installation's one path scheme, the area it serves, and the sizes its grids should have."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=20)
    grid_sizes = models.JSONField()
    home = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    installed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="scheme_only_one", condition=Q(id=1))]


class AreaCode(models.Model):
    """What a scheme calls an area, from a day until a day: the same digits may name two streets."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    scheme = models.CharField(max_length=20)
    code = models.CharField(max_length=24, db_collation="C")
    name = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="area_code_names_one_area_at_a_time",
                expressions=[
                    ("scheme", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (DateSpan("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class MapVersion(models.Model):
    """A publication of the grids: from a day on, by a document; outlines of that day never change."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.PositiveIntegerField(unique=True)
    valid_from = models.DateField()
    document = models.CharField(max_length=120)
    published_at = models.DateTimeField()


class Span(models.Model):
    """The outline of an area from a day until a day, in CGCS2000; never edited in place."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    outline = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    version = models.ForeignKey(MapVersion, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="span_one_outline_a_day",
                expressions=[
                    ("area", RangeOperators.EQUAL),
                    (DateSpan("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="span_ends_after_it_begins",
                condition=Q(valid_to=None) | Q(valid_to__gt=models.F("valid_from")),
            ),
        ]


class Place(models.Model):
    """A building, a unit or a dwelling: it hangs on a community and outlives every grid."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=200)
    words = WordsField(default="")
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    generated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="place_address_is_one", fields=["community", "address"]
            ),
            models.CheckConstraint(
                name="place_kind_known", condition=Q(kind__in=["building", "unit", "dwelling"])
            ),
            models.CheckConstraint(
                name="place_point_is_whole",
                condition=Q(lng__isnull=True, lat__isnull=True)
                | Q(lng__isnull=False, lat__isnull=False),
            ),
        ]
        indexes = [GinIndex(fields=["words"], name="place_words")]


class Membership(models.Model):
    """The grid a place belongs to, from a day until a day."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    grid = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="membership_one_grid_a_day",
                expressions=[
                    ("place", RangeOperators.EQUAL),
                    (DateSpan("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


def in_force(on: date) -> Q:
    """Rows whose span holds the day."""
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))
