"""Keeps the processes of the house running, and leaves none behind."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from linli.config.cluster import ClusterError
from linli.config.database import Database

logger = logging.getLogger(__name__)

STOP_SECONDS = 25.0  # longer than any child's own patience
TICK_SECONDS = 0.2
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
SETTLED_SECONDS = (
    60.0  # a child that lived this long has not crashed for the reason it had before
)


class Pause:
    """How long to wait before trying again: doubled at each failure, up to half a minute."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE
        self._until = 0.0

    def failed(self) -> None:
        self._until = time.monotonic() + self._next
        self._next = min(self._next * 2, LONGEST_PAUSE)

    def settled(self) -> None:
        self._next = FIRST_PAUSE

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until


class Child:
    """One process of the house, in a group of its own: Ctrl-C reaches the watcher only."""

    def __init__(self, name: str, command: Sequence[str], output: IO[bytes] | None) -> None:
        self.name = name
        self._command = command
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None
        self._pause = Pause()
        self._born = 0.0

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
        )
        self._born = time.monotonic()
        logger.info("started", extra={"child": self.name, "pid": self._process.pid})

    def keep_alive(self) -> None:
        """Start it again when it has ended by itself, after a pause."""
        if self._process is not None and self._process.poll() is not None:
            code = self._process.returncode
            logger.error("ended by itself", extra={"child": self.name, "code": code})
            self._kill_group()
            if time.monotonic() - self._born > SETTLED_SECONDS:
                self._pause.settled()
            self._process = None
            self._pause.failed()
        if self._process is None and self._pause.is_over:
            self.start()

    def ask_to_stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait_until_stopped(self, until: float) -> None:
        """Wait for the drain to end, then leave nothing of the group."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("cut off", extra={"child": self.name})
        self._kill_group()
        self._process.wait()
        self._process = None

    def _kill_group(self) -> None:
        assert self._process is not None
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


class Watcher:
    """Runs children over a database until told to stop."""

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        database: Database,
        *,
        output: IO[bytes] | None = None,
        patience: float = STOP_SECONDS,
    ) -> None:
        self._children = [Child(name, it, output) for name, it in commands.items()]
        self._database = database
        self._patience = patience
        self._database_pause = Pause()
        self._stopping = threading.Event()

    def stop(self, *_: object) -> None:
        """May be called from a signal, any number of times."""
        self._stopping.set()

    def run(self, *, each_tick: Callable[[], None] = lambda: None) -> None:
        """Keep everything alive until `stop`; then drain, and kill what does not end."""
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(how, self.stop)
        try:
            while not self._stopping.is_set():
                if self._database_is_there():
                    for child in self._children:
                        child.keep_alive()
                each_tick()
                self._stopping.wait(TICK_SECONDS)
        finally:
            self.stop_children()

    def stop_children(self) -> None:
        """All at once, so that the slowest decides how long it takes."""
        until = time.monotonic() + self._patience
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.wait_until_stopped(until)

    def _database_is_there(self) -> bool:
        """A database that was killed is started again; the children reconnect by themselves."""
        if self._database.is_running():
            return True
        if not self._database_pause.is_over:
            return False
        try:
            self._database.ensure_running()
        except ClusterError as error:
            logger.error("the database is away", extra={"reason": str(error)})  # noqa: TRY400 - the sentence says it all
            self._database_pause.failed()
            return False
        self._database_pause.settled()
        logger.warning("the database was started again")
        return True
