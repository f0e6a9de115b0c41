"""What installing a pack would change, item by item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from linli.outer.packs.rules.faults import shown

Kind = Literal["added", "changed", "removed"]
_NAMED_INSIDE = {
    ("posts", "roles"),
    ("retention", "terms"),
    ("about", "leads"),
    ("notices", "texts"),
}
_MOST_DETAILS = 12


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be there, be gone, or say something else."""

    kind: Kind
    what: str
    details: tuple[str, ...] = ()


def difference(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[Change, ...]:
    """Every role, class, workflow, form, lead and setting that differs between two packs."""
    before, after = _items(old), _items(new)
    changes = [Change("added", what) for what in after.keys() - before.keys()]
    changes += [Change("removed", what) for what in before.keys() - after.keys()]
    changes += [
        Change("changed", what, _details(before[what], after[what]))
        for what in before.keys() & after.keys()
        if before[what] != after[what]
    ]
    return tuple(sorted(changes, key=lambda change: (change.what, change.kind)))


def _items(body: Mapping[str, object]) -> dict[str, object]:
    items: dict[str, object] = {}
    for section, value in body.items():
        assert isinstance(value, dict)
        for key, inner in value.items():
            if section in ("workflows", "forms", "cases"):
                items[f"{section}/{key}"] = inner
            elif (section, key) in _NAMED_INSIDE:
                items |= {f"{key}.{name}": each for name, each in inner.items()}
            elif (section, key) == ("matters", "classes"):
                items |= {f"classes.{each['code']}": each for each in inner}
            else:
                items[f"{section}.{key}"] = inner
    return items


def _details(old: object, new: object) -> tuple[str, ...]:
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    lines = [
        f"{key or '='}: {shown(before.get(key, '-'))} -> {shown(after.get(key, '-'))}"
        for key in keys
    ]
    more = len(lines) - _MOST_DETAILS
    return (*lines[:_MOST_DETAILS], *((f"… +{more}",) if more > 0 else ()))


def _leaves(value: object, key: str) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [
            leaf
            for name, inner in value.items()
            for leaf in _leaves(inner, f"{key}.{name}" if key else name)
        ]
    if isinstance(value, list):
        return [
            leaf
            for at, inner in enumerate(value)
            for leaf in _leaves(inner, f"{key}[{at + 1}]")
        ]
    return [(key, value)]
