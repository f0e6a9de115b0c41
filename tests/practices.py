"""docs/practices.md: which practices of the specification the tests of a run have proved."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "practices.md"
WORDS = Path(__file__).with_name("practices.toml")
HEAD = """# Practices

What five accounts of how cities govern by grid ask for, and how far the product carries it.
Written by `make test` from the tests that passed in that very run; do not edit.

*works*: every test that names the practice passed, and at least one proves it whole.
*in part*: the tests prove the named part only. *open*: nothing proves it yet.

| id | practice | state | tests |
| --- | --- | --- | --- |
"""
Proof = tuple[str, str | None, bool]


def write_practices(stats: Mapping[str, Iterable[Any]]) -> None:
    """Write the page from a run's reports."""
    text = HEAD + "".join(f"{row}\n" for row in rows(proofs_in(stats)))
    if not PAGE.exists() or PAGE.read_text() != text:
        PAGE.write_text(text)


def proofs_in(stats: Mapping[str, Iterable[Any]]) -> dict[str, list[Proof]]:
    """For each practice the tests that name it, the part they prove, and whether they passed."""
    found: dict[str, list[Proof]] = defaultdict(list)
    for outcome, reports in stats.items():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == "practice" and _tells(outcome, report):
                    found[value[0]].append((report.nodeid, value[1], outcome == "passed"))
    return found


def _tells(outcome: str, report: Any) -> bool:
    return report.when == "call" or outcome in {"error", "skipped", "failed"}


def rows(proofs: Mapping[str, list[Proof]]) -> Iterable[str]:
    """One line of the table for each practice, in the specification's order."""
    wording: dict[str, str] = tomllib.loads(WORDS.read_text())
    if unknown := proofs.keys() - wording.keys():
        raise ValueError(f"no such practice: {', '.join(sorted(unknown))}")
    for key, words in wording.items():
        named = proofs.get(key, [])
        yield f"| {key} | {words} | {state_of(named)} | {_tests(named)} |"


def state_of(named: list[Proof]) -> str:
    """`works`, `in part` or `open`."""
    if not named or not all(passed for _, _, passed in named):
        return "open"
    return "works" if any(part is None for _, part, _ in named) else "in part"


def _tests(named: list[Proof]) -> str:
    told = {
        f"`{node.split('[', maxsplit=1)[0].rsplit('/', 1)[-1]}`"
        + (f" ({part})" if part else "")
        for node, part, passed in named
        if passed
    }
    return "<br>".join(sorted(told)) or "–"
