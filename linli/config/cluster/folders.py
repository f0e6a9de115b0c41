"""The folders a database needs, with owner and rights, or a sentence saying why not."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from linli.config.cluster.account import Account
from linli.config.cluster.errors import ClusterError

SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET = 107  # bytes of sun_path on Linux, without the closing zero
MB = 1024 * 1024


def make_passage(folder: Path) -> None:
    """A folder of root's that the database's account passes through but cannot list."""
    _make(folder, 0o711 if os.geteuid() == 0 else 0o700)


def make_private(folder: Path, account: Account) -> None:
    """A folder that only the account (and root) can enter."""
    _make(folder, 0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise ClusterError(f"{folder} is not a folder; move it away.")
    # In a folder open to all, such as /tmp, somebody else may have made it first.
    if found.st_uid not in {os.geteuid(), account.uid}:
        raise ClusterError(f"{folder} belongs to another account ({found.st_uid}); remove it.")
    account.give(folder)
    folder.chmod(0o700)


def _make(folder: Path, mode: int) -> None:
    for missing in reversed([p for p in (folder, *folder.parents) if not _exists(p)]):
        try:
            missing.mkdir(mode=mode, exist_ok=True)
            missing.chmod(mode)
        except OSError as error:
            raise ClusterError(
                f"The folder {missing} cannot be made: {error.strerror}. Make it, or name "
                "another in LINLI_DATA_DIR (data) or LINLI_SOCKET_DIR (socket)."
            ) from None


def _exists(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        raise ClusterError(f"{path} lies inside something that is not a folder.") from None
    except PermissionError:
        raise ClusterError(
            f"The folder {path.parent} cannot be entered. Open it (chmod u+x), or name "
            "another in LINLI_DATA_DIR (data) or LINLI_SOCKET_DIR (socket)."
        ) from None
    return True


def check_way_to(folder: Path, account: Account) -> None:
    """Every folder on the way is open to the account; the first that is not is named."""
    for step in (*reversed(folder.parents), folder):
        if not account.may_enter(step):
            raise ClusterError(
                f"The account {account.name!r}, which runs the database, cannot enter {step}. "
                f"Open it (chmod o+x {step}), or name another in LINLI_DATA_DIR."
            )


def check_socket_path(folder: Path) -> None:
    """The system cuts longer paths off, and the server then says something else."""
    length = len(os.fsencode(folder / SOCKET_NAME))
    if length > LONGEST_SOCKET:
        raise ClusterError(
            f"The path of the database's socket, {folder / SOCKET_NAME}, has {length} bytes; "
            f"{LONGEST_SOCKET} is the most. Name a shorter folder in LINLI_SOCKET_DIR."
        )


def free_mb(folder: Path) -> int:
    """Whole megabytes free on the volume of a folder."""
    return shutil.disk_usage(folder).free // MB


def check_room(folder: Path, needed_mb: int) -> None:
    """A new cluster is not begun where it cannot end."""
    free = free_mb(folder)
    if free < needed_mb:
        raise ClusterError(
            f"The disk is full: {free} MB are free at {folder}, a new database needs "
            f"{needed_mb} MB. Free some, or name another folder in LINLI_DATA_DIR."
        )
