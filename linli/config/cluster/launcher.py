"""Starts, finds and stops one cluster."""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from linli.config.cluster.account import Account, account
from linli.config.cluster.ballast import keep_ballast, size_mb
from linli.config.cluster.binaries import Binaries, find_binaries
from linli.config.cluster.errors import ClusterError
from linli.config.cluster.folders import (
    check_room,
    check_socket_path,
    check_way_to,
    free_mb,
    make_passage,
    make_private,
)
from linli.config.cluster.leases import Lease, is_used, one_at_a_time
from linli.config.cluster.remains import clear_remains, is_ready, living_pid
from linli.config.cluster.roles import ROLES, ROLES_VERSION
from linli.config.cluster.tuning import write_settings
from linli.config.environment import Places, Profile

START_SECONDS = 300  # a crash recovery reads what was written since the last checkpoint
STOP_SECONDS = 30
ROOM_FOR_NEW_MB = 192
SCARCE_MB = 20
# A server that finds no room for its journal falls over; one that finds none for a table refuses
# and goes on. So four segments are laid out at birth, and used again and again.
JOURNAL = (
    "SELECT pg_logical_emit_message(false, 'room', 'kept'), pg_switch_wal();\n" * 5
    + "CHECKPOINT;\n"
)


@dataclass(frozen=True, slots=True)
class Status:
    """What `linli db status` tells."""

    running: bool
    pid: int | None
    used: bool
    data: Path
    socket: Path
    major: int | None
    free_mb: int
    ballast: bool


