from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from linli.ground.accounts.models import Account, Holding, Post, Token
from linli.ground.accounts.queries import TokenUnknown, account_of_token, actor_for
from linli.ground.accounts.services import (
    AccountAlready,
    OneselfRefused,
    PasswordIsOnesOwn,
    PasswordWeak,
    PermissionNotHeld,
    PostClosed,
    PostStands,
    RoleUnknown,
    SeatTaken,
    TermUnfit,
    TwoAdministrations,
    UsernameTaken,
    UsernameUnfit,
    issue_token,
    open_account,
    open_post,
    seat_holder,
)
from linli.ground.accounts.testing import make_account, make_holder, make_post, seat
from linli.ground.audit.models import Entry
from linli.ground.people.models import Person
from linli.ground.territory.testing import Town, make_town
from linli.kernel import clock
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import Forbidden
from linli.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def _manager(path: str = "") -> Actor:
    grant = Grant("accounts.manage", "area", path, uuid7())
    return Actor(kind="person", account_id=uuid7(), grants=(grant,))


def _operator() -> Actor:
    """Whoever sits at the machine itself, and has no account."""
    return replace(_manager(), account_id=None)


def _person() -> Person:
    return Person.objects.create(name="李梅", generated=True)


def _post(town: Town) -> Post:
    return open_post(
        "street_hub", area=town.street, name="网格中心", by=_manager(), at=clock.now()
    )


def test_an_account_is_opened_with_a_password_that_opens_it() -> None:
    account = open_account(
        _person(),
        username="li.mei",
        password="four green lamps",
        by=_operator(),
        at=clock.now(),
    )

    assert account.check_password("four green lamps")
    assert Entry.objects.filter(verb="accounts.open", ref_id=account.id).count() == 1


def test_an_account_without_a_password_signs_nobody_in() -> None:
    account = open_account(_person(), username="li.mei", by=_manager(), at=clock.now())

    assert not account.has_usable_password()


@pytest.mark.parametrize(
    ("username", "password", "refusal"),
    [
        ("L i", None, UsernameUnfit),
        ("x", None, UsernameUnfit),
        ("taken", None, UsernameTaken),
        ("li.mei", "1234567890", PasswordWeak),
        ("li.mei", "short", PasswordWeak),
    ],
)
def test_a_slip_opens_no_account(
    username: str, password: str | None, refusal: type[Exception]
) -> None:
    open_account(_person(), username="taken", by=_manager(), at=clock.now())
    person = _person()

    with pytest.raises(refusal):
        open_account(
            person, username=username, password=password, by=_operator(), at=clock.now()
        )

    assert not Account.objects.filter(person=person).exists()


def test_an_administrator_chooses_nobody_s_password() -> None:
    with pytest.raises(PasswordIsOnesOwn):
        open_account(
            _person(),
            username="li.mei",
            password="four green lamps",
            by=_manager(),
            at=clock.now(),
        )

    assert not Account.objects.exists()


def test_one_person_has_one_account() -> None:
    account = make_account()

    with pytest.raises(AccountAlready):
        open_account(account.person, username="second", by=_manager(), at=clock.now())


def test_who_may_not_manage_opens_no_account_and_no_post_elsewhere() -> None:
    town = make_town()

    with pytest.raises(Forbidden):
        open_account(_person(), username="li.mei", by=Actor(kind="person"), at=clock.now())
    with pytest.raises(Forbidden):
        open_post("street_hub", area=town.street, name="x", by=_manager("9999"), at=clock.now())

    assert not Post.objects.exists()


def test_a_post_is_opened_once_and_only_of_a_role_the_pack_names() -> None:
    town = make_town()
    _post(town)

    with pytest.raises(PostStands):
        open_post(
            "street_hub", area=town.street, name=" 网格中心 ", by=_manager(), at=clock.now()
        )
    with pytest.raises(RoleUnknown, match="mayor"):
        open_post("mayor", area=town.street, name="x", by=_manager(), at=clock.now())


