"""The demo is filled once, with everything, and with nobody who exists."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import RequestFactory
from pytest_django import DjangoDbBlocker

from linli.config.demo.accounts import (
    API_TOKEN,
    LOGINS,
    PASSWORD,
    account_lines,
)
from linli.config.demo.commands import NotTheDemo, fill_demo
from linli.config.demo.fill import Filled, fill
from linli.config.demo.play import moments
from linli.config.demo.stories import Story, stories
from linli.domains.matters.models import Matter, Reporter
from linli.engines.workflow.models import Move, Work
from linli.engines.workflow.queries import current_definition, workflow_of, working_calendar
from linli.ground.accounts.models import Account, Post
from linli.ground.accounts.queries import (
    account_of_token,
    actor_for,
    holders_of,
    needs_second_factor,
)
from linli.ground.audit.models import Entry
from linli.ground.people.models import Household, Hub, Person
from linli.ground.territory.models import Area, Place
from linli.kernel import clock

CROWD = 300
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, filled once for all these tests and taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        fill(crowd=CROWD)
        yield
        transaction.set_rollback(True)


def test_every_state_and_every_channel_has_a_matter_and_time_stands_still_again(
    filled: None,
) -> None:
    states = set(workflow_of(current_definition("matter")).states)

    assert {matter.work.state for matter in Matter.objects.select_related("work")} == states
    assert Matter.objects.count() == len(stories()) + CROWD
    channels = set(Matter.objects.values_list("channel", flat=True))
    assert channels == {"web", "telephone", "counter", "grid", "api"}
    kinds = set(Reporter.objects.values_list("kind", flat=True))
    assert kinds == {"named", "confidential", "anonymous", "worker"}
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_some_are_late_some_were_pressed_and_nothing_happens_after_now(filled: None) -> None:
    now = clock.now()

    assert Matter.objects.filter(work__due_at__lt=now, work__closed_at=None).count() >= 3
    pressed = Counter(Move.objects.filter(key="press").values_list("actor_kind", flat=True))
    assert pressed["person"]
    assert pressed["clock"]
    assert not Move.objects.filter(at__gt=now).exists()
    assert not Entry.objects.filter(heard_at__gt=now).exists()
    assert Move.objects.filter(at__lt=now - timedelta(days=14)).exists()


def test_what_came_in_is_late_sent_back_disputed_and_in_some_grids_nothing_at_all(
    filled: None,
) -> None:
    open_in = Counter(Work.objects.open().values_list("area_id", flat=True))
    grids = Area.objects.filter(level=5)

    assert Work.objects.filter(returned=True).exists()
    assert Matter.objects.filter(score__lte=2).exclude(score_reason="").exists()
    assert Move.objects.filter(key="reopen").exists()
    assert sum(open_in[grid.id] == 0 for grid in grids) >= 4
    assert max(open_in.values()) >= 5
    assert not Work.objects.open().filter(owner__organisation__kind="fire").exists()
    assert not Matter.objects.exclude(id__in=Reporter.objects.values("matter")).exists()


def test_every_grid_has_its_post_and_a_few_posts_are_holes(filled: None) -> None:
    posts = list(Post.objects.filter(role__key="grid_worker").values_list("id", flat=True))
    held = holders_of(posts, at=clock.now())

    assert len(posts) == Area.objects.filter(level=5).count() == 100
    assert 90 <= len(held) < 100


def test_nobody_in_the_demo_exists(filled: None) -> None:
    assert Person.objects.exists()
    assert not Person.objects.filter(generated=False).exists()
    assert not Household.objects.filter(generated=False).exists()
    assert not Place.objects.filter(generated=False).exists()
    assert Hub.objects.count() == 200


def test_who_is_named_on_the_list_can_sign_in_and_nobody_else(filled: None) -> None:
    request = RequestFactory().get("/")
    for login in LOGINS:
        account = Account.objects.get(username=login.username)
        assert account.check_password(PASSWORD)
        actor = actor_for(account, at=clock.now())
        assert actor.seats
        assert needs_second_factor(actor) == login.second_factor

    named = {login.username for login in LOGINS}
    others = Account.objects.exclude(username__in=named)
    assert others.exists()
    assert not any(account.has_usable_password() for account in others)
    assert authenticate(request, username="grid", password="linli-demo-2027") is None
    assert account_of_token(API_TOKEN, at=clock.now())[0].username == "hub"


def test_filling_twice_changes_nothing(filled: None) -> None:
    before = _rows()

    again = fill()

    assert again == Filled(
        communities=20, grids=100, posts=268, households=30_000, matters=len(stories()) + CROWD
    )
    assert _rows() == before
    assert sum(before.values()) > 30_000


def _rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_no_other_house_is_filled() -> None:
    before = _rows()

    with pytest.raises(NotTheDemo, match="LINLI_DEMO=1"):
        fill_demo(Namespace())

    assert _rows() == before


def test_accounts_are_told_in_aligned_lines_without_a_second_factor_for_who_needs_none() -> (
    None
):
    lines = account_lines("http://127.0.0.1:8000")

    rows = [line for line in lines if PASSWORD in line]
    assert len(rows) == len(LOGINS)
    assert any("supervisor" in row for row in rows)


def _story(ended: float, course: str = "") -> Story:
    return Story.model_validate({"says": "路灯不亮", "ended": ended, "course": course})


def test_steps_are_counted_back_in_office_hours() -> None:
    monday = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten o'clock

    times = moments(_story(1, "file 2"), working_calendar(), now=monday)

    # Nine o'clock on Monday; two office hours before that end on Friday.
    assert times[1] == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert times[0] == datetime(2026, 2, 28, 9, 0, tzinfo=UTC)


def test_what_is_recent_stays_recent_over_a_long_holiday() -> None:
    last_day = datetime(2026, 2, 23, 2, 0, tzinfo=UTC)

    (reported,) = moments(_story(3), working_calendar(), now=last_day)

    assert last_day - reported == timedelta(days=4)
