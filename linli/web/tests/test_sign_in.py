"""Sign-in: our look on every page, a lock after wrong tries, a second factor, sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client, override_settings

from linli.ground.accounts.models import Account
from linli.ground.accounts.testing import PASSWORD, make_holder
from linli.ground.territory.testing import make_town

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tries_start_anew() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def account() -> Account:
    return make_holder("grid_worker", make_town().grids[0], name="欧阳娜娜")


def sign_in(client: Client, account: Account, password: str = PASSWORD) -> Answer:
    return client.post("/accounts/login/", {"login": account.username, "password": password})


def code_now(secret: str) -> str:
    return str(
        format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    )


def is_ours(answer: Answer) -> bool:
    """Our frame, our form parts, and not one word about accounts one could make."""
    html = answer.content.decode()
    return 'class="ll-page"' in html and "dist/linli.css" in html and "signup" not in html


def test_who_signs_in_reaches_the_desk_without_a_word(client: Client, account: Account) -> None:
    answer = sign_in(client, account)
    assert answer.status_code == 302
    assert answer["Location"] == "/start/"
    assert client.get("/start/")["Location"] == "/desk/"


def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(
    client: Client, account: Account
) -> None:
    wrong = sign_in(client, account, "not the password")
    nobody = client.post("/accounts/login/", {"login": "nobody", "password": "not this"})
    told = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in (wrong, nobody)]
    assert wrong.status_code == nobody.status_code == 200
    assert told[0] == told[1]
    assert 'class="ll-note ll-note-error"' in told[0]


def test_five_wrong_tries_lock_the_sign_in_and_say_so(client: Client, account: Account) -> None:
    for _try in range(5):
        assert "ll-note-error" in sign_in(client, account, "wrong").content.decode()
    locked = sign_in(client, account)
    assert locked.status_code == 200
    assert (
        "Too many wrong tries" in locked.content.decode()
        or "锁定五分钟" in locked.content.decode()
    )
    assert "_auth_user_id" not in client.session

    cache.clear()
    assert sign_in(client, account).status_code == 302


def test_too_many_requests_from_one_address_get_our_page(
    client: Client, account: Account
) -> None:
    with override_settings(ACCOUNT_RATE_LIMITS={"login": "2/m/ip"}):
        answers = [sign_in(client, account, "wrong") for _try in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert is_ours(answers[-1])


def test_registration_is_closed(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    assert is_ours(client.get("/accounts/login/"))


def test_a_closed_account_is_told_so(client: Client, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(is_active=False)
    answer = client.post(
        "/accounts/login/",
        {"login": account.username, "password": PASSWORD},
        follow=True,
    )
    assert answer.status_code == 200
    assert is_ours(answer)
    assert "_auth_user_id" not in client.session


def test_a_second_factor_is_set_up_and_then_asked_for(client: Client, account: Account) -> None:
    sign_in(client, account)
    again = client.get("/accounts/2fa/totp/activate/", follow=True)
    assert is_ours(again)
    page = client.post(
        again.request["PATH_INFO"] + "?next=/accounts/2fa/totp/activate/",
        {"password": PASSWORD},
        follow=True,
    )
    html = page.content.decode()
    assert 'src="data:image/svg+xml' in html
    secret = page.context["form"].secret
    assert secret in html

    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert 'id="id_code_error"' in wrong.content.decode()
    assert not Authenticator.objects.exists()
    client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)}, follow=True)
    assert Authenticator.objects.filter(type="totp").count() == 1

    client.post("/accounts/logout/")
    asked = client.post(
        "/accounts/login/", {"login": account.username, "password": PASSWORD}, follow=True
    )
    assert asked.request["PATH_INFO"] == "/accounts/2fa/authenticate/"
    assert is_ours(asked)
    assert "_auth_user_id" not in client.session
    refused = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert 'id="id_code_error"' in refused.content.decode()
    assert (
        client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)}).status_code
        == 302
    )
    assert "_auth_user_id" in client.session


def test_recovery_codes_are_shown_and_open_once(client: Client, account: Account) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(account, generate_totp_secret())
    code = RecoveryCodes.activate(account).get_unused_codes()[0]
    sign_in(client, account)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    index = client.get("/accounts/2fa/")
    assert is_ours(index)
    assert "9" in index.content.decode()
    client.post("/accounts/logout/")
    sign_in(client, account)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


def test_other_devices_are_signed_out_and_this_one_stays(
    client: Client, account: Account
) -> None:
    elsewhere = Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone) MicroMessenger/8.0")
    sign_in(elsewhere, account)
    sign_in(client, account)
    listed = client.get("/accounts/sessions/").content.decode()
    assert "iOS" in listed

    client.post("/accounts/sessions/")
    assert client.get("/accounts/sessions/").status_code == 200
    assert elsewhere.get("/accounts/sessions/").status_code == 302


def test_a_password_is_changed_only_by_who_knows_the_old_one(
    client: Client, account: Account
) -> None:
    sign_in(client, account)
    new = {"password1": "three quiet lanterns", "password2": "three quiet lanterns"}
    refused = client.post("/accounts/password/", {"oldpassword": "wrong", **new})
    assert 'id="id_oldpassword_error"' in refused.content.decode()
    client.post("/accounts/password/", {"oldpassword": PASSWORD, **new}, follow=True)
    assert sign_in(Client(), account).status_code == 200
    assert sign_in(Client(), account, "three quiet lanterns").status_code == 302


@pytest.mark.parametrize(
    "path", ["password/", "2fa/", "sessions/", "logout/", "2fa/recovery-codes/generate/"]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_sign_in_has_our_look(
    client: Client, account: Account, path: str, language: str
) -> None:
    sign_in(client, account)
    answer = client.get(f"/accounts/{path}", follow=True, HTTP_ACCEPT_LANGUAGE=language)
    assert answer.status_code == 200
    assert is_ours(answer)


@pytest.mark.parametrize("path", ["2fa/", "2fa/totp/activate/", "sessions/", "password/"])
def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, path: str) -> None:
    answer = client.get(f"/accounts/{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_the_look_is_kept_by_its_own_address(client: Client) -> None:
    answer = client.post("/look/", {"elder": "1"}, HTTP_REFERER="http://testserver/report/")
    assert answer["Location"] == "/report/"
    assert client.cookies["elder"].value == "1"
