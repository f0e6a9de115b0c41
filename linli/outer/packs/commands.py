"""`linli packs …`: look at a practice pack, see what it would change, put it in force."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from linli.kernel import clock
from linli.kernel.actor import CLOCK
from linli.kernel.errors import _
from linli.outer.packs import queries, services
from linli.outer.packs.rules.faults import say
from linli.outer.packs.rules.proof import prove as promises_of
from linli.outer.packs.rules.threeway import Choice, Conflict

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

SCHEMAS = queries.PACKS / "schema"
DIAGRAMS = queries.PACKS.parent / "docs" / "packs"
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def register(subparsers: Subparsers) -> None:
    """Describe `linli packs` and its five commands."""
    packs = subparsers.add_parser("packs", help="check, plan and install practice packs")
    commands = packs.add_subparsers(required=True, metavar="COMMAND")
    for name, run, sentence in (
        ("check", check, "pass a pack through the three gates"),
        ("prove", prove, "walk every way through its workflows"),
        ("plan", plan, "show what installing it would change"),
        ("install", install, "show the difference, then put it in force"),
    ):
        parser = commands.add_parser(name, help=sentence)
        parser.add_argument("pack", metavar="PACK", help="a folder, or its name under packs/")
        parser.set_defaults(run=run)
        if name != "check":
            _add_choices(parser)
    schema = commands.add_parser("schema", help="write the JSON schemas that editors read")
    schema.set_defaults(run=write_schemas)
    pictures = commands.add_parser("diagrams", help="write a pack's workflows as pictures")
    pictures.add_argument("pack", metavar="PACK", help="a folder, or its name under packs/")
    pictures.set_defaults(run=write_diagrams)
    for parser in (schema, pictures):
        parser.add_argument("--check", action="store_true", help="change nothing; 1 if stale")


def _add_choices(parser: argparse.ArgumentParser) -> None:
    for choice, sentence in (
        ("keep", "where both changed this place, keep what was edited here"),
        ("take", "where both changed this place, take what the new version says"),
    ):
        parser.add_argument(
            f"--{choice}",
            metavar="PLACE",
            action="append",
            default=[],
            help=f"{sentence} (or all)",
        )


def check(arguments: argparse.Namespace) -> int:
    """Say what each gate found; 1 when one refuses."""
    report = _report(arguments)
    for gate in report.gates:
        _line(f"{gate.name}: {_verdict(gate)}")
        for fault in gate.faults:
            _line(f"  {fault}")
        for warning in gate.warnings:
            _line(f"  {_('remark')}: {warning}")
    return 1 if report.faults else 0


def prove(arguments: argparse.Namespace) -> int:
    """Say what every workflow promises, over how many ways, and a way that breaks it; 1 if one does."""
    pack = _report(arguments).passed()
    broken = False
    for name, workflow in pack.workflows.items():
        _line(f"{name}: {workflow.title.zh}")
        for promise in promises_of(workflow):
            verdict = _("holds") if promise.holds else _("BROKEN")
            _line(f"  {verdict}  {promise.words} ({promise.looked_at})")
            broken = broken or not promise.holds
            if promise.broken:
                _line(f"    {promise.broken}")
    return int(broken)


def plan(arguments: argparse.Namespace) -> int:
    """Say what would change."""
    planned = _planned(arguments)
    _tell_plan(planned)
    return 1 if planned.undecided else 0


def install(arguments: argparse.Namespace) -> int:
    """Say what changes, then change it in one transaction."""
    planned = _planned(arguments)
    _tell_plan(planned)
    installed = services.install_pack(
        planned.pack, by=CLOCK, at=clock.now(), choices=_choices(arguments)
    )
    _line(f"{installed.name} {installed.version}: {_('in force')}")
    return 0


def write_schemas(arguments: argparse.Namespace) -> int:
    """Write packs/schema, or say which of its files are stale."""
    return _write(SCHEMAS, queries.schemas(), only_check=arguments.check)


def write_diagrams(arguments: argparse.Namespace) -> int:
    """Write docs/packs/NAME.md, or say that it is stale."""
    pack = _report(arguments).passed()
    page = {f"{pack.about.name}.md": queries.diagrams_of(pack)}
    return _write(DIAGRAMS, page, only_check=arguments.check)


def _report(arguments: argparse.Namespace) -> queries.Report:
    folder = queries.find_folder(arguments.pack)
    return queries.check_pack(folder, today=clock.local(clock.now()).date())


def _planned(arguments: argparse.Namespace) -> queries.Plan:
    pack, today = _report(arguments).passed(), clock.local(clock.now()).date()
    return queries.plan(pack, today=today, choices=_choices(arguments))


def _choices(arguments: argparse.Namespace) -> dict[str, Choice]:
    kept: dict[str, Choice] = dict.fromkeys(arguments.keep, "keep")
    return kept | dict.fromkeys(arguments.take, "take")


def _verdict(gate: queries.Gate) -> str:
    if not gate.asked:
        return str(_("not asked"))
    if gate.faults:
        return say(_("refused ({count})"), count=len(gate.faults))
    return str(_("passed"))


def _tell_plan(planned: queries.Plan) -> None:
    about = planned.pack.about
    if planned.is_first:
        _line(f"{about.name} {about.version}: {_('first installation')}")
    elif not planned.changes:
        _line(f"{about.name} {about.version}: {_('nothing changes')}")
    else:
        _line(f"{about.name} {planned.installed_version} -> {about.version}")
    if planned.says_new_things_under_an_old_version:
        _line(str(_("remark: the content changed, the version did not")))
    for change in planned.changes:
        _line(f"  {_SIGNS[change.kind]} {change.what}")
        for detail in change.details:
            _line(f"      {detail}")
    for conflict in planned.conflicts:
        _tell_conflict(conflict)


def _tell_conflict(conflict: Conflict) -> None:
    decided = {"keep": _("kept as edited here"), "take": _("taken from the new version")}
    verdict = decided.get(conflict.choice or "", _("undecided: --keep or --take"))
    _line(f"  ! {conflict.name} ({verdict})")
    _line(f"      {_('installed')}: {conflict.was}")
    _line(f"      {_('edited here')}: {conflict.ours}")
    _line(f"      {_('new version')}: {conflict.theirs}")


def _write(folder: Path, pages: Mapping[str, str], *, only_check: bool) -> int:
    stale = queries.differing(folder, pages)
    for name in stale:
        _line(f"{folder.name}/{name}: {_('stale') if only_check else _('written')}")
    if only_check:
        return 1 if stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (folder / name).write_text(pages[name], encoding="utf-8")
    return 0


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
