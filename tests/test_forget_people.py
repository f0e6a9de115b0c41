"""People who no longer serve are forgotten; what was done stays with the posts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.domains.matters.testing import make_cast
from linli.ground.accounts.models import Account, Holding
from linli.ground.accounts.services.forgetting import STAFF
from linli.ground.accounts.testing import make_account, make_organisation
from linli.ground.people.models import Household, Hub, Person
from linli.ground.people.services import HUBS
from linli.ground.territory.models import Place
from linli.kernel import clock
from linli.kernel.privacy import Piece

pytestmark = pytest.mark.django_db


def piece(*, days: int) -> Piece:
    return Piece(clock.now() - timedelta(days=days), None, 500, clock.now())


def test_who_held_no_post_for_the_term_is_forgotten_and_who_does_is_not() -> None:
    cast = make_cast()
    gone, stays = cast.grid_worker.account_id, cast.hub.account_id
    assert gone
    assert stays
    Holding.objects.filter(account=gone).update(to_at=clock.now() - timedelta(days=40))
    before = {h.id for h in Holding.objects.all()}
    assert STAFF.due(clock.now() - timedelta(days=30)) == 1

    batch = STAFF.forget(piece(days=30))

    left = Account.objects.select_related("person").get(id=gone)
    assert [ref.id for ref in batch.refs] == [gone]
    assert (left.person.name, left.person.phone, left.is_active, left.email) == (
        "",
        None,
        False,
        "",
    )
    assert left.username.startswith("gone.")
    assert not left.has_usable_password()
    kept = Account.objects.select_related("person").get(id=stays)
    assert kept.person.name
    assert kept.is_active
    assert {h.id for h in Holding.objects.all()} == before
    assert STAFF.forget(piece(days=30)).count == 0


def test_a_household_that_is_a_hub_no_longer_goes_with_its_person_unless_they_serve() -> None:
    cast = make_cast()
    branch = make_organisation(cast.town.grids[0], kind="party_branch")
    place = Place.objects.create(
        community=cast.town.communities[0], kind="dwelling", name="101", address="安民路12号101"
    )
    neighbour = Person.objects.create(name="李梅", generated=True)
    serving = make_account("王芳").person
    today = clock.local(clock.now()).date()
    for person in (neighbour, serving):
        Hub.objects.create(
            household=Household.objects.create(place=place),
            branch=branch,
            person=person,
            valid_from=today - timedelta(days=900),
            valid_to=today - timedelta(days=400),
        )
    assert HUBS.due(clock.now() - timedelta(days=365)) == 2

    HUBS.forget(piece(days=365))

    assert not Hub.objects.exists()
    assert not Person.objects.filter(id=neighbour.id).exists()
    assert Person.objects.get(id=serving.id).name == "王芳"
