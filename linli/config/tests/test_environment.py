"""The environment is read whole or refused by name."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from linli.config.environment import SHARED_SECRET, BadEnvironmentError, Settings
from linli.config.rights import is_divided

SECRET = "f3b9c1d27a604e58b1c2d3e4f5a6978810fedcba98765432x1"
MAIN = {"LINLI_SECRET_KEY": SECRET}


def test_the_demo_needs_nothing_but_its_name() -> None:
    settings = Settings.from_env({"LINLI_DEMO": "1", "HOME": "/home/li"})

    assert settings.demo
    assert (settings.port, settings.bind) == (8000, "127.0.0.1")
    assert settings.events_url == "http://127.0.0.1:8001"
    assert settings.secret_key == SHARED_SECRET
    assert settings.time_zone == "Asia/Shanghai"
    assert settings.places.database_url is None


def test_outside_demo_and_tests_there_is_no_default_secret() -> None:
    with pytest.raises(BadEnvironmentError, match="LINLI_SECRET_KEY: found nothing"):
        Settings.from_env({})

    assert Settings.from_env(MAIN).secret_key == SECRET


def test_outside_demo_and_tests_the_events_come_from_the_same_origin() -> None:
    assert Settings.from_env(MAIN).events_url == ""


def test_the_secret_of_the_demo_is_refused_elsewhere() -> None:
    with pytest.raises(BadEnvironmentError, match="LINLI_SECRET_KEY"):
        Settings.from_env({"LINLI_SECRET_KEY": SHARED_SECRET})


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65535"),
        ("PORT", "８０"),
        ("BASE_URL", "linli.example.org"),
        ("BASE_URL", "https://linli.example.org/app"),
        ("BASE_URL", "http://linli.example.org:port"),
        ("EVENTS_URL", "ws://linli.example.org"),
        ("PG_BIN", "bin"),
        ("LINLI_BIND", "every where"),
        ("LINLI_DATA_DIR", "data"),
        ("LINLI_DEBUG", "perhaps"),
        ("LINLI_DEMO", "on please"),
        ("LINLI_ALLOWED_HOSTS", "a.example.org, b_c/d"),
        ("LINLI_TRUSTED_ORIGINS", "a.example.org"),
        ("LINLI_TIME_ZONE", "Mars/Olympus"),
        ("LINLI_TIME_ZONE", "../../etc/passwd"),
        ("LINLI_LOG_LEVEL", "loud"),
    ],
)
def test_a_malformed_value_is_refused_with_name_found_and_expected(
    name: str, found: str
) -> None:
    with pytest.raises(BadEnvironmentError) as refused:
        Settings.from_env({**MAIN, name: found})

    assert refused.value.variable == name
    assert found in str(refused.value)
    assert "expected" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("DATABASE_URL", "mysql://li:open-sesame@db/linli"),
        ("DATABASE_URL", "postgresql://li:open-sesame@db:port/linli"),
        ("LINLI_EMAIL_URL", "http://li:open-sesame@mail"),
        ("LINLI_WECOM_URL", "https://corp:open-sesame@qyapi.example.org"),
        ("LINLI_WECOM_URL", "https://open-sesame@qyapi.example.org/1000002"),
        ("LINLI_DINGTALK_URL", "https://key:open-sesame@oapi.example.org/agent"),
        ("LINLI_SMS_URL", "http://ap:open-sesame@mas.example.org/sms/norsubmit"),
        ("LINLI_SMS_URL", "http://ap:open-sesame@mas.example.org/sms/norsubmit?ec=a&sign="),
        ("LINLI_SECRET_KEY", "open-sesame"),
    ],
)
def test_a_value_that_may_hold_a_password_is_refused_without_being_repeated(
    name: str, found: str
) -> None:
    with pytest.raises(BadEnvironmentError, match=name) as refused:
        Settings.from_env({**MAIN, name: found})

    assert "open-sesame" not in str(refused.value)


def test_a_misspelt_name_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(BadEnvironmentError, match="LINLI_MEDIADIR") as refused:
        Settings.from_env({**MAIN, "LINLI_MEDIADIR": "/srv"})

    assert "LINLI_MEDIA_DIR" in str(refused.value)


def test_names_of_others_are_none_of_our_business() -> None:
    assert Settings.from_env({**MAIN, "PORTAL": "x", "LINLIAN": "y"}).port == 8000


def test_demo_and_tests_at_once_is_refused() -> None:
    with pytest.raises(BadEnvironmentError, match="one of the two"):
        Settings.from_env({"LINLI_DEMO": "1", "LINLI_TESTING": "1"})


def test_each_profile_has_its_own_database_files_and_keys() -> None:
    common = {"LINLI_DATA_DIR": "/srv/linli"}
    demo = Settings.from_env({**common, "LINLI_DEMO": "1"})
    tests = Settings.from_env({**common, "LINLI_TESTING": "1"})

    assert demo.media_dir == Path("/srv/linli/demo/media")
    assert tests.media_dir == Path("/srv/linli/test/media")
    assert demo.dsn != tests.dsn


def test_the_settings_cannot_be_changed_afterwards() -> None:
    settings = Settings.from_env(MAIN)

    with pytest.raises(FrozenInstanceError):
        settings.debug = True  # type: ignore[misc]


def test_an_owner_without_the_role_of_the_house_is_refused() -> None:
    both = {
        "DATABASE_URL": "postgresql://linli@db/linli",
        "OWNER_URL": "postgresql://own@db/linli",
    }
    places = Settings.from_env({**MAIN, **both}).places

    assert (places.dsn, places.owner_dsn) == (both["DATABASE_URL"], both["OWNER_URL"])
    assert is_divided(places)
    alone = Settings.from_env({**MAIN, "DATABASE_URL": both["DATABASE_URL"]}).places
    assert not is_divided(alone)
    assert is_divided(Settings.from_env(MAIN).places)
    with pytest.raises(BadEnvironmentError, match="OWNER_URL"):
        Settings.from_env({**MAIN, "OWNER_URL": both["OWNER_URL"]})
