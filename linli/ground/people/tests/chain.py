"""A chain of organisations for tests, from the city down to a hub household."""

from __future__ import annotations

from dataclasses import dataclass

from linli.ground.people.models import Hub, Organisation
from linli.ground.people.services import add_household, add_hub, add_organisation, add_person
from linli.ground.territory.models import Area, Place
from linli.ground.territory.testing import MORNING, Town
from linli.kernel.actor import Actor, Grant
from linli.kernel.ids import uuid7

REGISTRAR = Actor(
    kind="person",
    account_id=uuid7(),
    grants=(Grant("people.manage", "area", "", uuid7()),),
)


@dataclass(frozen=True, slots=True)
class Chain:
    """The links of a chain a test speaks of, and the hub at its end."""

    city: Organisation
    county: Organisation
    street: Organisation
    community: Organisation
    branch: Organisation
    hub: Hub


def add_link(area: Area, kind: str, name: str, parent: Organisation | None) -> Organisation:
    """One link under the one that leads it."""
    return add_organisation(
        area,
        key=f"{kind}-{area.path}-{name}",
        kind=kind,
        name=name,
        parent=parent,
        by=REGISTRAR,
        at=MORNING,
    )


def make_chain(town: Town) -> Chain:
    """The Party bodies of a town's street, one branch and one hub household in its building."""
    city = Organisation.objects.filter(kind="party_city").first() or add_link(
        town.city, "party_city", "市领导小组", None
    )
    county = add_link(town.county, "party_county", f"{town.street.name}所在区委", city)
    street = add_link(town.street, "party_street", f"{town.street.name}工委", county)
    community = add_link(town.communities[0], "party_community", "安民社区党委", street)
    branch = add_link(town.grids[0], "party_branch", "第一网格党支部", community)
    flat = Place.objects.create(
        community=town.communities[0],
        parent=town.building,
        kind="dwelling",
        name="101",
        address=f"{town.building.address}101室",
    )
    person = add_person(
        "欧阳建国", phone="13800000001", generated=True, by=REGISTRAR, at=MORNING
    )
    hub = add_hub(
        add_household(flat, by=REGISTRAR, at=MORNING),
        branch=branch,
        person=person,
        valid_from=MORNING.date(),
        by=REGISTRAR,
        at=MORNING,
    )
    return Chain(city, county, street, community, branch, hub)
