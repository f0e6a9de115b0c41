"""`linli first-run`: one command from an empty house to the first person who seats others."""

from __future__ import annotations

import re
from argparse import Namespace

import pytest
from django.test import Client
from django.urls import reverse

from linli.config.first_run import AlreadySetUp, AreaMissing, run
from linli.ground.accounts.models import Account, Holding
from linli.ground.accounts.queries import actor_for
from linli.ground.territory.queries import home_area
from linli.ground.territory.testing import make_town
from linli.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_second_factor")]


def asked(street: str, **changed: object) -> Namespace:
    given = {
        "divisions": None,
        "pack": None,
        "street": street,
        "name": "沈安",
        "username": "security",
        "again": False,
    }
    return Namespace(**(given | changed))


def test_the_first_administrator_gets_an_invitation_and_sees_the_first_steps(
    capsys: pytest.CaptureFixture[str],
) -> None:
    town = make_town()
    assert run(asked(town.street.path)) == 0

    told = capsys.readouterr().out
    code = re.search(r"(?:[a-z2-9]{4}-){4}[a-z2-9]{4}", told)
    assert code is not None
    assert reverse("accounts:invited") in told
    assert home_area() == town.street
    chosen = {"password": "three quiet lanterns", "again": "three quiet lanterns"}
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    invited = {"username": "security", "code": code[0], **chosen}
    assert browser.post(reverse("accounts:invited"), invited).status_code == 302
    account = Account.objects.get(username="security")
    assert actor_for(account, at=clock.now()).roles == {"security_administrator"}

    browser.force_login(account)
    shown = browser.get(reverse("first_steps")).content.decode()
    assert town.street.name in shown
    assert "1 of 3 seated" in shown
    assert 'aria-current="step"' in shown
    # From any page one finds back to the steps, as long as one is left.
    assert reverse("first_steps") in browser.get(reverse("accounts:posts")).content.decode()


def test_a_second_way_in_is_refused_unless_it_is_asked_for() -> None:
    town = make_town()
    run(asked(town.street.path))

    with pytest.raises(AlreadySetUp):
        run(asked(town.street.path, username="second"))
    assert Account.objects.count() == 1

    assert run(asked(town.street.path, username="second", again=True)) == 0
    assert Holding.objects.count() == 2


def test_a_street_that_is_not_there_leaves_nothing_behind() -> None:
    with pytest.raises(AreaMissing, match="230882003"):
        run(asked("230882003000"))

    assert not Account.objects.exists()
