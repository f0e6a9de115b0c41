"""Changes what a file says and leaves the rest as it was written: comments, order, line breaks."""

from __future__ import annotations

import json
import tomllib
from collections.abc import MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array

from linli.outer.packs.rules.identity import is_scalar_list, name_of, names_of
from linli.outer.packs.rules.merge import Table

_WIDE = 72


def rewrite(text: str, wanted: Table) -> str:
    """The text changed in as few places as possible until it says what is wanted.

    Where a change cannot be made in place, the whole file is written anew: what it says always
    comes before how it was laid out.
    """
    if _same(tomllib.loads(text), wanted):
        return text
    try:
        document = tomlkit.parse(text)
        _table(document, wanted)
        written = tomlkit.dumps(document)
        if _same(tomllib.loads(written), wanted):
            return written
    except (TOMLKitError, tomllib.TOMLDecodeError, ValueError, IndexError, KeyError):
        pass  # a layout that cannot be changed in place
    return tomlkit.dumps(_made(wanted))


def _same(one: object, other: object) -> bool:
    """Equal in kind too: true is not 1."""
    return json.dumps(one, sort_keys=True, default=repr) == json.dumps(
        other, sort_keys=True, default=repr
    )


def _table(table: MutableMapping[str, Any], wanted: Table) -> None:
    for key in [key for key in table if key not in wanted]:
        del table[key]
    for key, value in wanted.items():
        if key not in table:
            table[key] = _made(value)
        elif not _same(_plain(table[key]), value):
            _value(table, key, value)


def _value(table: MutableMapping[str, Any], key: str, value: object) -> None:
    present = table[key]
    if isinstance(value, dict) and isinstance(present, MutableMapping):
        _table(present, value)
    elif isinstance(value, list) and isinstance(present, Array) and is_scalar_list(value):
        _scalars(present, value)
    elif not (isinstance(value, list) and _items(present, value)):
        table[key] = _made(value)


def _scalars(present: Array, value: list[Any]) -> None:
    """Days and permissions: what is new goes to a line of its own where lines are used."""
    lines = "\n" in present.as_string()
    kept = [one for one in _plain(present) if one in value]
    new = value[len(kept) :]
    if kept != value[: len(kept)] or not is_scalar_list(_plain(present)):
        present.clear()
        new = value
    else:
        for at in range(len(present) - 1, -1, -1):
            if _plain(present[at]) not in value:
                del present[at]
    if lines and new:
        present.add_line(*new, indent="  ")
        present.multiline(False)
    else:
        present.extend(new)


def _items(present: object, value: list[Any]) -> bool:
    """Whether a list of named items could be changed item by item."""
    if not isinstance(present, AoT | Array):
        return False
    before, after = names_of(_plain(present)), names_of(value)
    if before is None or after is None:
        return False
    for at in range(len(present) - 1, -1, -1):
        if before[at] not in after:
            del present[at]
    for at, item in enumerate(value):
        name = name_of(_plain(present[at])) if at < len(present) else None
        if name == name_of(item):
            _table(present[at], item)
        elif name_of(item) in before:
            return False  # another order: written anew
        else:
            present.insert(at, _item(item, present))
    return len(present) == len(value)


def _item(item: object, items: AoT | Array) -> Any:
    if isinstance(items, Array):
        return _made(item, inline=True)
    table = _made(item)
    table.add(tomlkit.nl())
    return table


def _plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _made(value: Any, *, inline: bool = False) -> Any:
    """A value as somebody would write it: words in one line, long lists in several."""
    if isinstance(value, dict):
        small = inline or value.keys() <= {"zh", "en"}
        table: Any = tomlkit.inline_table() if small else tomlkit.table()
        for key, inner in value.items():
            table[key] = _made(inner, inline=small)
        return table
    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(_made(one, inline=True) for one in value)
        array.multiline(len(array.as_string()) > _WIDE)
        return array
    return value
