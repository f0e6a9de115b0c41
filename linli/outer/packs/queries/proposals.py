"""An edit before it is made: does it pass the gates, what would it change."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from linli.outer.packs.models import Installed
from linli.outer.packs.queries.check import Gate, Report, check_texts
from linli.outer.packs.queries.installed import in_force, texts_of
from linli.outer.packs.rules.cases import times_that_differ
from linli.outer.packs.rules.difference import Change, difference
from linli.outer.packs.rules.editing import Edits, changed, edit_faults, laid_over, overlay_of
from linli.outer.packs.rules.faults import Fault
from linli.outer.packs.rules.merge import Table, merge
from linli.outer.packs.rules.texts import layers_of
from linli.outer.packs.spec import Pack


@dataclass(frozen=True, slots=True)
class Proposal:
    """Edited files laid over what is in force, and what the gates say of the whole."""

    current: Installed
    texts: Mapping[str, str]
    report: Report
    changes: tuple[Change, ...] = ()

    @property
    def overlay(self) -> dict[str, str | None]:
        return overlay_of(self.current.release.files, self.texts)

    @property
    def only_examples_differ(self) -> bool:
        """Whether all that is refused are times in worked examples, which the edit has moved."""
        cases = self.report.gates[-1]
        return (
            cases.name == "cases"
            and bool(cases.faults)
            and all(fault.key.endswith(".due") for fault in cases.faults)
        )

    def lines(self) -> list[str]:
        """The difference line by line, file by file."""
        before = texts_of(self.current)
        return line_difference(before, self.texts)


def line_difference(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Two states of the files, as lines taken out and lines put in."""
    lines: list[str] = []
    for label in sorted({*before, *after}):
        old, new = before.get(label, ""), after.get(label, "")
        if old != new:
            both = old.splitlines(), new.splitlines()
            found = difflib.unified_diff(*both, label, label, n=2, lineterm="")
            lines += found
    return lines


def propose(edits: Edits, *, today: date, adapt_examples: bool = False) -> Proposal:
    """What would be in force after these edits.

    With `adapt_examples` the times in worked examples are written as they come out now; whoever
    confirms the edit confirms them.
    """
    current = in_force()
    texts = laid_over(texts_of(current), edits)
    faults = list(edit_faults(current.release.files, edits))
    if faults:
        return Proposal(current, texts, _refused(current.name, faults))
    report = check_texts(current.name, texts, today=today)
    proposal = Proposal(current, texts, report)
    if adapt_examples and proposal.only_examples_differ:
        texts = _with_times_as_they_are(current.name, texts)
        report = check_texts(current.name, texts, today=today)
    if report.pack is None:
        return Proposal(current, texts, report)
    return Proposal(current, texts, report, difference(current.body, report.pack.body()))


def _refused(name: str, faults: list[Fault]) -> Report:
    shape = Gate("shape", faults=tuple(faults))
    return Report(name, (shape, Gate("sense", asked=False), Gate("cases", asked=False)))


def _with_times_as_they_are(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    adapted, pack = dict(texts), _shaped(name, texts)
    sections = merge(layers_of(name, texts, [])).sections
    for case, place, due in times_that_differ(pack):
        label = sections[f"cases/{case}"].file

        def expect(table: Table, *, due: datetime = due) -> None:
            table["due"] = due

        adapted[label] = changed(adapted[label], place[:-1], expect)
    return adapted


def _shaped(name: str, texts: Mapping[str, str]) -> Pack:
    from linli.outer.packs.queries.shape import shape_of

    pack = shape_of(merge(layers_of(name, texts, [])), [], texts=texts)
    assert pack is not None, "only a pack that has passed the first two gates has examples"
    return pack