def test_who_is_seated_has_the_rights_of_the_post_from_then_on() -> None:
    post, account, at = _post(make_town()), make_account(), clock.now()

    seat_holder(post, account=account, kind="holder", from_at=at, by=_manager(), at=at)

    assert actor_for(account, at=at).may("matters.handle", post.area.path)
    assert not actor_for(account, at=at - timedelta(seconds=1)).seats


def test_a_seat_has_one_holder_and_any_number_of_deputies() -> None:
    post, at = _post(make_town()), clock.now()
    first = make_account()
    seat_holder(post, account=first, kind="holder", from_at=at, by=_manager(), at=at)

    for account, kind in ((make_account(), "holder"), (first, "deputy")):
        with pytest.raises(SeatTaken):
            seat_holder(post, account=account, kind=kind, from_at=at, by=_manager(), at=at)  # type: ignore[arg-type] # two of the three words
    seat_holder(post, account=make_account(), kind="deputy", from_at=at, by=_manager(), at=at)

    assert Holding.objects.filter(post=post).count() == 2


def test_nobody_holds_two_of_the_three_administrations_at_once() -> None:
    town, account, at = make_town(), make_account(), clock.now()
    system = make_post("system_administrator", town.city)
    security = make_post("security_administrator", town.city)
    ends = at + timedelta(days=30)
    seat_holder(
        system, account=account, kind="holder", from_at=at, to_at=ends, by=_manager(), at=at
    )

    for kind in ("holder", "deputy"):
        with pytest.raises(TwoAdministrations, match=r"系统管理员|System administrator"):
            seat_holder(
                security,
                account=account,
                kind=kind,
                from_at=at,
                by=_manager(),
                at=at,
            )
    # The database says so too, and neither forbids one after the other or two seats of the same.
    with pytest.raises(IntegrityError), transaction.atomic():
        seat(account, security)
    same = make_post("system_administrator", town.county)
    seat_holder(same, account=account, kind="holder", from_at=at, by=_manager(), at=at)
    Holding.objects.filter(post=same).delete()
    seat_holder(security, account=account, kind="holder", from_at=ends, by=_manager(), at=at)


def test_nobody_seats_themselves() -> None:
    post, account, at = _post(make_town()), make_account(), clock.now()
    oneself = replace(_manager(), account_id=account.id)

    with pytest.raises(OneselfRefused):
        seat_holder(post, account=account, kind="holder", from_at=at, by=oneself, at=at)

    assert not Holding.objects.exists()


def test_nobody_sits_down_in_a_closed_post() -> None:
    post, at = _post(make_town()), clock.now()
    Post.objects.filter(pk=post.pk).update(closed_at=at)

    with pytest.raises(PostClosed):
        seat_holder(
            post, account=make_account(), kind="holder", from_at=at, by=_manager(), at=at
        )


def test_a_token_opens_its_account_until_its_end_and_its_secret_is_kept_nowhere() -> None:
    account, at = make_holder("street_hub", make_town().street), clock.now()

    secret = issue_token(
        account, name="sheet", permissions=("matters.view",), days=2, by=_manager(), at=at
    )

    assert account_of_token(secret, at=at) == (account, ["matters.view"])
    with pytest.raises(TokenUnknown):
        account_of_token(secret, at=at + timedelta(days=2))
    assert secret.encode() not in bytes(Token.objects.get().digest)


@pytest.mark.parametrize(
    ("permissions", "days", "refusal"),
    [
        (("territory.publish",), 1, PermissionNotHeld),
        (("matters.view",), 0, TermUnfit),
        (("matters.view",), 367, TermUnfit),
    ],
)
def test_a_token_reaches_no_further_than_its_account_and_has_an_end(
    permissions: tuple[str, ...], days: int, refusal: type[Exception]
) -> None:
    account = make_holder("street_hub", make_town().street)

    with pytest.raises(refusal):
        issue_token(
            account,
            name="sheet",
            permissions=permissions,
            days=days,
            by=_manager(),
            at=clock.now(),
        )

    assert not Token.objects.exists()
