"""The files of a pack as text, and what the texts say."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Final

from linli.kernel.errors import _
from linli.outer.packs.rules.faults import Fault, nothing, one_of, say, shown
from linli.outer.packs.rules.merge import Layer, Table

Texts = Mapping[str, str]
ROOT_FILES: Final = (
    "pack.toml",
    "territory.toml",
    "posts.toml",
    "calendar.toml",
    "notices.toml",
    "retention.toml",
)
FOLDERS: Final = ("matters", "workflows", "forms", "cases")
MOST_LAYERS: Final = 5
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\.toml", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")


def is_name(name: object) -> bool:
    """Whether a pack or a file may be called so."""
    return isinstance(name, str) and bool(_NAME.fullmatch(f"{name}.toml"))


def misplaced(inside: str, label: str) -> Fault | None:
    """A file that a pack has no place for."""
    folder, slash, name = inside.rpartition("/")
    if not slash and inside not in ROOT_FILES:
        return Fault(label, "", shown(inside), one_of(ROOT_FILES, near=inside))
    if slash and folder not in FOLDERS:
        return Fault(label, "", shown(folder), one_of(FOLDERS, near=folder))
    if slash and not _NAME.fullmatch(name):
        expected = say(_("a name of small letters, digits and _ that ends in .toml"))
        return Fault(label, "", shown(name), expected)
    return None


def layers_of(own: str, texts: Texts, faults: list[Fault]) -> list[Layer]:
    """The pack and what it extends, the base first; what cannot be read is a fault."""
    files: dict[str, dict[str, Table]] = {own: {}}
    for label, text in texts.items():
        name, _slash, inside = label.partition("/")
        table = parse(text, label, faults)
        if table is not None:
            files.setdefault(name, {})[inside] = table
    layers: list[Layer] = []
    name = own
    while name in files and len(layers) < MOST_LAYERS:
        layers.insert(0, Layer(name, files.pop(name)))
        name = str(layers[0].files.get("pack.toml", {}).get("extends"))
    return layers


def parse(text: str, label: str, faults: list[Fault]) -> Table | None:
    """What a file says, or None beside the fault that names where it cannot be read."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(_syntax(label, str(error), text))
        return None
    except RecursionError:
        found = say(_("values nested too deep"))
        faults.append(Fault(label, "", found, say(_("values at most some levels deep"))))
        return None
    faults += [Fault(label, key, found, expected) for key, found, expected in _unclean(table)]
    return table


def line(number: int) -> str:
    """A line by its number."""
    return say(_("line {number}"), number=number)


def _syntax(label: str, error: str, content: str) -> Fault:
    where = re.search(r"line (\d+), column (\d+)", error)
    number = int(where[1]) if where else content.count("\n") + 1
    lines = content.splitlines()
    text = lines[number - 1].strip() if number <= len(lines) else ""
    reason = re.sub(r"\s*\(at [^)]*\)", "", error)
    found = shown(text) if text else nothing()
    return Fault(label, line(number), found, say(_("valid TOML ({reason})"), reason=reason))


def _unclean(value: object, key: str = "") -> Iterator[tuple[str, str, str]]:
    """Text nobody can see or keep, and numbers that are none."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _unclean(name, f"{key}.{name}" if key else str(name).strip())
            yield from _unclean(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _unclean(inner, f"{key}[{at + 1}]")
    elif isinstance(value, str) and (sign := _CONTROL.search(value)):
        yield key, f"U+{ord(sign[0]):04X}", say(_("text without control characters"))
    elif isinstance(value, float) and not math.isfinite(value):
        yield key, str(value), say(_("a number"))
