"""Talking to the database with PostgreSQL's own programs: psql, dump, restore."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from linli.config.cluster.account import account
from linli.config.cluster.binaries import find_binaries
from linli.config.cluster.errors import ClusterError
from linli.config.environment import Places
from linli.config.rights import is_divided, rights_of, role_of

# Everything, or nothing: the old tables go in the same transaction that brings the new ones.
CLEAR = "DROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n"


class Tools:
    """PostgreSQL's programs, pointed at the database of this house."""

    def __init__(self, places: Places) -> None:
        self._programs = find_binaries(places.pg_bin, account())
        self._dsn, self._env = _without_password(places.owner_dsn)
        # Whoever owned the tables where the dump was made: here it is our owner, and the house's
        # role has its usual rights.
        self._rights = rights_of(role_of(places.dsn)) if is_divided(places) else ""

    def psql(self, options: Sequence[str]) -> int:
        """A session at the terminal; Ctrl-C interrupts its query, not us."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return subprocess.run(  # noqa: S603 - the operator's own words to psql
                [str(self._programs.program("psql")), self._dsn, *options],
                env=self._env,
                check=False,
                restore_signals=True,
            ).returncode
        finally:
            signal.signal(signal.SIGINT, before)

    def dump(self, file: Path, *, snapshot: str | None = None) -> None:
        """Write everything into a file, whole or not at all; only its owner may read it.

        Everything as an open transaction sees it, when its snapshot is given.
        """
        beside = file.with_name(file.name + ".part")
        _make_private(beside)
        try:
            # Never through standard output: there pg_dump writes its table of contents twice,
            # and a file that was cut off would be restored without complaint.
            moment = [f"--snapshot={snapshot}"] if snapshot else []
            kept = ("--format=custom", "--no-unlogged-table-data", f"--file={beside}")
            self._run("pg_dump", *kept, *moment, self._dsn)
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)

    def look_through(self, file: Path) -> None:
        """Read a dump from end to end, or refuse it; nothing is written."""
        self._run("pg_restore", f"--file={os.devnull}", str(file))

    def restore(self, file: Path, *, provided: str = "") -> None:
        """Put a dumped file in place of everything in the database, or change nothing.

        `provided` is what must hold before it counts: a statement that fails where it does not.
        """
        if not file.is_file():
            raise ClusterError(f"There is no file {file}.")
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "restore.sql"
            self._run("pg_restore", "--no-owner", "--no-acl", f"--file={script}", str(file))
            rights = Path(folder) / "rights.sql"
            rights.write_text(self._rights)
            self._run(
                *("psql", self._dsn, "--no-psqlrc", "--quiet", "--single-transaction"),
                *("--set=ON_ERROR_STOP=1", f"--command={CLEAR}"),
                *(f"--file={script}", f"--file={rights}"),
                *((f"--command={provided}",) if provided else ()),
            )

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 - our own words to PostgreSQL's programs
            [str(self._programs.program(name)), *arguments],
            env=self._env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ClusterError(f"{name} did not finish: {done.stderr.strip()}")


def _make_private(path: Path) -> None:
    """Only its owner may read it, from its first byte on."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    except OSError as error:
        raise ClusterError(f"The file {path} cannot be written: {error.strerror}.") from None


def _without_password(dsn: str) -> tuple[str, dict[str, str]]:
    """Any account can read the arguments of a process, only its own its environment."""
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn, dict(os.environ)
    name, _, host = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=f"{name.partition(':')[0]}@{host}").geturl()
    return bare, {**os.environ, "PGPASSWORD": unquote(parts.password)}
