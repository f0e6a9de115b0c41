"""Files that are on the disk once we say so: copied, hashed, synced, then named."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from linli.config.backups.errors import BackupError

CHUNK = 1024 * 1024


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy(source: Path, target: Path, *, same: Path | None = None) -> str:
    """Copy a file and make it last; its digest.

    `same` is what an earlier set holds under this name: when its bytes, read anew, are still those
    of the source, the two share their room on the disk. A rotten one is never shared.
    """
    digest = sha256_of(source)
    if same is not None and _is(same, digest):
        try:
            os.link(same, target)
        except OSError:  # another volume, or one without links
            pass
        else:
            return digest
    with source.open("rb") as reader, _open_private(target) as writer:
        copied = hashlib.sha256()
        while chunk := reader.read(CHUNK):
            copied.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    return copied.hexdigest()


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and sha256_of(path) == digest


def write(path: Path, content: bytes) -> None:
    """Write a small file and make it last."""
    with _open_private(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _open_private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sync_folders(top: Path) -> None:
    """Make the names last, from the deepest folder up."""
    for folder in [*sorted((p for p in top.rglob("*") if p.is_dir()), reverse=True), top]:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make what was last named in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files_below(top: Path) -> Iterator[Path]:
    """Every file, in order; links and devices have no place in what we keep."""
    if not top.is_dir():
        return
    for path in sorted(top.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(top).parts):
            continue  # what a restore has staged, or a volume's own
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise BackupError(f"{path} is neither a file nor a folder; move it away.")
        if path.is_file():
            yield path


def make_folder(path: Path) -> None:
    """A folder only its owner enters, or a sentence saying why there can be none."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BackupError(f"The folder {path} cannot be made: {error.strerror}.") from None
