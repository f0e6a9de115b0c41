"""What was changed here, laid over a new version of the files it was changed in.

The same change on both sides is one change; a change on one side only is taken; where both sides
changed one value, somebody must decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from linli.outer.packs.rules.faults import nothing, shown
from linli.outer.packs.rules.identity import is_scalar_list, name_of, names_of
from linli.outer.packs.rules.merge import Table

Choice = Literal["keep", "take"]
Choices = Mapping[str, Choice]
ALL: Final = "all"
_ABSENT: Final = object()
# Lists whose order says nothing: both sides may add to them and take from them.
_SETS: Final = {"holidays", "make_up_days", "area", "assigned", "own", "needs", "when"}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place that both sides changed: as it was, as it is here, as the new version has it."""

    file: str
    key: str
    was: str
    ours: str
    theirs: str
    choice: Choice | None = None

    @property
    def name(self) -> str:
        """The place as a decision names it."""
        return f"{self.file}: {self.key}" if self.key else self.file


@dataclass(slots=True)
class ThreeWay:
    """Lays one file of ours over the same file of a new version, and gathers what is undecided."""

    file: str
    choices: Choices
    conflicts: list[Conflict] = field(default_factory=list)

    def merge(
        self, was: Table | None, ours: Table | None, theirs: Table | None
    ) -> Table | None:
        """What the file must say; None where it must not be."""
        merged = self._value("", _held(was), _held(ours), _held(theirs))
        return merged if isinstance(merged, dict) else None

    def _value(self, key: str, was: object, ours: Any, theirs: Any) -> Any:
        if _same(ours, theirs) or _same(was, ours):
            return theirs
        if _same(was, theirs):
            return ours
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return self._table(key, was if isinstance(was, dict) else {}, ours, theirs)
        if isinstance(ours, list) and isinstance(theirs, list):
            return self._list(key, was if isinstance(was, list) else [], ours, theirs)
        return self._decide(key, was, ours, theirs)

    def _table(self, key: str, was: Table, ours: Table, theirs: Table) -> Table:
        merged: Table = {}
        for name in [*theirs, *(name for name in ours if name not in theirs)]:
            here = f"{key}.{name}" if key else name
            sides = (side.get(name, _ABSENT) for side in (was, ours, theirs))
            value = self._value(here, *sides)
            if value is not _ABSENT:
                merged[name] = value
        return merged

    def _list(self, key: str, was: list[Any], ours: list[Any], theirs: list[Any]) -> Any:
        sides = [{name_of(one): one for one in side} for side in (was, ours, theirs)]
        if names_of(ours) is not None and names_of(theirs) is not None:
            return self._items(key, *sides)
        is_set = key.rpartition(".")[2] in _SETS
        if is_set and is_scalar_list(ours) and is_scalar_list(theirs):
            kept = [one for one in theirs if one in ours or one not in was]
            return [*kept, *(one for one in ours if one not in was and one not in theirs)]
        return self._decide(key, was, ours, theirs)

    def _items(
        self,
        key: str,
        was: Mapping[Any, Any],
        ours: Mapping[Any, Any],
        theirs: Mapping[Any, Any],
    ) -> list[Any]:
        """Named items one by one, in the order of the new version; ours stand behind the one before."""
        merged: dict[Any, Any] = {}
        for name in _in_order(list(ours), list(theirs)):
            here = f"{key}[{' '.join(map(str, name))}]"
            sides = (side.get(name, _ABSENT) for side in (was, ours, theirs))
            value = self._value(here, *sides)
            if value is not _ABSENT:
                merged[name] = value
        return list(merged.values())

    def _decide(self, key: str, was: object, ours: object, theirs: object) -> object:
        conflict = Conflict(self.file, key, _said(was), _said(ours), _said(theirs))
        choice = self.choices.get(conflict.name) or self.choices.get(ALL)
        self.conflicts.append(replace(conflict, choice=choice))
        return ours if choice == "keep" else theirs


def _in_order(ours: list[Any], theirs: list[Any]) -> list[Any]:
    order = list(theirs)
    for at, name in enumerate(ours):
        if name not in order:
            before = ours[at - 1] if at else None
            order.insert(order.index(before) + 1 if before in order else len(order), name)
    return order


def _held(table: Table | None) -> object:
    return _ABSENT if table is None else table


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _said(value: object) -> str:
    return nothing() if value is _ABSENT else shown(value)
