"""Who the database runs as: PostgreSQL refuses to run as root, and rightly."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from linli.config.cluster.errors import ClusterError

NAME = "linli"
HOME = Path("/var/lib/linli")


@dataclass(frozen=True, slots=True)
class Account:
    """The account that owns the data: the user, or `linli` when root starts the house."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    def run(
        self, command: Sequence[str | Path], *, told: str | None = None, timeout: float = 600
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, in its own session, in a folder anybody may enter.

        Its own session, so that Ctrl-C in a terminal stops the house and lets
        the house stop the database.
        """
        return subprocess.run(  # noqa: S603 - our own commands, no shell
            [str(part) for part in command],
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=[] if self.is_other else None,
            cwd="/",
            umask=0o077,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            input=told,
            stdin=subprocess.DEVNULL if told is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            start_new_session=True,
            check=False,
        )

    def may_enter(self, folder: Path) -> bool:
        """Asked of the system itself, so that lists of rights beyond the mode count too."""
        if not self.is_other:
            return os.access(folder, os.X_OK)
        return self.run(["test", "-x", folder]).returncode == 0

    def give(self, path: Path) -> None:
        """Make the account the owner of a path."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)


def account() -> Account:
    """The present user, or the account `linli`, made when root finds none."""
    uid = os.geteuid()
    if uid == 0:
        entry = _linli()
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    return Account(_name_of(uid), uid, os.getegid())


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may run under a number without a name
        return str(uid)


def _linli() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        _add()
    return pwd.getpwnam(NAME)


def _add() -> None:
    command = ["/usr/sbin/useradd", "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", str(HOME), "--shell", "/usr/sbin/nologin", NAME]
    made = subprocess.run(  # noqa: S603 - fixed words
        command,
        capture_output=True,
        text=True,
        check=False,
    )
    # 9: another process made the same name between our look and our try.
    if made.returncode not in {0, 9}:
        raise ClusterError(
            f"The account {NAME!r} for the database could not be made: {made.stderr.strip()}. "
            f"Make it by hand (useradd --system {NAME}) or give DATABASE_URL."
        )
