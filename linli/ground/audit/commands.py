"""`linli audit …`: is the trail whole, where does it stand, drop what has served its term."""

from __future__ import annotations

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

from linli.ground.audit import queries, services
from linli.ground.audit.rules.chain import Fault, Head
from linli.kernel import clock
from linli.kernel.actor import Actor

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

BROKEN: Final = 1
LATE: Final = timedelta(minutes=10)
# Whoever runs commands on the machine stands for the installation itself.
_OPERATOR = Actor(kind="clock", name="operator")
_SEEN = {
    "deleted": "an entry or its seal is gone",
    "edited": "the entry is not what was sealed",
    "reordered": "an entry stands where another was sealed",
    "broken": "the seal does not follow from the one before it",
    "truncated": "the chain was longer once: its end is gone",
    "forked": "the chain is another one than the head that was told",
    "dropped_unrecorded": "months were dropped without an entry that says so",
}


def register(subparsers: Subparsers) -> None:
    """Describe `linli audit` and its three commands."""
    audit = subparsers.add_parser("audit", help="verify the trail, tell its head")
    commands = audit.add_subparsers(required=True, metavar="COMMAND")
    verifying = commands.add_parser(
        "verify", help="name the first broken row; 1 if there is one"
    )
    verifying.add_argument(
        "--head",
        type=Head.read,
        action="append",
        default=[],
        metavar="SEQ:DIGEST",
        help="a head from a paper or another place; may be given several times",
    )
    verifying.add_argument(
        "--heads", type=Path, help="a file of heads (default: the one the worker keeps)"
    )
    verifying.set_defaults(run=verify)
    telling = commands.add_parser("heads", help="print where the chain stands now")
    telling.set_defaults(run=tell_head)
    dropping = commands.add_parser(
        "drop-months", help="drop whole months that have served their term (the owner's role)"
    )
    dropping.add_argument(
        "--before", type=_month, required=True, metavar="YYYY-MM", help="the first month kept"
    )
    dropping.set_defaults(run=drop_months)


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def verify(arguments: argparse.Namespace) -> int:
    """Say the head of a whole chain or its first broken row, and the age of the unsealed tail."""
    kept = queries.kept_heads(arguments.heads or settings.HEADS_FILE)
    answer = queries.verify(told=[*kept, *arguments.head])
    age = clock.now() - answer.oldest if answer.oldest else timedelta(0)
    _line(
        f"unsealed  {answer.waiting} entries, the oldest {max(0, int(age.total_seconds()))} s"
    )
    if isinstance(answer.found, Fault):
        _line(f"BROKEN    row {answer.found.seq}: {_SEEN[answer.found.kind]}")
        return BROKEN
    compared = len(kept) + len(arguments.head)
    _line(f"whole     {answer.found} ({compared} heads from outside fit)")
    if age > LATE:
        _line("LATE      nobody seals: does the worker run?")
        return BROKEN
    return 0


def tell_head(_arguments: argparse.Namespace) -> int:
    """Print one line to be kept elsewhere."""
    _line(f"{queries.head()}")
    return 0


def drop_months(arguments: argparse.Namespace) -> int:
    """Drop the months, say where the chain begins now."""
    end = services.drop_months(before=arguments.before, by=_OPERATOR, at=clock.now())
    _line("nothing to drop" if end is None else f"dropped; the chain begins after {end}")
    return 0


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
