"""The three gates, one after the other; none is asked after one that refuses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from linli.outer.packs.queries.folder import read_texts
from linli.outer.packs.queries.shape import shape_of
from linli.outer.packs.rules.cases import case_faults, case_warnings
from linli.outer.packs.rules.faults import Fault, PackRefused
from linli.outer.packs.rules.merge import Merged, merge, missing_files
from linli.outer.packs.rules.sense import sense_faults, sense_warnings
from linli.outer.packs.rules.texts import Texts, layers_of
from linli.outer.packs.spec import Pack

GateName = Literal["shape", "sense", "cases"]


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate: whether it was asked, what it refuses, what it only remarks on."""

    name: GateName
    asked: bool = True
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What the gates said of a pack, and the pack when it passed them all."""

    folder: str
    gates: tuple[Gate, ...]
    pack: Pack | None = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(fault for gate in self.gates for fault in gate.faults)

    def passed(self) -> Pack:
        """The sound pack, or PackRefused with every slip."""
        if self.pack is None:
            raise PackRefused(self.faults)
        return self.pack


def check_pack(folder: Path, *, today: date) -> Report:
    """Whether the pack in this folder may be installed, and if not, every reason at once."""
    faults: list[Fault] = []
    texts = read_texts(folder, faults)
    return check_texts(folder.name, texts, today=today, faults=faults)


def check_texts(
    name: str, texts: Texts, *, today: date, faults: Iterable[Fault] = ()
) -> Report:
    """The three gates on the files of a pack, whether they lie in a folder or were edited here."""
    faults = list(faults)
    merged = merge(layers_of(name, texts, faults))
    faults += merged.faults
    is_whole = merged.sections["pack"].data.get("whole", True) is not False
    if is_whole:
        faults += missing_files(merged, name)
    pack = shape_of(merged, faults, texts=texts, is_whole=is_whole)
    if not is_whole or pack is None or faults:
        gates = (
            Gate("shape", faults=_told(faults)),
            Gate("sense", asked=False),
            Gate("cases", asked=False),
        )
        return Report(name, gates)
    sense = _sense(pack, merged, name, today)
    if sense.faults:
        return Report(name, (Gate("shape"), sense, Gate("cases", asked=False)))
    cases = Gate(
        "cases",
        faults=_told(case_faults(pack, merged.sections)),
        warnings=_told(case_warnings(pack, merged.sections)),
    )
    passed = None if cases.faults else pack
    return Report(name, (Gate("shape"), sense, cases), passed)


def _sense(pack: Pack, merged: Merged, folder: str, today: date) -> Gate:
    faults = sense_faults(pack, merged.sections, folder=folder, today=today)
    warnings = sense_warnings(pack, merged.sections, today=today) if not faults else []
    return Gate("sense", faults=_told(faults), warnings=_told(warnings))


def _told(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Each slip once, in the order of the files."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.key)))
