from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Length

from linli.ground.people.models import Hub, Organisation
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound
from linli.kernel.privacy import mask_name, mask_phone

_LEVELS_UP = "parent__parent__parent__parent__parent"


def _visible(seen_by: Actor) -> QuerySet[Organisation]:
    """What stands in one's area, and above it: who leads me is no secret to me."""
    where = Q(pk__in=[])
    for grant in seen_by.grants_for("people.view_chain"):
        if grant.scope == "area":
            path = grant.area_path
            above = [path[:length] for length in range(2, len(path))]
            where |= Q(area__path__startswith=path) | Q(area__path__in=above)
    return Organisation.objects.filter(where, closed_on=None).select_related("area")


def get_organisation(organisation_id: UUID, *, seen_by: Actor) -> Organisation:
    """The organisation with all that lead it, or NotFound."""
    try:
        return _visible(seen_by).select_related(_LEVELS_UP).get(id=organisation_id)
    except Organisation.DoesNotExist:
        raise NotFound from None


def find_organisations(text: str, *, seen_by: Actor, most: int = 30) -> list[Organisation]:
    """Organisations by a piece of their name, the shortest name first."""
    found = _visible(seen_by).filter(name__icontains=text.strip())
    return list(found.order_by(Length("name"), "id")[:most])


def leaders_of(organisation: Organisation) -> list[Organisation]:
    """Who leads it, from the top down."""
    found: list[Organisation] = []
    above = organisation.parent
    while above is not None:
        found.insert(0, above)
        above = above.parent
    return found


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """Some organisations of a list, and after which one the next begin."""

    items: list[Organisation]
    next: UUID | None


def organisations_below(
    parent: Organisation | None, *, seen_by: Actor, after: UUID | None = None, limit: int = 100
) -> OrganisationPage:
    """Whom it leads (without one: who is led by nobody), by place and then by name."""
    rows = _visible(seen_by).filter(parent=parent).order_by("area__path", "name", "id")
    if after is not None:
        last = get_organisation(after, seen_by=seen_by)
        same_place = Q(area__path=last.area.path)
        later = Q(name__gt=last.name) | Q(name=last.name, id__gt=last.id)
        rows = rows.filter(Q(area__path__gt=last.area.path) | (same_place & later))
    found = list(rows[: limit + 1])
    more = found[limit - 1].id if len(found) > limit else None
    return OrganisationPage(found[:limit], more)


def counts_below(organisations: Iterable[Organisation], *, seen_by: Actor) -> dict[UUID, int]:
    """How many organisations each of these leads; one query."""
    below = _visible(seen_by).filter(parent__in=[one.id for one in organisations])
    counted = below.order_by().values("parent").annotate(count=Count("id"))
    return {row["parent"]: row["count"] for row in counted if row["parent"]}


@dataclass(frozen=True, slots=True)
class HubRow:
    """A hub household as its branch sees it: where it is, and a masked name and number."""

    id: int
    name: str
    phone: str
    address: str
    building: str

    @property
    def words(self) -> str:
        return f"{self.name} {self.phone}".strip()


def may_see_hubs(organisation: Organisation, *, seen_by: Actor) -> bool:
    """Membership of the Party is sensitive: its own posts see it, nobody else."""
    return seen_by.may("people.view_hubs", organisation.area.path)


def hubs_of(organisation: Organisation, *, seen_by: Actor, on: date) -> list[HubRow]:
    """The hub households of a branch on a day, by address; none for who may not see them."""
    if not may_see_hubs(organisation, seen_by=seen_by):
        return []
    return [_row(hub) for hub in _in_force(on).filter(branch=organisation)[:500]]


def get_hub(hub_id: int, *, seen_by: Actor, on: date) -> Hub:
    """The hub household, or NotFound."""
    hub = _in_force(on).filter(id=hub_id).first()
    if hub is None or not may_see_hubs(hub.branch, seen_by=seen_by):
        raise NotFound
    return hub


def _in_force(on: date) -> QuerySet[Hub]:
    hubs = Hub.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
    return hubs.select_related(
        "person", "branch__area", "household__place__parent__parent"
    ).order_by("household__place__address", "id")


def _row(hub: Hub) -> HubRow:
    place = hub.household.place
    building = place
    while building.parent is not None:
        building = building.parent
    phone = mask_phone(hub.person.phone) if hub.person.phone else ""
    return HubRow(hub.id, mask_name(hub.person.name), phone, place.address, building.name)
