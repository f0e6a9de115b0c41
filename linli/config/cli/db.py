"""`linli db`: the database, for whoever runs the machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from linli.config.cluster import Cluster, ClusterError
from linli.config.cluster.ballast import free_ballast
from linli.config.cluster.dumps import Tools
from linli.config.database import running_database
from linli.config.environment import Places


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Say how the database is asked for."""
    parser = commands.add_parser(
        "db", help="start, stop, look at, dump and restore the database"
    )
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, sentence in (
        ("start", _start, "start it and let it run until `linli db stop`"),
        ("stop", _stop, "stop it, whoever uses it"),
        ("status", _status, "say how it stands"),
        (
            "free-ballast",
            _free_ballast,
            "give back the space kept aside, when the disk is full",
        ),
    ):
        verbs.add_parser(name, help=sentence).set_defaults(run=run)
    psql = verbs.add_parser("psql", help="talk to it; what follows goes to psql")
    psql.set_defaults(run=_psql, passes_on=True)
    for name, work, sentence in (
        ("dump", _dump, "write everything in it into a file (the keys are not in it)"),
        (
            "restore",
            _restore,
            "put a dumped file in place of everything in it, or change nothing",
        ),
    ):
        one = verbs.add_parser(name, help=sentence)
        one.add_argument("file", type=Path)
        one.set_defaults(run=work)


def _own() -> Cluster:
    places = Places.from_env()
    if places.database_url is not None:
        raise ClusterError("DATABASE_URL names a server that is not ours to start or stop.")
    return Cluster(places=places)


def _start(_: argparse.Namespace) -> int:
    cluster = _own()
    dsn = cluster.ensure_running()
    cluster.keep()
    cluster.release()
    return _say(f"Running: {dsn}")


def _stop(_: argparse.Namespace) -> int:
    return _say("Stopped." if _own().stop() else "It was not running.")


def _status(_: argparse.Namespace) -> int:
    """0 when it runs, 3 when it does not, as service scripts have it."""
    status = _own().status()
    state = f"running as process {status.pid}" if status.running else "not running"
    version = "none yet" if status.major is None else f"PostgreSQL {status.major}"
    _say(f"state    {state}{', in use' if status.used else ''}")
    _say(f"version  {version}")
    _say(f"data     {status.data}  ({status.free_mb} MB free)")
    _say(f"socket   {status.socket}")
    _say(f"ballast  {'kept' if status.ballast else 'none'}")
    return 0 if status.running else 3


def _free_ballast(_: argparse.Namespace) -> int:
    freed = free_ballast(_own().home)
    return _say("Freed; it is kept again once there is room." if freed else "There was none.")


def _psql(given: argparse.Namespace) -> int:
    places = Places.from_env()
    with running_database(places):
        return Tools(places).psql(given.rest)


def _dump(given: argparse.Namespace) -> int:
    places = Places.from_env()
    with running_database(places):
        Tools(places).dump(given.file)
    return _say(f"Written: {given.file}")


def _restore(given: argparse.Namespace) -> int:
    places = Places.from_env()
    with running_database(places):
        Tools(places).restore(given.file)
    return _say(f"Restored from {given.file}.")


def _say(sentence: str) -> int:
    print(sentence)  # noqa: T201 - a command speaks
    return 0
