from __future__ import annotations

import pytest

from linli.ground.people import queries
from linli.ground.people.models import Organisation
from linli.ground.territory.testing import OPENED, make_town
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import NotFound
from linli.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def reader(path: str, *, scope: str = "area") -> Actor:
    grant = Grant("people.view_chain", scope, path, uuid7())  # type: ignore[arg-type]
    return Actor(kind="person", account_id=uuid7(), grants=(grant,))


def test_pages_of_a_long_list_follow_each_other_without_gap_or_repetition() -> None:
    town = make_town()
    for n in range(25):
        area = town.communities[n % 2]
        Organisation.objects.create(
            key=f"o{n}", kind="station", name=f"站{n % 3}", area=area, opened_on=OPENED
        )
    seen: list[Organisation] = []
    after = None
    while True:
        found = queries.organisations_below(
            None, seen_by=reader(town.street.path), after=after, limit=4
        )
        seen += found.items
        if (after := found.next) is None:
            break
    assert len(seen) == len(set(seen)) == 25
    assert seen == sorted(seen, key=lambda one: (one.area.path, one.name, one.id))


@pytest.mark.parametrize("scope", ["assigned", "own"])
def test_only_a_grant_over_an_area_opens_the_chain(scope: str) -> None:
    town = make_town()
    one = Organisation.objects.create(
        key="o", kind="station", name="站", area=town.street, opened_on=OPENED
    )
    with pytest.raises(NotFound):
        queries.get_organisation(one.id, seen_by=reader(town.street.path, scope=scope))
    assert queries.get_organisation(one.id, seen_by=reader(town.street.path)) == one


def test_an_organisation_that_was_closed_is_missing() -> None:
    town = make_town()
    one = Organisation.objects.create(
        key="o",
        kind="station",
        name="站",
        area=town.street,
        opened_on=OPENED,
        closed_on=OPENED.replace(year=2026),
    )
    with pytest.raises(NotFound):
        queries.get_organisation(one.id, seen_by=reader(town.street.path))
