"""Who leads whom in the demo: from the city's committee down to a household on a stair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from linli.config.demo.city import Street
from linli.config.demo.names import Names, short_name
from linli.config.demo.operator import OPERATOR
from linli.ground.people.models import Organisation
from linli.ground.people.services import add_household, add_hub, add_organisation, add_person
from linli.ground.territory.models import Area, Membership, Place
from linli.ground.territory.queries import area_at
from linli.kernel.words import initials

# The stations of the street: the kind that classes name as their lead, and a name.
UNITS: Final = {
    "municipal": "市政维护站",
    "sanitation": "环卫所",
    "enforcement": "综合执法中队",
    "police": "城西派出所",
    "traffic_police": "交警中队",
    "market_regulator": "市场监管所",
    "housing": "物业管理办公室",
    "landscaping": "园林管护站",
    "drainage": "排水管护所",
    "water_utility": "供水营业所",
    "heating_company": "供热服务站",
    "power_company": "供电所",
    "gas_company": "燃气服务站",
    "fire": "消防救援站",
    "civil_affairs": "民政服务站",
    "human_resources": "人社服务站",
    "mediation_committee": "人民调解委员会",
    "property_firm": "物业联合服务中心",
    "street": "综合便民服务中心",
}
# A lead that has no station of its own here goes to one that takes its work.
STANDS_IN: Final = {
    "owner_unit": "power_company",
    "water_affairs": "drainage",
    "culture_sports": "street",
    "hotline": "street",
}
_HUBS_EACH: Final = 2


@dataclass(frozen=True, slots=True)
class Chain:
    """The organisations seats are set up in."""

    city: Organisation
    county: Organisation
    party: Organisation
    office: Organisation
    committees: Mapping[UUID, Organisation]
    party_committees: Mapping[UUID, Organisation]
    branches: Mapping[UUID, Organisation]
    units: Mapping[str, Organisation]


def build_chain(street: Street, names: Names, *, at: datetime) -> Chain:
    """Party bodies from the city to every grid, the street's office with its stations, hub households."""
    city = _add(
        area_at(street.area.path[:4]), "party_city", "佳木斯市网格化服务管理领导小组", None, at
    )
    county = _add(area_at(street.area.path[:6]), "party_county", "中共富锦市委员会", city, at)
    party = _add(street.area, "party_street", "中共城西街道工作委员会", county, at)
    office = _add(street.area, "street", "城西街道办事处", None, at)
    committees, party_committees, branches = {}, {}, {}
    for community, grids in zip(street.communities, street.grids, strict=True):
        short = short_name(community.name)
        committees[community.id] = _add(community, "community", community.name, office, at)
        above = _add(community, "party_community", f"中共{short}委员会", party, at)
        party_committees[community.id] = above
        for grid in grids:
            branch = _add_branch(grid, above, at)
            branches[grid.id] = branch
            _add_hubs(grid, branch, names, at)
    units = {
        kind: _add(street.area, kind, f"城西街道{name}", office, at)
        for kind, name in UNITS.items()
    }
    return Chain(city, county, party, office, committees, party_committees, branches, units)


def _add(
    area: Area, kind: str, name: str, parent: Organisation | None, at: datetime
) -> Organisation:
    # The office and the convenience centre are of one kind; their names tell them apart.
    key = f"{area.path}-{kind}-{initials(name)}"[:60]
    return add_organisation(
        area, key=key, kind=kind, name=name, parent=parent, by=OPERATOR, at=at
    )


def _add_branch(grid: Area, above: Organisation, at: datetime) -> Organisation:
    """A branch where there are members enough, a group elsewhere: every fourth grid, say."""
    if grid.path.endswith("4"):
        return _add(grid, "party_group", f"{grid.name}党小组", above, at)
    return _add(grid, "party_branch", f"{grid.name}党支部", above, at)


def _add_hubs(grid: Area, branch: Organisation, names: Names, at: datetime) -> None:
    flats = Place.objects.filter(
        kind="dwelling", name="1单元101室", parent__in=_buildings(grid)
    ).select_related("community")
    for flat in flats.order_by("address")[:_HUBS_EACH]:
        household = add_household(flat, generated=True, by=OPERATOR, at=at)
        person = add_person(
            names.person(), phone=names.phone(), generated=True, by=OPERATOR, at=at
        )
        add_hub(
            household,
            branch=branch,
            person=person,
            valid_from=at.date(),
            by=OPERATOR,
            at=at,
        )


def _buildings(grid: Area) -> list[UUID]:
    return list(Membership.objects.filter(grid=grid).values_list("place_id", flat=True))
