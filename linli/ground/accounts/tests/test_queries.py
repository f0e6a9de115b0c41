from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from linli.ground.accounts.models import Account, Holding, Post, Token
from linli.ground.accounts.queries import (
    NobodyHere,
    TokenUnknown,
    account_of_token,
    active_account,
    actor_for,
    holders_of,
    needs_second_factor,
    owner_for,
    units_at,
)
from linli.ground.accounts.testing import (
    SINCE,
    make_account,
    make_actor,
    make_holder,
    make_organisation,
    make_post,
    make_token,
    seat,
)
from linli.ground.territory.testing import make_town
from linli.kernel import clock

pytestmark = pytest.mark.django_db


def test_rights_follow_from_the_posts_held_now() -> None:
    town = make_town()
    account = make_account()
    post = make_post("grid_worker", town.grids[0])
    now = clock.now()
    Holding.objects.create(
        post=post, account=account, from_at=SINCE, to_at=now - timedelta(minutes=1)
    )

    assert actor_for(account, at=now).seats == ()
    assert actor_for(account, at=now - timedelta(days=1)).roles == {"grid_worker"}


def test_a_right_ends_with_the_holding_though_nothing_is_written() -> None:
    town, now = make_town(), clock.now()
    account, post = make_account(), make_post("grid_worker", town.grids[0])
    ends = now + timedelta(hours=1)
    Holding.objects.create(post=post, account=account, from_at=SINCE, to_at=ends)

    assert actor_for(account, at=now).may("matters.view", town.grids[0].path)
    assert not actor_for(account, at=ends).may("matters.view")


@pytest.mark.parametrize("posts", [1, 3])
def test_an_actor_costs_the_same_however_many_posts(
    posts: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    town, account = make_town(), make_account()
    for grid in town.grids[:posts]:
        seat(account, make_post("grid_worker", grid))
    account = Account.objects.select_related("person").get(pk=account.pk)

    with django_assert_num_queries(3):
        actor = actor_for(account, at=clock.now())

    assert len(actor.seats) == posts


def test_a_token_is_limited_to_its_permissions_and_its_days() -> None:
    town = make_town()
    account = make_holder("street_hub", town.street)
    secret = make_token(account)
    Token.objects.update(permissions=["matters.report"])

    speaks_for, permissions = account_of_token(secret, at=clock.now())

    actor = actor_for(speaks_for, at=clock.now(), limited_to=permissions)
    assert actor.may("matters.report", town.street.path)
    assert not actor.may("matters.view")
    with pytest.raises(TokenUnknown):
        account_of_token(secret, at=clock.now() + timedelta(days=2))
    with pytest.raises(TokenUnknown):
        account_of_token("guessed", at=clock.now())


def test_a_revoked_token_and_a_closed_account_open_nothing_at_once() -> None:
    account = make_holder("street_hub", make_town().street)
    secret, other = make_token(account), make_token(account)
    account_of_token(secret, at=clock.now())

    Token.objects.filter(account=account).first().delete()  # type: ignore[union-attr]
    with pytest.raises(TokenUnknown):
        account_of_token(secret, at=clock.now())

    Account.objects.filter(pk=account.pk).update(is_active=False)
    with pytest.raises(TokenUnknown):
        account_of_token(other, at=clock.now())
    assert active_account(str(account.pk)) is None


def test_work_goes_to_a_seat_somebody_sits_in() -> None:
    town = make_town()
    empty = make_post("grid_worker", town.grids[0])
    desk = make_actor("community_desk", town.communities[0])
    roles = ["grid_worker", "community_desk"]

    assert owner_for(roles, town.grids[0].path, at=clock.now()) in desk.post_ids

    seat(make_account("赵刚"), empty)
    assert owner_for(roles, town.grids[0].path, at=clock.now()) == empty.id
    assert holders_of([empty.id], at=clock.now()) == {empty.id: "赵刚"}


def test_a_hole_is_better_than_nobody_and_nobody_is_refused() -> None:
    town = make_town()
    hole = make_post("street_hub", town.street)

    assert owner_for(["street_hub"], town.grids[0].path, at=clock.now()) == hole.id
    with pytest.raises(NobodyHere):
        owner_for(["supervisor"], town.grids[0].path, at=clock.now())


def test_units_are_those_whose_area_holds_the_place() -> None:
    town = make_town()
    station = make_organisation(town.street)
    desk = make_post("department_desk", town.street, organisation=station)
    make_post("street_hub", town.street)

    assert list(units_at(town.grids[0].path)) == [desk]
    assert not units_at("4201").exists()


def test_some_posts_ask_for_a_second_factor() -> None:
    town = make_town()

    assert needs_second_factor(make_actor("supervisor", town.street))
    assert not needs_second_factor(make_actor("grid_worker", town.grids[0]))


def test_a_closed_post_gives_nothing() -> None:
    town = make_town()
    account = make_holder("street_hub", town.street)
    assert actor_for(account, at=clock.now()).seats

    Post.objects.update(closed_at=clock.now())
    assert actor_for(account, at=clock.now()).seats == ()
