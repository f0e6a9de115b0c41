"""Reads a pack's folder, and nothing outside it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import linli
from linli.kernel.errors import NotFound, _
from linli.outer.packs.rules.faults import Fault, one_of, say, shown
from linli.outer.packs.rules.merge import Layer
from linli.outer.packs.rules.texts import MOST_LAYERS, is_name, layers_of, line, misplaced

PACKS = Path(linli.__file__).resolve().parents[1] / "packs"
LARGEST_FILE = 512 * 1024
LARGEST_PACK = 4 * 1024 * 1024
MOST_FILES = 400


class NoSuchPack(NotFound):
    """Neither a folder nor a name under packs/."""

    message = _("There is no pack “{name}”: no folder of that path, and none under packs/.")


def find_folder(name: str, *, packs: Path = PACKS) -> Path:
    """The folder of a pack, given by path or by its name under packs/."""
    for folder in (Path(name), packs / name):
        if (folder / "pack.toml").is_file():
            return folder.resolve()
    raise NoSuchPack(name=name[:100])


def read_texts(folder: Path, faults: list[Fault]) -> dict[str, str]:
    """Every file of the pack and of what it extends, by pack and path; no file is a fault's."""
    texts: dict[str, str] = {}
    seen: list[str] = []
    while True:
        texts |= {f"{folder.name}/{inside}": text for inside, text in _files(folder, faults)}
        seen.append(folder.name)
        extends = _extends(texts.get(f"{folder.name}/pack.toml", ""))
        if extends is None:
            return texts
        beside = _folder_beside(folder, extends)
        if beside is None or beside.name in seen or len(seen) >= MOST_LAYERS:
            known = [p.parent.name for p in folder.parent.glob("*/pack.toml")]
            expected = one_of(set(known) - set(seen), near=str(extends))
            label = f"{folder.name}/pack.toml"
            faults.append(Fault(label, "extends", shown(extends), expected))
            return texts
        folder = beside


def read_layers(folder: Path, faults: list[Fault]) -> list[Layer]:
    """The pack and what it extends, the base first; whatever cannot be read is a fault."""
    return layers_of(folder.name, read_texts(folder, faults), faults)


def _extends(about: str) -> object:
    """What the pack builds on; that its file cannot be read is told elsewhere."""
    try:
        return tomllib.loads(about).get("extends")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _folder_beside(folder: Path, name: object) -> Path | None:
    """The extended pack lies beside the pack, or among the packs that come with the product."""
    if not is_name(name):
        return None
    places = (folder.parent / str(name), PACKS / str(name))
    return next((place for place in places if (place / "pack.toml").is_file()), None)


def _files(folder: Path, faults: list[Fault]) -> Iterator[tuple[str, str]]:
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
        slip = _unfit(path, inside, label) or _too_large(path, label, total)
        if slip is not None:
            faults.append(slip)
            continue
        total += path.stat().st_size
        text = _read(path, label, faults)
        if text is not None:
            yield inside, text


def _is_ignored(inside: str) -> bool:
    return inside.endswith(".md") or any(part.startswith(".") for part in inside.split("/"))


def _unfit(path: Path, inside: str, label: str) -> Fault | None:
    if path.is_symlink() or not path.is_file():
        found = say(_("a link or a special file"))
        return Fault(label, "", found, say(_("a plain file inside the pack")))
    return misplaced(inside, label)


def _too_large(path: Path, label: str, total: int) -> Fault | None:
    size = path.stat().st_size
    if size <= LARGEST_FILE and total + size <= LARGEST_PACK:
        return None
    most = LARGEST_FILE if size > LARGEST_FILE else LARGEST_PACK
    expected = say(_("at most {most} bytes"), most=most)
    return Fault(label, "", say(_("{size} bytes"), size=size), expected)


def _read(path: Path, label: str, faults: list[Fault]) -> str | None:
    try:
        content = path.read_bytes()
    except OSError as error:
        found = say(_("a file that cannot be read: {reason}"), reason=error.strerror or "?")
        faults.append(Fault(label, "", found, say(_("a file this account may read"))))
        return None
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        found = say(_("byte {byte} that is not UTF-8"), byte=hex(content[error.start]))
        faults.append(Fault(label, line(number), found, say(_("text in UTF-8"))))
        return None
