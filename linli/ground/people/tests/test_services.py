from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from linli.ground.audit.models import Entry
from linli.ground.people.models import Household, Hub, Organisation, Person
from linli.ground.people.services import (
    HubAlready,
    KeyTaken,
    LedFromElsewhere,
    NameMissing,
    add_household,
    add_households,
    add_hub,
    add_organisation,
    add_person,
)
from linli.ground.territory.models import Area
from linli.ground.territory.testing import make_town
from linli.kernel import clock
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import Forbidden
from linli.kernel.ids import NotAPhoneNumber, uuid7
from linli.kernel.keys import key_of

pytestmark = pytest.mark.django_db


def _manager(path: str = "") -> Actor:
    return Actor(kind="person", grants=(Grant("people.manage", "area", path, uuid7()),))


def _add(area: Area, key: str, *, parent: Organisation | None = None) -> Organisation:
    return add_organisation(
        area,
        key=key,
        kind="party_street",
        name="街道党工委",
        parent=parent,
        by=_manager(),
        at=clock.now(),
    )


def test_an_organisation_stands_under_the_one_that_leads_it_and_leaves_a_trace() -> None:
    town = make_town()
    above = _add(town.street, "street")

    below = _add(town.communities[0], "community", parent=above)

    assert below.parent == above
    assert Entry.objects.filter(verb="people.add_organisation").count() == 2


def test_an_organisation_begins_on_the_day_by_the_wall_clock() -> None:
    made = add_organisation(
        make_town().street,
        key="early",
        kind="party_street",
        name="街道党工委",
        by=_manager(),
        at=datetime(2026, 3, 3, 17, 0, tzinfo=UTC),  # one in the morning of the fourth
    )

    assert made.opened_on == date(2026, 3, 4)


def test_a_key_is_used_once_and_a_chain_leads_downwards() -> None:
    town = make_town()
    one = _add(town.communities[0], "one")

    with pytest.raises(KeyTaken, match="one"):
        _add(town.street, "one")
    with pytest.raises(LedFromElsewhere):
        _add(town.communities[1], "other", parent=one)

    assert Organisation.objects.count() == 1


def test_who_may_manage_one_street_enters_nothing_in_another() -> None:
    town = make_town()

    with pytest.raises(Forbidden):
        add_organisation(
            town.street, key="k", kind="police", name="x", by=_manager("9999"), at=clock.now()
        )


def test_a_person_is_found_again_by_the_whole_number_alone() -> None:
    person = add_person("李梅", phone="138 0000 0001", by=_manager(), at=clock.now())

    digest = key_of("contact").digest("13800000001")
    assert Person.objects.get(phone_digest=digest) == person
    assert Person.objects.get().phone == "13800000001"


def test_a_person_without_a_name_or_with_half_a_number_is_refused() -> None:
    with pytest.raises(NameMissing):
        add_person("  ", by=_manager(), at=clock.now())
    with pytest.raises(NotAPhoneNumber):
        add_person("李梅", phone="138", by=_manager(), at=clock.now())

    assert not Person.objects.exists()


def test_a_household_is_one_hub_at_a_time() -> None:
    town, at = make_town(), clock.now()
    household = add_household(town.building, by=_manager(), at=at)
    branch, person = _add(town.grids[0], "branch"), add_person("李梅", by=_manager(), at=at)
    day = clock.local(at).date()
    add_hub(household, branch=branch, person=person, valid_from=day, by=_manager(), at=at)

    with pytest.raises(HubAlready):
        add_hub(household, branch=branch, person=person, valid_from=day, by=_manager(), at=at)

    assert Hub.objects.count() == 1


def test_a_list_of_households_may_be_given_twice_and_stays_in_its_community() -> None:
    town = make_town()
    home = town.building.community
    elsewhere = next(one for one in town.communities if one != home)

    made = [
        add_households([town.building], community=place, by=_manager(), at=clock.now())
        for place in (elsewhere, home, home)
    ]

    assert made == [0, 1, 0]
    assert Household.objects.get().place == town.building
    assert Entry.objects.filter(verb="people.add_households").count() == 1
    with pytest.raises(Forbidden):
        add_households([], community=home, by=_manager("9999"), at=clock.now())
