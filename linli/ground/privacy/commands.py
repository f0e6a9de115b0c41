"""`linli privacy` ends terms or says what would end; `linli keys` changes keys."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from linli.ground.privacy.queries import last_run, lines_of, terms_in_force
from linli.ground.privacy.services import keys
from linli.ground.privacy.services.forgetting import begin_run, go_on
from linli.kernel import clock
from linli.kernel.actor import CLOCK

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_A_DAY = 86_400.0


def register(subparsers: Subparsers) -> None:
    """Describe `linli privacy forget` and `linli keys list, rotate, retire, destroy`."""
    privacy = subparsers.add_parser("privacy", help="end the terms that are over")
    commands = privacy.add_subparsers(required=True, metavar="COMMAND")
    forget = commands.add_parser("forget", help="forget what has been kept long enough, now")
    forget.add_argument("--dry-run", action="store_true", help="say how much, change nothing")
    forget.set_defaults(run=_forget)
    own = subparsers.add_parser("keys", help="list, rotate, retire and destroy keys")
    _register_keys(own.add_subparsers(required=True, metavar="COMMAND"))


def _register_keys(commands: Subparsers) -> None:
    listed = commands.add_parser("list", help="every key, and how many values need it")
    listed.set_defaults(run=_list)
    rotate = commands.add_parser("rotate", help="seal with a new key; both open meanwhile")
    rotate.add_argument("purpose")
    rotate.set_defaults(run=_rotate)
    retire = commands.add_parser("retire", help="take away an earlier key nothing needs")
    retire.add_argument("purpose")
    retire.add_argument("number", type=int)
    retire.set_defaults(run=_retire)
    destroy = commands.add_parser("destroy", help="forget all that was sealed for a purpose")
    destroy.add_argument("purpose")
    destroy.add_argument("--sure", metavar="PURPOSE", help="the purpose once more")
    destroy.set_defaults(run=_destroy)


def _forget(arguments: argparse.Namespace) -> int:
    at = clock.now()
    if arguments.dry_run:
        for term in terms_in_force(at=at):
            _say(f"{term.term:18} {term.keep:10} before {term.before:%Y-%m-%d} {term.due:9}")
        return 0
    run = begin_run(by=CLOCK, at=at)
    go_on(run.id, seconds=_A_DAY, by=CLOCK, at=at)
    ended = last_run()
    for line in lines_of(ended).values() if ended else ():
        _say(f"{line.term:18} forgotten {line.forgotten:9}  left {line.left or 0:9}")
    return 0


def _list(_arguments: argparse.Namespace) -> int:
    for key in keys.keys_now():
        _say(f"{key.purpose:12} {key.number:4} {key.state:6} {key.made_at:21} {key.values:9}")
    return 0


def _rotate(arguments: argparse.Namespace) -> int:
    number = keys.rotate_key(arguments.purpose, by=CLOCK, at=clock.now())
    _say(f"Key {number} of {arguments.purpose} seals from now on; a job seals the rest anew.")
    return 0


def _retire(arguments: argparse.Namespace) -> int:
    keys.retire_key(arguments.purpose, number=arguments.number, by=CLOCK, at=clock.now())
    _say(f"Key {arguments.number} of {arguments.purpose} is gone.")
    return 0


def _destroy(arguments: argparse.Namespace) -> int:
    if arguments.sure != arguments.purpose:
        _say(f"This forgets all that was sealed. Add --sure {arguments.purpose}.")
        return 1
    numbers = keys.destroy_keys(arguments.purpose, by=CLOCK, at=clock.now())
    _say(f"Gone: {', '.join(map(str, numbers))} of {arguments.purpose}.")
    return 0


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
