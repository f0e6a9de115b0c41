"""Looking as a post: its pages, nobody's secrets, no act, and an end by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from linli.domains.matters.models import Matter
from linli.domains.matters.testing import Cast, a_report, make_cast, make_matter
from linli.ground.accounts.models import Post
from linli.ground.accounts.testing import make_actor, make_holder, make_post
from linli.ground.audit.models import Entry
from linli.kernel import clock
from linli.web.looking import Looking, as_post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_second_factor")]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def browser_of(role: str, cast: Cast) -> Client:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(make_holder(role, cast.town.city))
    return browser


def look(browser: Client, post: Post) -> int:
    return browser.post(reverse("look_as", args=[post.pk])).status_code


def hub_of(cast: Cast) -> Post:
    return Post.objects.get(pk=next(iter(cast.hub.post_ids)))


def test_one_sees_the_pages_of_the_post_and_no_record_that_was_closed_before(
    cast: Cast,
) -> None:
    matter = make_matter(a_report())
    browser = browser_of("security_administrator", cast)
    assert browser.get("/desk/").status_code == 404

    assert look(browser, hub_of(cast)) == 302

    shown = browser.get("/desk/?queue=all")
    assert shown.status_code == 200
    assert "You look as" in shown.content.decode()
    assert matter.number not in shown.content.decode()
    assert browser.get(reverse("matters:matter", args=[matter.id])).status_code == 404
    assert browser.get(reverse("accounts:accounts")).status_code == 404
    assert Entry.objects.filter(verb="accounts.look_as", ref_id=hub_of(cast).pk).count() == 1


def test_what_belongs_to_the_post_itself_stays_its_holder_s(cast: Cast) -> None:
    post = hub_of(cast)
    seen_as = Looking(post.pk, post.name, clock.now())
    own = make_actor("security_administrator", cast.town.city)

    seen = as_post(seen_as, own)

    assert post.pk not in seen.post_ids
    assert seen.roles == {"street_hub"}
    assert seen.may("matters.view")
    assert not seen.may("matters.view", cast.town.street.path)


def test_nothing_is_done_and_nothing_taken_along_until_one_stops(cast: Cast) -> None:
    browser = browser_of("security_administrator", cast)
    look(browser, hub_of(cast))
    before = Matter.objects.count()

    assert browser.post(reverse("matters:take_in"), {}).status_code == 403
    assert browser.get(reverse("matters:export")).status_code == 403
    assert browser.post(reverse("look_as", args=[hub_of(cast).pk])).status_code == 403
    assert Matter.objects.count() == before

    browser.post(reverse("stop_looking"))
    assert "You look as" not in browser.get("/desk/administration/").content.decode()
    assert browser.get(reverse("accounts:accounts")).status_code == 200
    assert Entry.objects.filter(verb="accounts.stop_looking").count() == 1


def test_it_ends_by_itself_after_a_quarter_of_an_hour(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of("security_administrator", cast)
    look(browser, hub_of(cast))
    later = clock.now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr("linli.kernel.clock.now", lambda: later)

    assert browser.get("/desk/").status_code == 404
    assert "looking_as" not in browser.session


def test_a_masked_name_stays_masked_though_the_post_may_open_it(cast: Cast) -> None:
    post = make_post("party_secretary", cast.town.street)
    browser = browser_of("security_administrator", cast)
    look(browser, post)
    roster = reverse("accounts:roster", args=[cast.town.communities[0].id])

    assert "recorded" not in browser.get(roster).content.decode()
    assert browser.post(roster).status_code == 403
    assert not Entry.objects.filter(verb="people.unmask").exists()


def test_nobody_looks_as_another_administrator_and_nobody_else_looks(cast: Cast) -> None:
    post = make_post("audit_administrator", cast.town.city)
    assert look(browser_of("security_administrator", cast), post) == 403
    assert look(browser_of("city_desk", cast), hub_of(cast)) == 404
    assert not Entry.objects.filter(verb="accounts.look_as").exists()
