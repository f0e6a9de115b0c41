"""What may be edited in the product, by whom, and how a change is written into the files."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from linli.kernel.errors import _
from linli.outer.packs.rules.faults import Fault, nothing, one_of, say, shown
from linli.outer.packs.rules.merge import Table
from linli.outer.packs.rules.texts import Texts, misplaced
from linli.outer.packs.rules.threeway import Choices, Conflict, ThreeWay
from linli.outer.packs.rules.writing import rewrite

Edits = Mapping[str, str | None]
_OF_THE_MAKERS: Final = ("name", "version", "extends", "whole")
_LARGEST: Final = 512 * 1024


def permission_for(label: str) -> str:
    """Who may change a file: rights, the calendar and the rest are three different trusts."""
    inside = label.partition("/")[2]
    return {
        "posts.toml": "packs.manage_roles",
        "calendar.toml": "calendar.manage",
    }.get(inside, "packs.manage")


def overlay_of(release: Texts, texts: Texts) -> dict[str, str | None]:
    """The files that differ from those of the makers; None for one that was taken out."""
    return {
        label: texts.get(label)
        for label in sorted({*release, *texts})
        if texts.get(label) != release.get(label)
    }


def laid_over(texts: Texts, edits: Edits) -> dict[str, str]:
    """The files with those edited here in the place of the makers' own."""
    whole = {**texts, **edits}
    return {label: text for label, text in whole.items() if text is not None}


def edit_faults(release: Texts, edits: Edits) -> Iterator[Fault]:
    """What no edit may do, whatever the gates say: the makers' name and version stay theirs."""
    packs = {label.partition("/")[0] for label in release}
    for label, text in edits.items():
        pack, _slash, inside = label.partition("/")
        if pack not in packs:
            yield Fault(label, "", shown(pack), one_of(packs, near=pack))
        elif slip := misplaced(inside, label):
            yield slip
        elif text is not None and len(text.encode()) > _LARGEST:
            expected = say(_("at most {most} bytes"), most=_LARGEST)
            yield Fault(label, "", say(_("{size} bytes"), size=len(text.encode())), expected)
        elif inside == "pack.toml":
            yield from _about_faults(label, release.get(label, ""), text or "")


def _about_faults(label: str, was: str, text: str) -> Iterator[Fault]:
    before = tomllib.loads(was)
    try:
        after = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # told by the first gate
    for key in _OF_THE_MAKERS:
        if before.get(key) != after.get(key):
            found = shown(after[key]) if key in after else nothing()
            expected = say(_("{value}, as in the installed pack"), value=before.get(key, "-"))
            yield Fault(label, key, found, expected)


def changed(text: str, place: tuple[str | int, ...], change: Callable[[Table], None]) -> str:
    """The file after a change to the table at a place in it."""
    whole: Any = tomllib.loads(text)
    table = whole
    for part in place:
        table = table[part]
    change(table)
    return rewrite(text, whole)


def merged_texts(
    was: Texts, ours: Edits, theirs: Texts, choices: Choices
) -> tuple[dict[str, str], tuple[Conflict, ...]]:
    """The files of a new version with what was edited here, and every place both changed."""
    texts, conflicts = dict(theirs), list[Conflict]()
    for label, text in ours.items():
        three = ThreeWay(label, choices)
        new = theirs.get(label)
        wanted = three.merge(_said(was.get(label)), _said(text), _said(new))
        conflicts += three.conflicts
        if wanted is None:
            texts.pop(label, None)
        else:
            texts[label] = rewrite(new if new is not None else text or "", wanted)
    return texts, tuple(conflicts)


def _said(text: str | None) -> Table | None:
    return None if text is None else tomllib.loads(text)
