"""`linli demo …`: fill an empty house with a street that lives, tell who can sign in."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from linli.config.demo.accounts import account_lines
from linli.config.demo.fill import CROWD, fill
from linli.config.settings import HOUSE
from linli.kernel.errors import Forbidden, _

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class NotTheDemo(Forbidden):
    """Made-up people and printed passwords belong into no other house."""

    message = _("This is not the demo: it needs LINLI_DEMO=1 and has its own database.")


def register(subparsers: Subparsers) -> None:
    """Describe `linli demo` and its two commands."""
    demo = subparsers.add_parser("demo", help="fill the demo, tell its accounts")
    commands = demo.add_subparsers(required=True, metavar="COMMAND")
    for name, run, sentence in (
        ("fill", fill_demo, "make a street and some weeks of its matters, once"),
        ("accounts", tell_accounts, "tell the address and who can sign in"),
    ):
        one = commands.add_parser(name, help=sentence)
        one.set_defaults(run=run)
        if run is fill_demo:
            one.add_argument(
                "--matters", type=int, default=CROWD, help="how many the weeks hold"
            )


def fill_demo(given: argparse.Namespace) -> int:
    """Fill the demo; a second time changes nothing."""
    _require_demo()
    begun = time.monotonic()
    made = fill(crowd=given.matters)
    _line(
        f"  demo: {made.communities} communities, {made.grids} grids, {made.posts} posts, "
        f"{made.households} households, {made.matters} matters ({time.monotonic() - begun:.1f} s)"
    )
    return 0


def tell_accounts(_arguments: argparse.Namespace) -> int:
    """Print the address and one line per account."""
    _require_demo()
    for line in account_lines(HOUSE.base_url):
        _line(line)
    return 0


def _require_demo() -> None:
    if not HOUSE.demo:
        raise NotTheDemo


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
