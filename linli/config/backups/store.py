"""A folder of backups: its sets by time, one hand at a time, so many kept."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linli.config.backups import copying
from linli.config.backups.errors import BackupError
from linli.config.backups.manifest import KEYS, MANIFEST, keys_in, keys_wanting
from linli.config.cluster.leases import one_at_a_time

NAME = re.compile(r"linli-\d{8}T\d{6}Z")
KEYS_NAME = re.compile(r"linli-\d{8}T\d{6}Z-keys")
PART, GONE = ".part", ".gone"


def sets_in(folder: Path) -> list[Path]:
    """The sets of a folder, newest first."""
    return _named(folder, NAME)


def key_sets_in(folder: Path) -> list[Path]:
    """The key sets of a folder, newest first."""
    return _named(folder, KEYS_NAME)


def _named(folder: Path, name: re.Pattern[str]) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [p for p in folder.iterdir() if name.fullmatch(p.name) and p.is_dir()]
    return sorted(found, reverse=True)


def find_set(given: Path) -> Path:
    """The set itself, or the newest of a folder of sets."""
    if (given / MANIFEST).exists() or NAME.fullmatch(given.name):
        return given
    for newest in sets_in(given):
        return newest
    raise BackupError(f"There is no backup in {given}.")


def find_keys(given: Path, *, of: Path) -> Path:
    """The key set itself; or, of a folder, the one made last, which knows what was destroyed since."""
    if KEYS_NAME.fullmatch(given.name) and given.is_dir():
        return given
    for newest in key_sets_in(given):
        return newest
    raise BackupError(
        f"There are no keys in {given}. `--keys-from` names the folder that `linli backup "
        f"--keys-to` wrote; without keys, names and telephones of {of.name} cannot be read."
    )


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One backup at a time; what an earlier one left half-done is cleared away."""
    copying.make_folder(folder)
    try:
        with one_at_a_time(folder / ".lock"):
            _clear(folder)
            try:
                yield
            finally:
                _clear(folder)
    except OSError as error:
        raise BackupError(f"{error.filename or folder}: {error.strerror}.") from error


def _clear(folder: Path) -> None:
    for left in [*folder.glob(f"linli-*{PART}"), *folder.glob(f"linli-*{GONE}")]:
        shutil.rmtree(left)


def publish(part: Path, name: str) -> Path:
    """Give a whole set its name; until now nobody took it for one."""
    copying.sync_folders(part)
    whole = part.with_name(name)
    part.rename(whole)
    copying.sync_folder(whole.parent)
    return whole


def keep_newest(folder: Path, *, most: int) -> list[str]:
    """Remove all sets but so many of the newest; the names of those removed."""
    return [_remove(old) for old in sets_in(folder)[most:]]


def keep_newest_keys(folder: Path) -> list[str]:
    """Remove the key sets the newest one stands in for; the keys it does not hold.

    So a key that was destroyed has left the backups too after the next one. A key that is gone
    without having been destroyed stays where it is, and is named.
    """
    newest, *older = key_sets_in(folder)
    there, wanting = keys_in(newest / KEYS), list[str]()
    for old in older:
        lost = keys_wanting(keys_in(old / KEYS), there)
        wanting += [f"{one} ({old.name})" for one in lost]
        if not lost:
            _remove(old)
    return wanting


def _remove(path: Path) -> str:
    """Renamed first: a set that is half removed is never taken for one."""
    gone = path.with_name(path.name + GONE)
    path.rename(gone)
    shutil.rmtree(gone)
    return path.name
