from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from linli.domains.matters.testing import Cast, make_cast, make_matter
from linli.domains.matters.tests.desks import desk_of, words
from linli.engines.notices.models import Address, Dispatch, Notice
from linli.engines.notices.services.delivering import plan_sendings, send_one
from linli.engines.notices.tests.providers import Provider, a_provider
from linli.ground.accounts.testing import make_actor
from linli.kernel import clock
from linli.kernel.actor import CLOCK

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def manager(cast: Cast) -> Client:
    return desk_of(make_actor("system_administrator", cast.town.city))


@pytest.fixture
def provider() -> Iterator[Provider]:
    with a_provider() as running, override_settings(NOTICE_CHANNELS={"sms": running.sms}):
        yield running


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_a_post_is_told_of_new_work_opens_it_and_has_read_it(cast: Cast) -> None:
    matter = make_matter()
    client = desk_of(cast.grid_worker)

    assert "1 unread" in words(
        client.get("/desk/notices/bell/", headers={"HX-Request": "true"})
    )
    shown = client.get("/desk/notices/")
    assert matter.number in words(shown)
    notice = Notice.objects.get(post__in=cast.grid_worker.post_ids)
    answer = client.post(f"/desk/notices/{notice.id}/read/", {"then": "open"})

    assert answer["Location"] == f"/desk/matters/{matter.id}/"
    assert "Nothing unread" in words(client.get("/desk/notices/"))
    assert matter.number in words(client.get("/desk/notices/?show=all"))
    assert "unread" not in words(client.get("/desk/notices/bell/"))


def test_all_is_read_with_one_button(cast: Cast) -> None:
    make_matter()
    client = desk_of(cast.grid_worker)

    assert "1 notices read." in words(client.post("/desk/notices/", follow=True))
    assert not Notice.objects.unread().filter(post__isnull=False).exists()


def test_another_posts_notice_is_not_there(cast: Cast) -> None:
    make_matter()
    notice = Notice.objects.get(post__in=cast.grid_worker.post_ids)
    hub = desk_of(cast.hub)

    assert hub.post(f"/desk/notices/{notice.id}/read/").status_code == 404
    assert notice.wording.title_en not in words(hub.get("/desk/notices/?show=all"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_who_has_not_signed_in_is_sent_there_and_the_bell_is_silent(client: Client) -> None:
    assert client.get("/desk/notices/")["Location"].startswith("/accounts/login/")
    assert client.get("/desk/notices/addresses/")["Location"].startswith("/accounts/login/")
    assert client.get("/desk/notices/bell/").status_code == 204


@pytest.mark.parametrize("address", ["/desk/notices/?show=all", "/desk/outbox/"])
def test_a_list_costs_the_same_however_long_it_is(
    address: str, cast: Cast, manager: Client
) -> None:
    client = manager if "outbox" in address else desk_of(cast.grid_worker)
    costs = []
    for count in (1, 2):
        for _number in range(count):
            make_matter()
        Notice.objects.filter(contact_id__isnull=False).update(push_at=clock.now())
        plan_sendings(by=CLOCK, at=clock.now())
        client.get(address)
        costs.append(queries_of(client, address))

    assert Dispatch.objects.count() == 3
    assert costs[0] == costs[1]


def test_a_number_that_is_none_is_refused_beside_its_field_and_kept(
    cast: Cast, provider: Provider
) -> None:
    client = desk_of(cast.grid_worker)

    wrong = client.post("/desk/notices/addresses/", {"sms": "12345"})
    assert wrong.status_code == 422
    assert "This is not a telephone number" in words(wrong)
    assert 'value="12345"' in wrong.content.decode()
    assert not Address.objects.exists()

    client.post("/desk/notices/addresses/", {"sms": " 138-0000-0009 "})
    assert Address.objects.get().address == "13800000009"
    client.post("/desk/notices/addresses/", {"sms": ""})
    assert not Address.objects.exists()


def test_without_channels_the_pages_say_what_to_do(cast: Cast, manager: Client) -> None:
    assert "No channel leads out" in words(desk_of(cast.hub).get("/desk/notices/addresses/"))
    shown = words(manager.get("/desk/channels/"))
    assert shown.count("Not set up") == 4
    assert "LINLI_SMS_URL" in shown
    assert "No message has left yet" in words(manager.get("/desk/outbox/"))
    assert manager.get("/desk/outbox/?channel=nonsense&state=x").status_code == 200


def test_the_test_button_shows_what_the_provider_answered(
    manager: Client, provider: Provider
) -> None:
    provider.script = ["refuse"]
    wrong = manager.post("/desk/channels/sms/test/", {"address": "1"})
    assert wrong.status_code == 422
    assert "This is not a telephone number" in words(wrong)

    sent = manager.post("/desk/channels/sms/test/", {"address": "13800000009"}, follow=True)
    assert "Waiting to go" in words(sent)
    assert not provider.taken
    sending = Dispatch.objects.get()
    send_one(sending.id, by=CLOCK, at=clock.now())

    shown = words(manager.get(f"/desk/outbox/{sending.id}/"))
    assert "InvalidMessage" in shown
    assert "138****0009" in shown
    assert "13800000009" not in shown
    again = manager.post(f"/desk/outbox/{sending.id}/again/", follow=True)
    assert "It goes again within a minute." in words(again)
    assert "1" in words(manager.get("/desk/channels/"))


def test_the_outbox_hides_the_number_and_the_link_by_which_a_resident_acts(
    manager: Client, provider: Provider
) -> None:
    make_matter()
    Notice.objects.update(push_at=clock.now())
    plan_sendings(by=CLOCK, at=clock.now())

    shown = words(manager.get("/desk/outbox/"))
    assert "138****0001" in shown
    assert "13800000001" not in shown
    assert "http://" not in shown

    with override_settings(DEMO=True):
        assert "/track/?number=" in words(manager.get("/desk/outbox/"))


def test_channels_and_outbox_are_not_there_for_who_does_not_look_after_them(cast: Cast) -> None:
    client = desk_of(cast.hub)

    for address in ("/desk/channels/", "/desk/outbox/"):
        assert client.get(address).status_code == 404
    assert client.post("/desk/channels/sms/test/", {"address": "1"}).status_code == 404
