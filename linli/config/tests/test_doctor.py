"""The doctor names what is wrong and what to do, and is silent about what is well."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from linli.config.backups import trial
from linli.config.backups.manifest import MANIFEST, Manifest
from linli.config.cli import main
from linli.config.doctor import LOOKS, ground, keeping, look, ruled, working
from linli.config.doctor.finding import Finding, Look
from linli.config.environment import Places
from linli.config.places import RESTORING
from linli.engines.files.models import Upload
from linli.engines.files.queries import path_of
from linli.engines.workflow.models import Calendar
from linli.ground.accounts.testing import make_holder
from linli.ground.audit.testing import as_owner, written
from linli.ground.territory.testing import make_town
from linli.kernel import clock
from linli.kernel.keys import PURPOSES, make_missing_keys

pytestmark = pytest.mark.django_db


def states(run: Callable[[], Iterator[Finding]]) -> list[str]:
    return [one.state for one in run()]


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("one", [ground.database, ground.rights, ground.tables, ground.room])
def test_a_house_that_is_well_gets_no_fault(one: Callable[[], Iterator[Finding]]) -> None:
    assert "fault" not in states(one)


def test_a_migration_that_is_missing_or_unknown_is_a_fault() -> None:
    assert states(ground.tables) == ["ok"]
    with as_owner():
        run_sql(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('z', '0009', now())"
        )
    assert states(ground.tables) == ["fault"]
    with as_owner():
        run_sql("DELETE FROM django_migrations WHERE app IN ('z', 'packs')")
    (found,) = ground.tables()
    assert found.state == "fault"
    assert "linli upgrade" in found.todo


def test_tables_of_other_code_under_the_same_names_are_a_fault() -> None:
    with as_owner():
        run_sql("ALTER TABLE accounts_account RENAME COLUMN created_at TO born_at")

    (found,) = ground.tables()
    assert found.state == "fault"
    assert "accounts_account.created_at" in found.said
    told = trial.faults(digests={}, absent=())
    assert "the tables are not those of this code" in told[0]
    assert "accounts_account.created_at" in told[0]


def test_a_key_that_is_missing_or_open_to_others_is_a_fault(
    tmp_path: Path, settings: LazySettings
) -> None:
    settings.KEYS_DIR = tmp_path / "ring"
    settings.KEYS_DIR.mkdir(mode=0o700)
    assert states(keeping.keys) == ["fault"]
    make_missing_keys(settings.KEYS_DIR, sorted(PURPOSES))
    assert states(keeping.keys) == ["ok"]
    settings.KEYS_DIR.chmod(0o755)
    assert "fault" in states(keeping.keys)


def test_a_file_that_changed_is_a_fault() -> None:
    upload = Upload.objects.create(
        subject_kind="matter",
        subject_id=uuid4(),
        kind="photo",
        media_type="image/jpeg",
        size=4,
        sha256=bytes.fromhex("6a" * 32),
        created_at=clock.now(),
    )
    assert states(keeping.files) == ["fault"]
    path = path_of(upload.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"else")
    assert states(keeping.files) == ["fault"]
    Upload.objects.update(sha256=hashlib.sha256(b"else").digest())
    assert states(keeping.files) == ["ok"]


def test_a_backup_grows_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(keeping.backup) == ["remark"]
    monkeypatch.setenv("LINLI_BACKUP_DIR", str(tmp_path))
    assert states(keeping.backup) == ["fault"]
    folder = tmp_path / "linli-20260101T000000Z"
    folder.mkdir()
    for days, state in ((0, "ok"), (2, "remark"), (8, "fault")):
        made = (clock.now() - timedelta(days=days)).isoformat()
        told = Manifest(id="a", made_at=made, profile="main", postgresql=15)
        (folder / MANIFEST).write_bytes(told.written())
        assert states(keeping.backup) == [state]


def test_a_worker_that_is_silent_and_jobs_that_wait_are_faults() -> None:
    run_sql("DELETE FROM procrastinate_workers")
    assert states(working.worker) == ["fault"]
    run_sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert states(working.worker) == ["ok"]
    assert states(working.jobs) == ["ok"]
    run_sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) "
        "VALUES ('flows', 'x', now() - interval '1 hour')"
    )
    assert states(working.jobs) == ["fault"]
    run_sql("UPDATE procrastinate_jobs SET status = 'failed'")
    assert states(working.jobs) == ["remark"]


def test_a_trail_nobody_seals_is_a_fault() -> None:
    assert states(working.trail) == ["ok"]
    written(1, at=clock.now() - timedelta(hours=1))
    assert states(working.trail) == ["fault"]


def test_a_calendar_that_ends_within_sixty_days_is_told_in_time() -> None:
    today = clock.local(clock.now()).date()
    calendar = Calendar.objects.get()
    for days, state in ((61, "ok"), (59, "remark"), (-3, "remark")):
        calendar.body["last_day"] = (today + timedelta(days=days)).isoformat()
        calendar.save()
        assert states(ruled.calendar) == [state]


def test_the_pack_in_force_is_that_of_its_folder() -> None:
    assert states(ruled.pack) == ["ok"]


def test_a_mail_server_that_is_away_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(ruled.mail) == []
    monkeypatch.setenv("LINLI_EMAIL_URL", "smtp://127.0.0.1:1")
    assert states(ruled.mail) == ["fault"]


def test_a_restore_that_was_cut_is_told_and_nothing_is_served(
    capsys: pytest.CaptureFixture[str],
) -> None:
    marker = Places.from_env().home / RESTORING
    assert states(ground.cut_restore) == []
    marker.write_text("a set")
    try:
        assert states(ground.cut_restore) == ["fault"]
        assert main(["worker"]) == 2
        assert "A restore was cut" in capsys.readouterr().err
    finally:
        marker.unlink()


def test_a_look_that_breaks_is_a_fault_and_the_others_go_on() -> None:
    def broken() -> Iterator[Finding]:
        raise ValueError("no such {thing}")
        yield

    found = look([Look("broken", broken), Look("database", ground.database)])

    assert [one.state for one in found] == ["fault", "ok"]
    assert "no such {thing}" in found[0].said


def test_the_command_answers_a_program_too(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert {one["name"] for one in told} >= {"database", "keys", "worker", "pack"}
    assert len(told) >= len(LOOKS) - 2
    assert code == (1 if any(one["state"] == "fault" for one in told) else 0)


@pytest.mark.usefixtures("past_second_factor")
def test_the_page_says_the_same_to_the_system_administrator_only() -> None:
    town = make_town()
    run_sql("DELETE FROM procrastinate_workers")
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(make_holder("system_administrator", town.city))

    shown = browser.get("/desk/administration/check/").content.decode()
    assert "No worker runs" in shown
    assert shown.index("What asks for somebody") < shown.index("PostgreSQL")
    assert (
        "/desk/administration/check/" in browser.get("/desk/administration/").content.decode()
    )

    for role in ("security_administrator", "audit_administrator"):
        browser.force_login(make_holder(role, town.city))
        assert browser.get("/desk/administration/check/").status_code == 404
