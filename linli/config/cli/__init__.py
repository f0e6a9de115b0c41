"""The command `linli`: quick to start, and honest about what stands in the way."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from linli.config.backups import BackupError
from linli.config.cli import db, home, serve
from linli.config.cli.contributed import CONTRIBUTED, run_contributed, run_manage, run_migrate
from linli.config.cluster import ClusterError
from linli.config.environment import BadEnvironmentError
from linli.config.processes.turns import AlreadyServedError
from linli.config.units import UnitsError

# What a person running the machine can mend; everything else deserves its traceback.
MENDABLE = (
    AlreadyServedError,
    BackupError,
    BadEnvironmentError,
    ClusterError,
    UnitsError,
    serve.TakenError,
)
BAD_USE = 2
# Loaded only when asked for: what they need takes longer to load than `linli db` to answer.
LATER = {
    "backup": "write database, files and keys as sets; `backup verify` reads one again",
    "restore": "bring everything back from a backup",
    "upgrade": "after new code was fetched: back up, migrate, or be as before",
    "doctor": "look at everything that can go wrong, and say what to do",
    "install-units": "write what systemd needs to run the house",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 1 when refused, 2 when the machine stands in the way."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except MENDABLE as error:
        print(f"linli: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return BAD_USE
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in {"manage", "migrate"}:
        return {"manage": run_manage, "migrate": run_migrate}[name](arguments[1:])
    if name in CONTRIBUTED:
        return run_contributed(arguments)
    parser = _parser(name)
    parsed, rest = parser.parse_known_args(arguments)
    if rest and not getattr(parsed, "passes_on", False):
        parser.error(f"unknown: {' '.join(rest)}")
    parsed.rest = rest
    if not hasattr(parsed, "run"):
        parser.print_help()
        return BAD_USE
    code: int = parsed.run(parsed)
    return code


def _parser(asked: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="linli", description="Linli 邻里, the neighbours' house"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    serve.register(commands)
    db.register(commands)
    for name, sentence in LATER.items():
        if name == asked:
            import_module(f"linli.config.cli.{name.replace('-', '_')}").register(
                commands, sentence
            )
        else:
            commands.add_parser(name, help=sentence)
    home.register(commands)
    # Only named here: their own parsers need the applications, which take a second to load.
    commands.add_parser("migrate", help="bring the tables up to this code")
    commands.add_parser("manage", help="Django's own commands")
    for name, (_, sentence) in CONTRIBUTED.items():
        commands.add_parser(name, help=sentence)
    return parser
