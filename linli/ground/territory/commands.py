"""`linli territory …`: import a division file, write a community's grids as a file."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from linli.ground.territory import queries, services
from linli.kernel import clock
from linli.kernel.actor import Actor, Grant

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

# Whoever may run commands on the machine stands for the installation itself.
_OPERATOR = Actor(
    kind="clock",
    name="operator",
    grants=(Grant("territory.import", "area", "", UUID(int=0)),),
)


def register(subparsers: Subparsers) -> None:
    """Describe `linli territory` and its two commands."""
    territory = subparsers.add_parser("territory", help="import and export areas")
    commands = territory.add_subparsers(required=True, metavar="COMMAND")
    taking = commands.add_parser("import", help="take over a division file (CSV)")
    taking.add_argument("file", type=Path)
    taking.add_argument("--scheme", default="statistical", help="whose codes it holds")
    taking.add_argument("--valid-from", type=date.fromisoformat, default=_today())
    taking.add_argument("--dry-run", action="store_true", help="only say what would change")
    taking.set_defaults(run=import_file)
    writing = commands.add_parser("export", help="write a community's grids (GeoJSON)")
    writing.add_argument("code", help="the community's code")
    writing.add_argument("--on", type=date.fromisoformat, default=_today())
    writing.set_defaults(run=export_grids)


def import_file(arguments: argparse.Namespace) -> int:
    """Import the file, or say what importing it would change."""
    scheme, valid_from = arguments.scheme, arguments.valid_from
    with arguments.file.open("rb") as file:
        if arguments.dry_run:
            plan = queries.plan_import(file, scheme=scheme, valid_from=valid_from)
            new, renamed, same = len(plan.new), len(plan.renamed), plan.same
        else:
            done = services.import_divisions(
                file, scheme=scheme, valid_from=valid_from, by=_OPERATOR, at=clock.now()
            )
            new, renamed, same = done.new, done.renamed, done.same
    sys.stdout.write(f"{new} new, {renamed} renamed, {same} as they were\n")
    return 0


def export_grids(arguments: argparse.Namespace) -> int:
    """Write the grids as the file that publishing takes back."""
    community = queries.area_at(arguments.code)
    grids = queries.collection_of(queries.grids_of(community, on=arguments.on))
    json.dump(grids, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")
    return 0


def _today() -> date:
    return clock.local(clock.now()).date()
