"""Reads a backup from end to end and says whether this house could be brought back from it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from linli.config.backups.errors import BackupError
from linli.config.backups.house import House
from linli.config.backups.manifest import (
    DUMP,
    KEYS,
    MANIFEST,
    Manifest,
    check_sums,
    keys_in,
    keys_wanting,
)
from linli.config.cluster import ClusterError


def verify_set(house: House, folder: Path) -> tuple[Manifest, dict[str, str]]:
    """What a whole set says of itself, and its digests; a damaged or cut one is refused by name.

    Raises BackupError.
    """
    if not folder.is_dir():
        raise BackupError(f"There is no backup {folder}.")
    manifest = Manifest.read(folder)
    digests = check_sums(folder)
    _check_totals(folder, manifest, digests)
    try:
        house.tools.look_through(folder / DUMP)
    except ClusterError as error:
        raise BackupError(f"{folder}: its {DUMP} cannot be read: {error}") from None
    return manifest, digests


def _check_totals(folder: Path, manifest: Manifest, names: Iterable[str]) -> None:
    kept = [folder / name for name in names if name != MANIFEST]
    total = sum(path.stat().st_size for path in kept)
    if (len(kept), total) != (manifest.file_count, manifest.file_bytes):
        raise BackupError(
            f"{folder} is incomplete: it was written with {manifest.file_count} files of "
            f"{manifest.file_bytes} bytes, and holds {len(kept)} of {total}."
        )


def verify_keys(folder: Path, *, wanted: Manifest, may_lack: bool) -> Path:
    """The folder of the keys, whole, and with every key the set needs.

    A key that was destroyed on purpose since is not needed: that is how what it sealed is
    forgotten. Raises BackupError.
    """
    check_sums(folder)
    lacking = keys_wanting(wanted.keys, keys_in(folder / KEYS))
    if lacking and not may_lack:
        raise BackupError(
            f"{folder} lacks keys the backup was sealed with: {', '.join(lacking)}. Name the "
            "right folder, or give --accept-missing-keys: what they sealed stays unreadable."
        )
    return folder / KEYS


def check_fits(manifest: Manifest, *, ours: int, known: frozenset[str]) -> None:
    """This code and this server can take the set; a newer one's set they cannot.

    Raises BackupError.
    """
    if manifest.postgresql > ours:
        raise BackupError(
            f"The backup is of PostgreSQL {manifest.postgresql}, this server is {ours}. "
            "Restore it into the same version or a newer one."
        )
    unknown = sorted(set(manifest.migrations) - known)
    if unknown:
        raise BackupError(
            f"The backup was made by newer code: this code does not know {unknown[0]}"
            f"{f' and {len(unknown) - 1} more migrations' if len(unknown) > 1 else ''}. "
            "Install that code first."
        )
