"""`linli docs`: write the reference and renew the catalogue, or say what is stale."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from linli.config.docs import catalogue, reference
from linli.config.places import CHECKOUT

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

REFERENCE = CHECKOUT / "docs" / "reference"


def register(subparsers: Subparsers) -> None:
    """Describe `linli docs write`."""
    docs = subparsers.add_parser("docs", help="write the reference")
    commands = docs.add_subparsers(required=True, metavar="COMMAND")
    write = commands.add_parser("write", help="write docs/reference and renew the catalogue")
    write.add_argument("--check", action="store_true", help="change nothing; 1 when stale")
    write.set_defaults(run=write_all)


def write_all(arguments: argparse.Namespace) -> int:
    """Write what differs, or name it; 1 when a message has no Chinese."""
    words = catalogue.renewed()
    wanted = {REFERENCE / name: text for name, text in reference.pages().items()}
    wanted[catalogue.CHINESE] = catalogue.written(words)
    wanted[REFERENCE / "openapi.json"] = _openapi()
    stale = [path for path, text in wanted.items() if not _is(path, text)]
    for path in stale:
        _say(f"{path.relative_to(CHECKOUT)}: {'stale' if arguments.check else 'written'}")
        if not arguments.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path])
    missing = catalogue.untranslated(words)
    for message in missing:
        _say(f"no Chinese for: {message}")
    return 1 if missing or (arguments.check and stale) else 0


def _openapi() -> str:
    from linli.config.api import api

    return (
        json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1, default=str) + "\n"
    )


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text() == text


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
