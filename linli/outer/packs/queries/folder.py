"""Reads a pack's folder, and nothing outside it."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import linli
from linli.kernel.errors import NotFound, _
from linli.outer.packs.rules.faults import Fault, nothing, one_of, say, shown
from linli.outer.packs.rules.merge import Layer, Table

PACKS = Path(linli.__file__).resolve().parents[1] / "packs"
LARGEST_FILE = 512 * 1024
LARGEST_PACK = 4 * 1024 * 1024
MOST_FILES = 400
MOST_LAYERS = 5
_ROOT_FILES = (
    "pack.toml",
    "territory.toml",
    "posts.toml",
    "calendar.toml",
    "notices.toml",
    "retention.toml",
)
_FOLDERS = ("matters", "workflows", "forms", "cases")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\.toml", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")


class NoSuchPack(NotFound):
    """Neither a folder nor a name under packs/."""

    message = _("There is no pack “{name}”: no folder of that path, and none under packs/.")


def find_folder(name: str, *, packs: Path = PACKS) -> Path:
    """The folder of a pack, given by path or by its name under packs/."""
    for folder in (Path(name), packs / name):
        if (folder / "pack.toml").is_file():
            return folder.resolve()
    raise NoSuchPack(name=name[:100])


def read_layers(folder: Path, faults: list[Fault]) -> list[Layer]:
    """The pack and what it extends, the base first; whatever cannot be read is a fault."""
    layers: list[Layer] = []
    seen: list[str] = []
    while True:
        layer = Layer(folder.name, dict(_files(folder, faults)))
        layers.insert(0, layer)
        seen.append(folder.name)
        extends = layer.files.get("pack.toml", {}).get("extends")
        if extends is None:
            return layers
        beside = _folder_beside(folder, extends)
        if beside is None or beside.name in seen or len(seen) >= MOST_LAYERS:
            known = [p.parent.name for p in folder.parent.glob("*/pack.toml")]
            expected = one_of(set(known) - set(seen), near=str(extends))
            faults.append(Fault(layer.label("pack.toml"), "extends", shown(extends), expected))
            return layers
        folder = beside


def _folder_beside(folder: Path, name: object) -> Path | None:
    """The extended pack lies beside the pack, or among the packs that come with the product."""
    if not isinstance(name, str) or not _NAME.fullmatch(f"{name}.toml"):
        return None
    places = (folder.parent / name, PACKS / name)
    return next((place for place in places if (place / "pack.toml").is_file()), None)


def _files(folder: Path, faults: list[Fault]) -> Iterator[tuple[str, Table]]:
    paths = sorted(folder.rglob("*"))[: MOST_FILES * 2]
    files = [path for path in paths if path.is_symlink() or not path.is_dir()]
    total = 0
    for count, path in enumerate(files):
        inside = path.relative_to(folder).as_posix()
        label = f"{folder.name}/{inside}"
        if _is_ignored(inside):
            continue
        if count >= MOST_FILES:
            most = say(_("at most {most} files in a pack"), most=MOST_FILES)
            faults.append(Fault(label, "", say(_("one more file")), most))
            return
        slip = _misplaced(path, inside, label) or _too_large(path, label, total)
        if slip is not None:
            faults.append(slip)
            continue
        total += path.stat().st_size
        table = _read(path, label, faults)
        if table is not None:
            yield inside, table


def _is_ignored(inside: str) -> bool:
    return inside.endswith(".md") or any(part.startswith(".") for part in inside.split("/"))


def _misplaced(path: Path, inside: str, label: str) -> Fault | None:
    if path.is_symlink() or not path.is_file():
        found = say(_("a link or a special file"))
        return Fault(label, "", found, say(_("a plain file inside the pack")))
    folder, slash, name = inside.rpartition("/")
    if not slash and inside not in _ROOT_FILES:
        return Fault(label, "", shown(inside), one_of(_ROOT_FILES, near=inside))
    if slash and folder not in _FOLDERS:
        return Fault(label, "", shown(folder), one_of(_FOLDERS, near=folder))
    if slash and not _NAME.fullmatch(name):
        expected = say(_("a name of small letters, digits and _ that ends in .toml"))
        return Fault(label, "", shown(name), expected)
    return None


def _too_large(path: Path, label: str, total: int) -> Fault | None:
    size = path.stat().st_size
    if size <= LARGEST_FILE and total + size <= LARGEST_PACK:
        return None
    most = LARGEST_FILE if size > LARGEST_FILE else LARGEST_PACK
    expected = say(_("at most {most} bytes"), most=most)
    return Fault(label, "", say(_("{size} bytes"), size=size), expected)


def _read(path: Path, label: str, faults: list[Fault]) -> Table | None:
    try:
        content = path.read_bytes()
    except OSError as error:
        found = say(_("a file that cannot be read: {reason}"), reason=error.strerror or "?")
        faults.append(Fault(label, "", found, say(_("a file this account may read"))))
        return None
    return _parsed(content, label, faults)


def _parsed(content: bytes, label: str, faults: list[Fault]) -> Table | None:
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = say(_("byte {byte} that is not UTF-8"), byte=hex(content[error.start]))
        faults.append(Fault(label, _line(line), found, say(_("text in UTF-8"))))
        return None
    except tomllib.TOMLDecodeError as error:
        faults.append(_syntax(label, str(error), content))
        return None
    except RecursionError:
        found = say(_("values nested too deep"))
        faults.append(Fault(label, "", found, say(_("values at most some levels deep"))))
        return None
    faults += [Fault(label, key, found, expected) for key, found, expected in _unclean(table)]
    return table


def _syntax(label: str, error: str, content: bytes) -> Fault:
    where = re.search(r"line (\d+), column (\d+)", error)
    line = int(where[1]) if where else content.count(b"\n") + 1
    lines = content.decode("utf-8-sig").splitlines()
    text = lines[line - 1].strip() if line <= len(lines) else ""
    reason = re.sub(r"\s*\(at [^)]*\)", "", error)
    found = shown(text) if text else nothing()
    return Fault(label, _line(line), found, say(_("valid TOML ({reason})"), reason=reason))


def _line(number: int) -> str:
    return say(_("line {number}"), number=number)


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