class Cluster:
    """One PostgreSQL of our own: the first user starts it, the last who leaves stops it."""

    def __init__(self, name: Profile | None = None, places: Places | None = None) -> None:
        places = places or Places.from_env()
        self.places = replace(
            places, profile=name or places.profile, database_url=None, owner_url=None
        )
        self.home = self.places.home
        self.data = self.places.cluster_data
        self.socket = self.places.cluster_socket
        self.log = self.home / "postgres-log"
        self._lease: Lease | None = None

    @cached_property
    def account(self) -> Account:
        return account()

    @cached_property
    def binaries(self) -> Binaries:
        return find_binaries(self.places.pg_bin, self.account)

    @property
    def dsn(self) -> str:
        return self.places.dsn

    def ensure_running(self) -> str:
        """Start the server or join those who use it, and say where it is."""
        try:
            return self._ensure_running()
        except OSError as error:
            raise ClusterError(f"{error.filename}: {error.strerror}.") from error

    def _ensure_running(self) -> str:
        self._make_folders()
        with self._turn():
            if living_pid(self.data) is None:
                self._begin()
            self._wait_until_ready()
            self._make_roles()
            if self._lease is None:
                self._lease = Lease(self.home / "users.lock")
            keep_ballast(self.home, size_mb(self.places.profile))
        return self.dsn

    def is_running(self) -> bool:
        """Whether the server's process lives; cheap enough to ask every second."""
        return living_pid(self.data) is not None

    def release(self) -> None:
        """Leave, and stop the server if nobody is left and nobody asked to keep it."""
        if self._lease is None:
            return
        with self._turn():
            last = self._lease.end()
            self._lease = None
            if last and not self._kept.exists():
                self._stop()

    def keep(self) -> None:
        """Let the server run on when the last user leaves, until `stop`."""
        self._kept.touch()

    def stop(self) -> bool:
        """Stop the server whoever uses it; whether there was one to stop."""
        if not self.home.is_dir():
            return False
        with self._turn():
            self._kept.unlink(missing_ok=True)
            return self._stop()

    def status(self) -> Status:
        """How things stand, without changing any."""
        pid = living_pid(self.data)
        near = next(p for p in (self.home, *self.home.parents) if p.is_dir())
        return Status(
            running=pid is not None,
            pid=pid,
            used=is_used(self.home / "users.lock"),
            data=self.data,
            socket=self.socket,
            major=self._written_by(),
            free_mb=free_mb(near),
            ballast=(self.home / "ballast").exists(),
        )

    @property
    def _kept(self) -> Path:
        # Beside the socket, in a folder that a restart of the machine empties.
        return self.socket / "kept"

    def _turn(self) -> AbstractContextManager[None]:
        return one_at_a_time(self.home / "turn.lock")

    def _make_folders(self) -> None:
        check_socket_path(self.socket)
        make_passage(self.home)
        make_passage(self.socket.parent)
        make_private(self.socket, self.account)
        make_private(self.log, self.account)
        check_way_to(self.log, self.account)

    def _begin(self) -> None:
        clear_remains(self.data, self.socket)
        if self._written_by() is None:
            self._create()
        self._check_version()
        write_settings(self.data, socket=self.socket, log=self.log)
        self._start()

    def _create(self) -> None:
        """A new cluster is made beside and renamed when whole: half a one is never started."""
        check_room(self.home, ROOM_FOR_NEW_MB)
        if self.data.exists() and any(self.data.iterdir()):
            raise ClusterError(f"{self.data} is not empty and holds no database; move it away.")
        beside = self.home / "postgres.new"
        shutil.rmtree(beside, ignore_errors=True)
        make_private(beside, self.account)
        self._command("initdb", "--pgdata", beside, *self._initdb_options())
        self._command(
            "postgres",
            "--single",
            "-D",
            beside,
            "-c",
            "exit_on_error=on",
            "template1",
            told=JOURNAL,
        )
        if self.data.exists():
            self.data.rmdir()
        beside.rename(self.data)

    def _make_roles(self) -> None:
        """The owner's role, the house's own and the database, once for each cluster."""
        mark = self.data / f"linli.roles-{ROLES_VERSION}"
        if mark.exists():
            return
        strict = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
        self._command("psql", self.places.operator_dsn, *strict, told=ROLES)
        mark.touch()

    def _initdb_options(self) -> list[str]:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums"]
        # lc_ctype is always C.UTF-8: under plain C pg_trgm drops every Chinese character.
        options += ["--locale=C.UTF-8", "--no-instructions"]
        if self.binaries.major >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return options

    def _written_by(self) -> int | None:
        try:
            return int((self.data / "PG_VERSION").read_text())
        except (FileNotFoundError, PermissionError):
            return None

    def _check_version(self) -> None:
        written, ours = self._written_by(), self.binaries.major
        if written != ours:
            raise ClusterError(
                f"The data in {self.data} was written by PostgreSQL {written}, "
                f"the programs are {ours}. Dump it with the old programs "
                f"(PG_BIN=folder-of-{written} linli db dump FILE), move {self.data} away, and "
                "bring it back with the new ones (linli db restore FILE)."
            )

    def _start(self) -> None:
        first_words = self.log / "start.log"
        first_words.unlink(missing_ok=True)
        begun = self._pg_ctl("start", "--log", first_words, timeout=START_SECONDS)
        if begun.returncode != 0:
            raise ClusterError(self._why_not(begun.stderr, first_words))

    def _why_not(self, said: str, first_words: Path) -> str:
        newest = max(self.log.glob("*.log"), key=lambda p: p.stat().st_mtime_ns, default=None)
        tail = [
            line
            for path in (first_words, newest)
            if path is not None and path.exists()
            for line in path.read_text(errors="replace").splitlines()[-5:]
        ]
        if free_mb(self.home) < SCARCE_MB or any("No space left" in line for line in tail):
            return (
                f"The disk is full: the database cannot start with {free_mb(self.home)} MB "
                f"free at {self.home}. `linli db free-ballast` gives minutes of air."
            )
        return "The database did not start: " + "\n  ".join([said.strip(), *tail])

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not is_ready(self.data):
            if time.monotonic() > until or living_pid(self.data) is None:
                raise ClusterError(
                    f"The database in {self.data} runs but takes no connections."
                )
            time.sleep(0.05)

    def _stop(self) -> bool:
        if living_pid(self.data) is None:
            return False
        for mode in ("fast", "immediate"):
            done = self._pg_ctl("stop", "--mode", mode, timeout=STOP_SECONDS)
            if done.returncode == 0:
                return True
        raise ClusterError(f"The database did not stop: {done.stderr.strip()}")

    def _pg_ctl(
        self, verb: str, *options: str | Path, timeout: int
    ) -> subprocess.CompletedProcess[str]:
        waiting = ("--silent", "--wait", "--timeout", str(timeout), "--pgdata", self.data)
        program = self.binaries.program("pg_ctl")
        return self.account.run([program, verb, *waiting, *options], timeout=timeout + 10)

    def _command(self, name: str, *arguments: str | Path, told: str | None = None) -> None:
        done = self.account.run([self.binaries.program(name), *arguments], told=told)
        if done.returncode != 0 or "FATAL" in done.stderr or "ERROR" in done.stderr:
            said = done.stderr.strip() or done.stdout.strip()
            raise ClusterError(f"{name} did not finish: {said}")
