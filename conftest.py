"""The tests' house: its own PostgreSQL with a pack installed, strict templates, no network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from linli.kernel import fields
from tests.practices import write_practices

INSTALLED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database with the pack of Jiamusi installed, once, by the real installer."""
    from linli.kernel.actor import CLOCK
    from linli.outer.packs.queries import check_pack, find_folder
    from linli.outer.packs.services import install_pack

    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            # Tests that really commit are cleaned by TRUNCATE, which the trail refuses.
            cursor.execute("DROP TRIGGER IF EXISTS audit_entry_is_kept ON audit_entry")
        report = check_pack(find_folder("jiamusi"), today=INSTALLED_AT.date())
        install_pack(report.passed(), by=CLOCK, at=INSTALLED_AT)


@pytest.fixture(autouse=True, scope="session")
def _own_folders() -> Iterator[None]:
    """Keys and files of the tests' own, gone afterwards."""
    with TemporaryDirectory() as folder:
        settings.KEYS_DIR = Path(folder) / "keys"
        settings.MEDIA_DIR = Path(folder) / "media"
        fields.make_missing_keys(settings.KEYS_DIR, sorted(fields.PURPOSES))
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
