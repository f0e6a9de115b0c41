"""`linli backup` and `linli restore`."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from linli.config.backups import BackupError, store
from linli.config.backups.house import House
from linli.config.backups.take import Taken, take_backup
from linli.config.backups.verify import verify_keys, verify_set
from linli.config.database import running_database
from linli.config.environment import Settings


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], sentence: str
) -> None:
    """Say how a backup is asked for."""
    parser = commands.add_parser(
        "backup",
        help=sentence,
        epilog="Without FOLDER and --keys-to, LINLI_BACKUP_DIR and LINLI_BACKUP_KEYS_DIR say where.",
    )
    parser.add_argument(
        "words", nargs="*", metavar="[verify] FOLDER", help="where the sets are"
    )
    add_keys(parser)
    parser.add_argument(
        "--keep", type=_a_count, metavar="N", help="remove all but the newest N sets"
    )
    parser.set_defaults(run=_backup)


def add_keys(parser: argparse.ArgumentParser) -> None:
    """Where the keys go is always said: on the command line or in the environment."""
    keys = parser.add_mutually_exclusive_group()
    keys.add_argument("--keys-to", type=Path, metavar="OTHER", help="the keys go here")
    keys.add_argument(
        "--keys-beside", action="store_true", help="the keys go beside the dump they open"
    )
    keys.add_argument("--without-keys", action="store_true", help="the keys are kept otherwise")


def _a_count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a number from 1")
    return int(text)


def _backup(given: argparse.Namespace) -> int:
    words = list(given.words)
    if words[:1] == ["verify"]:
        return _verify(backup_folder(words[1:]), given.keys_to)
    folder = backup_folder(words)
    keys_to = keys_folder(given, folder)
    house = House.from_env()
    with running_database(house.places):
        at = datetime.now(UTC)
        taken = take_backup(house, folder, keys_to=keys_to, keep=given.keep, at=at)
    _tell(taken, folder)
    return 0


def backup_folder(words: list[str]) -> Path:
    """The one folder that was named, else the one of the environment."""
    if len(words) > 1:
        raise BackupError(f"One folder, not {len(words)}: {' '.join(words)}.")
    configured = Settings.from_env().backup_dir
    if not words and configured is None:
        raise BackupError("Where to? Name a folder, or set LINLI_BACKUP_DIR.")
    chosen = Path(words[0]).absolute() if words else configured
    assert chosen is not None
    return chosen


def keys_folder(given: argparse.Namespace, folder: Path) -> Path | None:
    """Elsewhere, unless it is said aloud: keys beside a dump open it for whoever finds both."""
    if given.without_keys:
        return None
    if given.keys_beside:
        return folder
    chosen = given.keys_to or Settings.from_env().backup_keys_dir
    if chosen is None:
        raise BackupError(
            "Where do the keys go? --keys-to OTHER (best another disk), --keys-beside or "
            "--without-keys. They open the dump, and without them it cannot be read."
        )
    chosen = chosen.absolute()
    if chosen.is_relative_to(folder) or folder.is_relative_to(chosen):
        raise BackupError(
            f"{chosen} and {folder} are one place: whoever finds the dump finds its keys. "
            "Name another, or say --keys-beside."
        )
    return chosen


def _tell(taken: Taken, folder: Path) -> None:
    made = taken.manifest
    rows, size = sum(made.rows.values()), made.file_bytes // 1024**2
    _say(f"Written: {taken.folder} ({rows} rows, {made.file_count - 1} files, {size} MB)")
    if taken.keys is not None:
        _say(f"Keys:    {taken.keys}")
        if os.stat(taken.keys).st_dev == os.stat(folder).st_dev:  # noqa: PTH116 - two volumes compared
            _say("remark: the keys lie on the same disk as the dump; copy one of them away.")
    for name in made.absent:
        _say(f"remark: the file {name} is named by a row and was not on the disk.")
    for wanting in taken.keys_wanting:
        _say(f"remark: key {wanting} is gone without having been destroyed; its set is kept.")
    for name in taken.removed:
        _say(f"Removed: {name}")


def _verify(folder: Path, keys_from: Path | None) -> int:
    """The newest set, or the one named; its keys too, where they can be found."""
    chosen = store.find_set(folder)
    manifest, _digests = verify_set(House.from_env(), chosen)
    _say(f"Whole: {chosen}, made {manifest.made_at}, {sum(manifest.rows.values())} rows.")
    keys = keys_from or Settings.from_env().backup_keys_dir or chosen.parent
    for key_set in store.key_sets_in(keys)[:1]:
        verify_keys(key_set, wanted=manifest, may_lack=False)
        _say(f"Keys:  {key_set}")
        return 0
    _say(
        f"remark: the keys were not looked at; there are none in {keys} (--keys-to names them)."
    )
    return 0


def _say(sentence: str) -> None:
    print(sentence)  # noqa: T201 - a command speaks
