"""Places, and how many households lie in a grid."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from linli.ground.territory.models import Area, Membership, Place, Scheme, in_force
from linli.kernel.errors import NotFound
from linli.kernel.fields import holding
from linli.kernel.words import query_words

_VILLAGE = ("村委会", "村民委员会", "村")


def find_places(text: str, *, inside: str) -> QuerySet[Place]:
    """Buildings and dwellings whose address holds every piece of the text."""
    words = query_words(text)
    if not words:
        return Place.objects.none()
    places = Place.objects.filter(community__path__startswith=inside, words=holding(words))
    return places.select_related("community").order_by("address", "id")


def get_place(place_id: UUID) -> Place:
    """The building, unit or dwelling, or NotFound."""
    try:
        return Place.objects.select_related("community", "parent").get(id=place_id)
    except Place.DoesNotExist:
        raise NotFound from None


def grid_of_place(place: Place, *, on: date) -> Area | None:
    """The grid a building belongs to on a day; a dwelling belongs where its building does."""
    chain = [place.id, place.parent_id, place.parent.parent_id if place.parent else None]
    found = Membership.objects.filter(in_force(on), place__in=[p for p in chain if p])
    row = found.select_related("grid").first()
    return row.grid if row else None


def households_by_building(community: Area) -> dict[UUID, int]:
    """How many dwellings each building of a community has; a dwelling is one household."""
    dwellings = Place.objects.filter(community=community, kind="dwelling")
    building = Coalesce("parent__parent_id", "parent_id")
    counted = dwellings.order_by().values(building_id=building).annotate(count=Count("id"))
    return {row["building_id"]: row["count"] for row in counted if row["building_id"]}


def households_by_grid(community: Area, *, on: date) -> dict[UUID, int]:
    """How many households each grid of a community holds on a day."""
    per_building = households_by_building(community)
    seats = Membership.objects.filter(in_force(on), place__community=community)
    counted: Counter[UUID] = Counter()
    for grid_id, place_id in seats.values_list("grid_id", "place_id"):
        counted[grid_id] += per_building.get(place_id, 0)
    return dict(counted)


@dataclass(frozen=True, slots=True)
class GridSize:
    """How many households a grid of one kind should have, and how many one has."""

    least: int
    most: int
    households: int

    @property
    def fits(self) -> Literal["small", "right", "large"]:
        if self.households < self.least:
            return "small"
        return "large" if self.households > self.most else "right"


def sizes() -> dict[str, tuple[int, int]]:
    """The least and the most households of each kind of grid, as the pack says."""
    given = Scheme.objects.values_list("grid_sizes", flat=True).first() or {}
    return {kind: (size["least"], size["most"]) for kind, size in given.items()}


def size_of(
    community: Area, kind: str, households: int, known: dict[str, tuple[int, int]]
) -> GridSize | None:
    """The size of one grid against its range: village, town, or a grid of one large unit.

    Town and village are told apart by who governs: a residents' or a villagers' committee.
    """
    ordinary = "rural" if community.name.endswith(_VILLAGE) else "urban"
    limits = known.get("dedicated" if kind == "dedicated" else ordinary)
    return GridSize(*limits, households) if limits else None
