"""The files a server needs around the house, made from deploy/ for this machine and environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from linli.config.environment import Settings
from linli.config.places import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
MARK = re.compile(r"@([A-Z_]+)@")
LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
KEEP = 14


class UnitsError(Exception):
    """One sentence saying why the files cannot be made."""


def read_environment(file: Path) -> dict[str, str]:
    """The variables of an environment file, which a shell and systemd must read alike."""
    if not file.is_file():
        raise UnitsError(f"There is no {file}. Copy {DEPLOY}/linli.env there and fill it in.")
    found: dict[str, str] = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        parts = LINE.fullmatch(said)
        # What a shell would read otherwise than systemd does is refused rather than quoted.
        if parts is None or re.search(r"[\s'\"$`\\#&;|<>()]", parts[2]):
            raise UnitsError(
                f"{file}, line {number}: one NAME=value without spaces, quotes and signs of a shell."
            )
        found[parts[1]] = parts[2]
    return found


def units(settings: Settings, *, user: str, environment: Path) -> dict[str, str]:
    """Every unit by its file name; the database's only where it is our own."""
    own = settings.places.database_url is None
    values = _values(settings, user=user, environment=environment)
    values["REQUIRES"] = "\nRequires=linli-database.service" if own else ""
    files = sorted(p for p in (DEPLOY / "systemd").iterdir() if p.suffix != ".conf")
    return {
        path.name: _filled(path, values)
        for path in files
        if own or path.name != "linli-database.service"
    }


def others(settings: Settings, *, user: str, environment: Path) -> dict[str, str]:
    """The command for administrators, and the proxy's example."""
    values = _values(settings, user=user, environment=environment)
    return {name: _filled(DEPLOY / name, values) for name in ("linli", "nginx.conf")}


def _values(settings: Settings, *, user: str, environment: Path) -> dict[str, str]:
    house = settings.places
    writes = {house.data_dir, house.socket_dir, settings.media_dir, settings.keys_dir}
    writes |= {one for one in (settings.backup_dir, settings.backup_keys_dir) if one}
    values = {
        "CODE": str(CHECKOUT),
        "COMMAND": str(CHECKOUT / ".venv" / "bin" / "linli"),
        "ENVIRONMENT": str(environment),
        "EVENTS_PORT": str(settings.port + 1),
        "HOST": urlsplit(settings.base_url).hostname or "",
        "KEEP": str(KEEP),
        "PORT": str(settings.port),
        "USER": user,
        # A minus: one that is not there yet does not keep the unit from starting.
        "WRITES": " ".join(sorted(f"-{folder}" for folder in writes)),
    }
    for name, value in values.items():
        if re.search(r"[\s%\"']", value) and name != "WRITES":
            raise UnitsError(f"{value}: a path with spaces or quotes cannot stand in a unit.")
    return values


def _filled(path: Path, values: Mapping[str, str]) -> str:
    text = path.read_text()
    if "@COMMON@" in text:
        text = text.replace("@COMMON@\n", (DEPLOY / "systemd" / "common.conf").read_text())
    return MARK.sub(lambda found: values[found[1]], text)
