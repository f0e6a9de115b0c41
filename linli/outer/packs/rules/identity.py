"""What tells the items of a list apart, so that an item is followed and not its number."""

from __future__ import annotations

from collections.abc import Sequence

Name = tuple[str, ...]


def name_of(item: object) -> Name | None:
    """The code, key or number of an item; moves of one key differ in their conditions."""
    if not isinstance(item, dict):
        return None
    for kind in ("code", "key", "number"):
        if kind in item:
            when = item.get("when")
            return tuple(map(str, (item[kind], *(when if isinstance(when, list) else ()))))
    return None


def names_of(items: Sequence[object]) -> list[Name] | None:
    """The names of all items, or None where some item has none or two share one."""
    names = [name for item in items if (name := name_of(item)) is not None]
    whole = len(names) == len(items) and len(set(names)) == len(names)
    return names if whole and names else None


def is_scalar_list(value: object) -> bool:
    """A list of plain values: roles, permissions, days."""
    return isinstance(value, list) and not any(isinstance(one, dict | list) for one in value)
