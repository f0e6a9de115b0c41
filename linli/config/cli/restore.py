"""`linli restore`: into an empty house, or in place of one that was backed up first."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from linli.config.backups import BackupError, store
from linli.config.backups.house import House
from linli.config.backups.manifest import fingerprint
from linli.config.backups.restore import (
    Source,
    cut_restore,
    is_lived_in,
    require_nobody_serves,
    restore,
)
from linli.config.backups.take import take_backup
from linli.config.backups.verify import check_fits, verify_keys, verify_set
from linli.config.cli.contributed import give_rights, load_applications, make_keys
from linli.config.database import running_database
from linli.config.upgrading import known_migrations


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], sentence: str
) -> None:
    """Say how a restore is asked for."""
    parser = commands.add_parser("restore", help=sentence)
    parser.add_argument("folder", type=Path, help="a set, or the folder of sets (the newest)")
    parser.add_argument(
        "--keys-from", type=Path, metavar="OTHER", help="where the keys are; else beside"
    )
    parser.add_argument(
        "--accept-missing-keys",
        action="store_true",
        help="also without some keys: what they sealed stays unreadable",
    )
    parser.add_argument(
        "--replace", action="store_true", help="in place of what is here, after a backup of it"
    )
    parser.add_argument(
        "--backup-to",
        type=Path,
        metavar="FOLDER",
        help="where that backup goes, with --replace",
    )
    parser.set_defaults(run=_restore)


def _restore(given: argparse.Namespace) -> int:
    house, at = House.from_env(), datetime.now(UTC)
    source = _source(house, given)
    _say(f"Whole: {source.folder}, made {source.manifest.made_at}.")
    if source.manifest.secret != fingerprint(house.secret_key.encode()):
        _say(
            "remark: LINLI_SECRET_KEY was another: everybody signs in anew, and links once given"
        )
        _say("        to residents open no more. The former environment file brings them back.")
    with running_database(house.places):
        load_applications(as_owner=True)
        _check_fits(house, source)
        require_nobody_serves(house)
        _make_way(house, source, given, at=at)
        rows = restore(house, source, at=at)
        _say(f"Restored: {sum(rows.values())} rows, {len(source.digests) - 2} files, the keys.")
        return _bring_up(house, source, at=at)


def _source(house: House, given: argparse.Namespace) -> Source:
    folder = store.find_set(given.folder.absolute())
    manifest, digests = verify_set(house, folder)
    keys_from = given.keys_from.absolute() if given.keys_from else folder.parent
    keys = verify_keys(
        store.find_keys(keys_from, of=folder),
        wanted=manifest,
        may_lack=given.accept_missing_keys,
    )
    return Source(folder, keys, manifest, digests)


def _check_fits(house: House, source: Source) -> None:
    with house.connected() as connection:
        check_fits(
            source.manifest,
            ours=connection.info.server_version // 10000,
            known=known_migrations(),
        )


def _make_way(house: House, source: Source, given: argparse.Namespace, *, at: datetime) -> None:
    """Nothing that is here is lost without a backup of it."""
    cut = cut_restore(house)
    if cut == source.manifest.id or not is_lived_in(house):
        return
    if not given.replace:
        raise BackupError(
            "This house is lived in. Restore into an empty one (LINLI_DATA_DIR names another "
            "folder), or say --replace --backup-to FOLDER: it is backed up first."
        )
    if given.backup_to is None:
        raise BackupError(
            "--replace needs --backup-to FOLDER: what is here is backed up first."
        )
    folder = given.backup_to.absolute()
    taken = take_backup(house, folder, keys_to=folder, keep=None, at=at)
    _say(f"What was here: {taken.folder}, its keys beside.")


def _bring_up(house: House, source: Source, *, at: datetime) -> int:
    """Tables and styles of this code, keys of new purposes; then see whether the house can be used."""
    from django.conf import settings
    from django.core.management import call_command

    from linli.config.backups import trial

    call_command("migrate", interactive=False, verbosity=0)
    give_rights(house.places)
    _put_heads_aside(Path(settings.HEADS_FILE), at=at)
    call_command("collectstatic", interactive=False, verbosity=0)
    make_keys()
    found = trial.faults(digests=source.digests, absent=source.manifest.absent)
    for fault in found:
        _say(f"fault: {fault}")
    if not found:
        _say("Tried: sealed values open, files are whole, one can sign in, a matter opens.")
    return 1 if found else 0


def _put_heads_aside(file: Path, *, at: datetime) -> None:
    """What the trail's head was after the backup is no head of what was brought back."""
    if file.exists():
        file.rename(file.with_name(f"{file.name}.before-{at:%Y%m%dT%H%M%SZ}"))


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - a command speaks
