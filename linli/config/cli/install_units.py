"""`linli install-units`: what systemd needs to run the house, for this machine."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from linli.config.environment import Settings
from linli.config.units import UnitsError, others, read_environment, units

ENVIRONMENT = Path("/etc/linli/linli.env")
SYSTEMD = Path("/etc/systemd/system")


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], sentence: str
) -> None:
    """Say how the units are asked for."""
    parser = commands.add_parser("install-units", help=sentence)
    parser.add_argument("--user", default="linli", help="the account the house runs under")
    parser.add_argument(
        "--environment", type=Path, default=ENVIRONMENT, help=f"default {ENVIRONMENT}"
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--print", nargs="*", metavar="NAME", help="print all, or those named; nginx.conf too"
    )
    where.add_argument("--to", type=Path, metavar="FOLDER", help=f"write them; {SYSTEMD}")
    parser.set_defaults(run=_install)


def _install(given: argparse.Namespace) -> int:
    environment = given.environment.absolute()
    ours = {name: value for name, value in os.environ.items() if name in {"HOME", "PATH"}}
    settings = Settings.from_env(ours | read_environment(environment))
    files = units(settings, user=given.user, environment=environment)
    if given.to is not None:
        return _write(given.to, files)
    files |= others(settings, user=given.user, environment=environment)
    if unknown := set(given.print) - files.keys():
        raise UnitsError(f"There is no {min(unknown)}. There are: {', '.join(sorted(files))}.")
    for name in given.print or sorted(files):
        _say(files[name] if given.print else f"# ---- {name}\n{files[name]}")
    return 0


def _write(folder: Path, files: dict[str, str]) -> int:
    try:
        for name, text in files.items():
            (folder / name).write_text(text)
            _say(f"{folder / name}")
    except OSError as error:
        raise UnitsError(f"{error.filename} cannot be written: {error.strerror}.") from None
    _say(
        "Now: systemctl daemon-reload && systemctl enable --now linli.target linli-backup.timer"
    )
    return 0


def _say(sentence: str) -> None:
    print(sentence.rstrip("\n"))  # noqa: T201 - a command speaks
