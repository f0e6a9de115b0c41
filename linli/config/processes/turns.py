"""Who serves: one watcher per set of processes, found by whoever wants to stop it."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

STOP_SECONDS = 60.0
_COMMAND = "command-"


class AlreadyServedError(Exception):
    """Somebody serves this already; two would fight over the port and the jobs."""


@contextmanager
def only_one(home: Path, name: str) -> Iterator[None]:
    """Hold the place of the watcher; the lock ends with the process, so nothing is stale."""
    fd = os.open(home / f"{name}.pid", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = os.read(fd, 20).decode()
        os.close(fd)
        raise AlreadyServedError(
            f"This is served already, by process {other}; `linli stop` ends it."
        ) from None
    try:
        os.ftruncate(fd, 0)
        os.write(fd, str(os.getpid()).encode())
        yield
    finally:
        os.close(fd)


def serving(home: Path) -> list[int]:
    """The watchers that serve this house now."""
    watchers = (path for path in sorted(home.glob("*.pid")) if not _is_command(path))
    held = (_holder(path) for path in watchers)
    return [pid for pid in held if pid is not None]


def _is_command(path: Path) -> bool:
    return path.name.startswith(_COMMAND)


@contextmanager
def ended_by_stop(home: Path) -> Iterator[None]:
    """A command at work: `linli stop` ends it and waits until it has let go of the database."""
    name = f"{_COMMAND}{os.getpid()}"
    home.mkdir(parents=True, exist_ok=True)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)
    try:
        with only_one(home, name):
            yield
    finally:
        (home / f"{name}.pid").unlink(missing_ok=True)


def _end(_number: int, _frame: FrameType | None) -> None:
    """What was begun and not finished is rolled back on the way out."""
    sys.exit("linli: stopped before it was done; what was not finished was not kept")


def stop_all(home: Path) -> list[int]:
    """End every watcher of this house and wait for it; the processes that were ended."""
    return [pid for path in sorted(home.glob("*.pid")) if (pid := _stop(path)) is not None]


def _stop(path: Path) -> int | None:
    pid = _holder(path)
    if pid is None:
        return None
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while _holder(path) == pid:
        if time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    return pid


def _holder(path: Path) -> int | None:
    """The process that holds the lock; a number in a file nobody locks means nothing."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.read(fd, 20).decode()
        return int(text) if text.isdigit() else None
    else:
        return None
    finally:
        os.close(fd)
