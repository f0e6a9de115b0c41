"""`linli upgrade`: after the new code has been fetched, with the house stopped."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from linli.config.backups import BackupError
from linli.config.backups.house import House, migrations
from linli.config.backups.restore import require_nobody_serves
from linli.config.backups.take import take_backup
from linli.config.cli.backup import add_keys, backup_folder, keys_folder
from linli.config.cli.contributed import give_rights, load_applications, make_keys
from linli.config.database import running_database
from linli.config.environment import Places
from linli.config.upgrading import Step, check_not_newer, check_room, run_or_undo


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], sentence: str
) -> None:
    """Say how an upgrade is asked for."""
    parser = commands.add_parser("upgrade", help=sentence)
    parser.add_argument("words", nargs="*", metavar="FOLDER", help="where the backup goes")
    add_keys(parser)
    parser.set_defaults(run=_upgrade)


def _upgrade(given: argparse.Namespace) -> int:
    folder = backup_folder(given.words)
    keys_to = keys_folder(given, folder)
    house, at = House.from_env(), datetime.now(UTC)
    with running_database(house.places):
        load_applications(as_owner=True)
        _check(house, folder)
        taken = take_backup(house, folder, keys_to=keys_to, keep=None, at=at)
        _say(f"backed up: {taken.folder}")
        from django.conf import settings

        run_or_undo(
            _steps(house.places),
            house=house,
            taken=taken,
            static=Path(settings.STATIC_ROOT),
            tell=_say,
        )
    _say("Upgraded. Start the house.")
    return 0


def _check(house: House, folder: Path) -> None:
    from linli.config.upgrading import known_migrations

    require_nobody_serves(house)
    with house.connected() as connection:
        applied = migrations(connection)
    if not applied:
        raise BackupError("There is nothing to upgrade: the database is empty (linli migrate).")
    check_not_newer(applied, known=known_migrations())
    check_room(house, folder)


def _steps(places: Places) -> list[Step]:
    from django.core.management import call_command

    return [
        Step("migrate", lambda: call_command("migrate", interactive=False, verbosity=1)),
        Step("rights", lambda: give_rights(places)),
        Step("keys of new purposes", make_keys),
        Step(
            "collect styles",
            lambda: call_command("collectstatic", interactive=False, verbosity=0),
        ),
        Step("doctor", _doctor),
    ]


def _doctor() -> None:
    from linli.config.doctor import after_upgrade

    faults = [found for found in after_upgrade() if found.state == "fault"]
    if faults:
        raise BackupError("; ".join(f"{found.name}: {found.said}" for found in faults))


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - a command speaks
