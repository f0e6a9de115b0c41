"""The tests' house: its own PostgreSQL with a pack installed, strict templates, no network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from pytest_django import DjangoDbBlocker

from linli.config.environment import Places
from linli.config.rights import GROWING, is_divided, rights_of, role_of
from linli.kernel import keys
from tests.practices import write_practices

INSTALLED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test database with the pack of Jiamusi installed, once, by the real installer.

    Its owner makes it; every test then works with the rights of the house's own role.
    """
    from linli.kernel.actor import CLOCK
    from linli.outer.packs.queries import check_pack, find_folder
    from linli.outer.packs.services import install_pack

    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            # Tests that really commit are cleaned by TRUNCATE, which the trail refuses.
            for table in GROWING:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_is_kept ON {table}")
        report = check_pack(find_folder("jiamusi"), today=INSTALLED_AT.date())
        install_pack(report.passed(), by=CLOCK, at=INSTALLED_AT)
        with _rights_of_the_house():
            yield


@contextmanager
def _rights_of_the_house() -> Iterator[None]:
    """From here on every connection has the rights of the role the house runs as."""
    places, options = Places.from_env(), connection.settings_dict["OPTIONS"]
    if not is_divided(places):
        yield
        return
    role = role_of(places.dsn)
    with connection.cursor() as cursor:
        cursor.execute(rights_of(role))
    connection.close()
    flush = DatabaseOperations.execute_sql_flush

    def flush_as_owner(self: DatabaseOperations, sql_list: list[str]) -> None:
        flush(self, ["SET ROLE NONE", *sql_list, f'SET ROLE "{role}"'])

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(options, "options", f"-c role={role}")
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_as_owner)
        yield
    connection.close()


@pytest.fixture(autouse=True, scope="session")
def _own_folders() -> Iterator[None]:
    """Keys and files of the tests' own, gone afterwards."""
    with TemporaryDirectory() as folder:
        settings.KEYS_DIR = Path(folder) / "keys"
        settings.MEDIA_DIR = Path(folder) / "media"
        keys.make_missing_keys(settings.KEYS_DIR, sorted(keys.PURPOSES))
        yield


@pytest.fixture
def past_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-in has tests of its own; here everybody has passed it."""
    monkeypatch.setattr("linli.web.middleware.is_mfa_enabled", lambda _account: True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test proves travels with its report, also from another process."""
    for item in items:
        for mark in item.iter_markers("practice"):
            item.user_properties.append(("practice", (mark.args[0], mark.kwargs.get("part"))))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """After a run of everything, and only then, say which practices it proved."""
    config = session.config
    is_worker = hasattr(config, "workerinput")
    is_whole = config.args_source is config.ArgsSource.TESTPATHS and not (
        config.option.keyword or config.option.markexpr or config.option.deselect
    )
    if is_whole and not is_worker:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        write_practices(reporter.stats if reporter else {})
