"""What a killed server leaves behind, and how the next one gets past it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from linli.config.cluster.errors import ClusterError

POLITE_SECONDS = 5.0
STATUS_LINE = 7  # of postmaster.pid, counted from nothing


def pid_lines(data: Path) -> list[str]:
    """The lines of postmaster.pid, none when there is no such file."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def living_pid(data: Path) -> int | None:
    """The server's process, if it lives.

    The number alone proves nothing: after a crash or a restart of the machine
    it may be somebody else's. A server's working folder is its data.
    """
    first = next(iter(pid_lines(data)), "")
    if not first.isdigit() or not _works_in(int(first), data):
        return None
    return int(first)


def is_ready(data: Path) -> bool:
    """Whether the living server has said that it takes connections."""
    lines = pid_lines(data)
    return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"


def clear_remains(data: Path, socket: Path) -> None:
    """After a killed server: end its orphans, and take away files that name a stranger.

    Orphans hold the old shared memory, and a new server rightly refuses to
    start while they might still write. They serve nobody any more.
    """
    _end(data, signal.SIGQUIT)
    if not _gone(data, POLITE_SECONDS):
        _end(data, signal.SIGKILL)
        if not _gone(data, POLITE_SECONDS):
            left = ", ".join(map(str, _processes(data)))
            raise ClusterError(f"Processes of a former server will not end in {data}: {left}.")
    # PostgreSQL trusts these files if any process has their number, whoever it is.
    (data / "postmaster.pid").unlink(missing_ok=True)
    (socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    (socket / ".s.PGSQL.5432").unlink(missing_ok=True)


def _processes(data: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _works_in(int(entry.name), data):
            yield int(entry.name)


def _works_in(pid: int, data: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        name = (process / "comm").read_text().strip()
        return name == "postgres" and (process / "cwd").readlink() == data.resolve()
    except OSError:  # gone meanwhile, or another account's, whose folder we may not read
        return False


def _end(data: Path, how: signal.Signals) -> None:
    for pid in _processes(data):
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            continue


def _gone(data: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while any(True for _ in _processes(data)):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
