"""`linli where`, `stop` and `reset`: the house of this checkout and profile as a whole."""

from __future__ import annotations

import argparse
import shutil
import sys

from linli.config.cluster import Cluster
from linli.config.environment import Places
from linli.config.processes.turns import stop_all

REFUSED = 1


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Say how the whole house is asked for."""
    for name, run, sentence in (
        ("where", _where, "say the folder of the database, the files and the keys"),
        ("stop", _stop, "stop whatever serves this house, and its database"),
        ("reset", _reset, "stop the demo and throw its database and files away"),
    ):
        commands.add_parser(name, help=sentence).set_defaults(run=run)


def _where(_: argparse.Namespace) -> int:
    return _say(str(Places.from_env().home))


def _stop(_: argparse.Namespace) -> int:
    places = Places.from_env()
    stopped = stop_all(places.home) if places.home.is_dir() else []
    own = places.database_url is None and Cluster(places=places).stop()
    return _say("Stopped." if stopped or own else "Nothing was running.")


def _reset(given: argparse.Namespace) -> int:
    """Only the demo and the tests can be thrown away by one command."""
    places = Places.from_env()
    if places.profile == "main":
        print("linli: only a demo (LINLI_DEMO=1) can be reset", file=sys.stderr)  # noqa: T201
        return REFUSED
    _stop(given)
    shutil.rmtree(places.home, ignore_errors=True)
    shutil.rmtree(places.cluster_socket, ignore_errors=True)
    return _say(f"Removed {places.home}.")


def _say(sentence: str) -> int:
    print(sentence)  # noqa: T201 - a command speaks
    return 0
