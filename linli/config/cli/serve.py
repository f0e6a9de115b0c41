"""`linli serve`, and one process each."""

from __future__ import annotations

import argparse
import logging.config
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from linli.config.database import running_database
from linli.config.environment import Settings
from linli.config.places import RESTORING
from linli.config.processes.turns import only_one

PROCESSES = ("web", "events", "worker")
LONGEST_LOG = 10 * 1024 * 1024
LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 20.0


class TakenError(Exception):
    """Somebody else listens where we would."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Say how serving and stopping are asked for."""
    everything = commands.add_parser("serve", help="web, events and worker, until Ctrl-C")
    everything.set_defaults(run=lambda given: _serve("serve", PROCESSES, given))
    everything.add_argument("--log", type=Path, help="write the logs into this file")
    everything.add_argument(
        "--reload", action="store_true", help="start anew when code changes"
    )
    everything.add_argument(
        "--welcome",
        action="store_true",
        help="say the address and the demo accounts once ready",
    )
    for name in PROCESSES:
        one = commands.add_parser(name, help=f"only the {name} process, until Ctrl-C")
        one.set_defaults(run=partial(_serve_one, name), log=None, reload=False, welcome=False)


def _serve_one(name: str, given: argparse.Namespace) -> int:
    return _serve(name, (name,), given)


def _serve(turn: str, names: Sequence[str], given: argparse.Namespace) -> int:
    from linli.config.logs import logging_config
    from linli.config.processes.watcher import Watcher

    settings = Settings.from_env()
    with ExitStack() as stack:
        database = stack.enter_context(running_database(settings.places))
        settings.places.home.mkdir(parents=True, exist_ok=True)
        stack.enter_context(only_one(settings.places.home, turn))
        _check_whole(settings)
        _check_ports(settings, names)
        output = stack.enter_context(_open_log(given.log)) if given.log else None
        config = logging_config(settings.log_level)
        if given.log:
            config["handlers"]["lines"] = {
                "class": "logging.FileHandler",
                "filename": str(given.log),
                "formatter": "json",
            }
        logging.config.dictConfig(config)
        commands = {it: [sys.executable, "-m", "linli.config.processes", it] for it in names}
        watcher = Watcher(commands, database, output=output)
        watcher.run(each_tick=_each_tick(given, settings, watcher.stop_children))
    return 0


def _check_whole(settings: Settings) -> None:
    """New rows beside old files are not served."""
    if (settings.places.home / RESTORING).exists():
        raise TakenError(
            "A restore was cut. Run the same linli restore again; it goes on there."
        )


def _check_ports(settings: Settings, names: Sequence[str]) -> None:
    """Refuse before starting: the server itself would try again and again."""
    for name, port in (("web", settings.port), ("events", settings.port + 1)):
        if name in names:
            _check_port(settings.bind, port)


def _check_port(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.strip("[]"), port))
        except OSError as error:
            raise TakenError(
                f"Port {port} on {address} cannot be used: {error.strerror}. "
                "PORT names another; the next port above is used too."
            ) from None


def _open_log(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    long = path.exists() and path.stat().st_size > LONGEST_LOG
    return path.open("wb" if long else "ab")


def _each_tick(
    given: argparse.Namespace, settings: Settings, stop_children: Callable[[], None]
) -> Callable[[], None]:
    from linli.config.processes.changes import Changes

    welcome = Welcome(settings, log=given.log) if given.welcome else None
    changes = Changes() if given.reload else None

    def tick() -> None:
        if welcome is not None:
            welcome.look()
        if changes is not None and changes.happened():
            stop_children()

    return tick


class Welcome:
    """Tells the address as soon as the pages answer, and once if they are long in coming."""

    def __init__(self, settings: Settings, *, log: Path | None) -> None:
        self._settings = settings
        self._log = log
        self._begun = time.monotonic()
        self._next_look = self._begun
        self._ready = self._worried = False

    def look(self) -> None:
        """Cheap enough for every tick: the page is asked for once a second until it is there."""
        if self._ready or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        waited = time.monotonic() - self._begun
        if self._answers():
            self._ready = True
            self._say_address(waited)
        elif waited > PATIENCE_SECONDS and not self._worried:
            self._worried = True
            _say(f"\n  The pages do not answer yet. Logs: {self._log or 'above'}")

    def _say_address(self, waited: float) -> None:
        _say(f"\n  邻里 Linli: {self._settings.base_url}   ({waited:.1f} s, Ctrl-C ends it)")
        if self._log is not None:
            _say(f"  Logs: {self._log}")
        if self._settings.demo:
            accounts = [sys.executable, "-m", "linli.config.cli", "demo", "accounts"]
            subprocess.run(accounts, check=False)  # noqa: S603 - our own command

    def _answers(self) -> bool:
        # A proxy named in the environment must not be asked for our own page.
        opener = build_opener(ProxyHandler({}))
        try:
            with opener.open(
                f"http://127.0.0.1:{self._settings.port}/healthz", timeout=1
            ) as page:
                return bool(page.status == 200)
        except (URLError, OSError):
            return False


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - a command speaks
