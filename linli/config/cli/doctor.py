"""`linli doctor`: a list of findings, and an exit code for whoever watches."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from linli.config.cli.contributed import load_applications
from linli.config.cluster import ClusterError
from linli.config.database import running_database
from linli.config.environment import Places

if TYPE_CHECKING:
    from linli.config.doctor.finding import Finding

SIGNS = {"ok": "ok    ", "remark": "remark", "fault": "FAULT "}


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], sentence: str
) -> None:
    """Say how the doctor is asked for."""
    parser = commands.add_parser(
        "doctor",
        help=sentence,
        epilog="Exit code: 0 no fault, 1 a fault; remarks do not count.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON list, for a program")
    parser.set_defaults(run=_doctor)


def _doctor(given: argparse.Namespace) -> int:
    findings = _findings()
    if given.json:
        _say(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=1))
    else:
        for line in _lines(findings):
            _say(line)
    return 1 if any(one.state == "fault" for one in findings) else 0


def _findings() -> Sequence[Finding]:
    """The doctor's; or, when the database cannot even be had, that one."""
    load_applications()
    from linli.config.doctor import look
    from linli.config.doctor.finding import Finding

    try:
        with running_database(Places.from_env()):
            return look()
    except ClusterError as error:
        return [Finding("database", "fault", str(error))]


def _lines(findings: Sequence[Finding]) -> list[str]:
    lines: list[str] = []
    for one in findings:
        lines.append(f"{SIGNS[one.state]}  {one.name}: {one.said}")
        if one.todo:
            lines.append(f"        -> {one.todo}")
    faults = sum(one.state == "fault" for one in findings)
    remarks = sum(one.state == "remark" for one in findings)
    return [*lines, f"{len(findings)} looked at, {faults} faults, {remarks} remarks."]


def _say(sentence: str) -> None:
    print(sentence)  # noqa: T201 - a command speaks
