"""Commands that need the applications: Django's, and those the applications bring."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from linli.config.database import running_database
from linli.config.environment import Places
from linli.config.processes.turns import ended_by_stop

ONE_ROLE = (
    "linli: OWNER_URL is not given, so the role of DATABASE_URL owns the trail it writes; "
    "only triggers keep it from changing what was written."
)
# What only the owner of the tables may do.
OF_THE_OWNER = {("audit", "drop-months")}
# name: (module with `register(subparsers)`, what it is for). The table stands here, so that
# `linli db` starts without loading any of them.
CONTRIBUTED: dict[str, tuple[str, str]] = {
    "packs": ("linli.outer.packs.commands", "check, plan, install and prove practice packs"),
    "audit": (
        "linli.ground.audit.commands",
        "verify the trail, tell its head, drop old months",
    ),
    "privacy": ("linli.ground.privacy.commands", "forget what has been kept long enough"),
    "keys": ("linli.ground.privacy.commands", "list, rotate, retire and destroy keys"),
    "territory": ("linli.ground.territory.commands", "import and export areas"),
    "first-run": (
        "linli.config.first_run",
        "divisions, pack and first administrator of an empty house",
    ),
    "demo": ("linli.config.demo.commands", "fill the demo, tell its accounts"),
    "docs": ("linli.config.docs.commands", "write the reference"),
}


def run_contributed(arguments: Sequence[str]) -> int:
    """Load the applications, let the one that knows the command describe it, run it."""
    places = Places.from_env()
    with ended_by_stop(places.home), running_database(places):
        load_applications(as_owner=tuple(arguments[:2]) in OF_THE_OWNER)
        from linli.kernel.errors import Refusal

        parser = argparse.ArgumentParser(prog="linli")
        import_module(CONTRIBUTED[arguments[0]][0]).register(
            parser.add_subparsers(required=True)
        )
        parsed = parser.parse_args(arguments)
        if not hasattr(parsed, "run"):
            parser.error(f"{arguments[0]} needs a command; add --help")
        try:
            return int(parsed.run(parsed) or 0)
        except Refusal as refusal:
            print(f"linli: {refusal}", file=sys.stderr)  # noqa: T201 - a command speaks
            return 1


def run_manage(arguments: Sequence[str]) -> int:
    """Django's own commands, over the database of this house."""
    places = Places.from_env()
    with ended_by_stop(places.home), running_database(places):
        load_applications()
        from django.core.management import execute_from_command_line

        execute_from_command_line(["linli manage", *arguments])
    return 0


def run_migrate(options: Sequence[str]) -> int:
    """Bring the tables up to this code as their owner, and make the keys of new purposes."""
    places = Places.from_env()
    with running_database(places):
        load_applications(as_owner=True)
        from django.core.management import execute_from_command_line

        execute_from_command_line(["linli manage", "migrate", "--no-input", *options])
        give_rights(places)
    make_keys()
    return 0


def make_keys() -> None:
    """Make the keys of purposes that have none, and say so."""
    from django.conf import settings

    from linli.kernel.keys import PURPOSES, make_missing_keys

    for purpose in make_missing_keys(settings.KEYS_DIR, sorted(PURPOSES)):
        print(f"A new key for {purpose}: keep {settings.KEYS_DIR} safe, apart from the dumps.")  # noqa: T201


def give_rights(places: Places) -> None:
    """Give the role of the house its rights on the owner's tables, the new ones too."""
    from django.db import connection, transaction

    from linli.config.rights import is_divided, rights_of, role_of

    if not is_divided(places):
        print(ONE_ROLE, file=sys.stderr)  # noqa: T201
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(rights_of(role_of(places.dsn)))


def load_applications(*, as_owner: bool = False) -> None:
    """Let Django know its applications; the database need not hold their tables yet."""
    if as_owner:
        os.environ["DJANGO_SETTINGS_MODULE"] = "linli.config.settings_of_owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")
    import django

    django.setup()
