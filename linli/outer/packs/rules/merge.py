"""A pack on top of the pack it extends: the same key means the own one wins.

Every value remembers its file, so that a slip found later is named where it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from linli.kernel.errors import _
from linli.outer.packs.rules.faults import Fault, nothing, shown

Table = dict[str, object]
Place = tuple[str | int, ...]
SINGLE = ("territory", "posts", "calendar", "notices", "retention")
MANY = ("workflows", "forms", "cases")
_OF_THE_FILE = ("major", "basis")


@dataclass(frozen=True, slots=True)
class Layer:
    """One pack's own files, by their path inside the pack."""

    name: str
    files: Mapping[str, Table]

    def label(self, path: str) -> str:
        """The file as people know it."""
        return f"{self.name}/{path}"


@dataclass(slots=True)
class Source:
    """One section after merging, and the file every part of it came from."""

    file: str
    data: Table = field(default_factory=dict)
    files: dict[Place, str] = field(default_factory=dict)

    def file_of(self, place: Sequence[str | int]) -> str:
        """The file that says what stands at this place, or the nearest part around it."""
        for length in range(len(place), 0, -1):
            if found := self.files.get(tuple(place[:length])):
                return found
        return self.file


@dataclass(slots=True)
class Merged:
    """All sections of a pack, and what could not be put together."""

    sections: dict[str, Source] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def merge(layers: Sequence[Layer]) -> Merged:
    """The pack, the base first and the pack itself last."""
    merged = Merged()
    merged.sections["pack"] = _about(layers)
    for section in SINGLE:
        _single(layers, section, merged)
    _matters(layers, merged)
    for layer in layers:
        for path, data in layer.files.items():
            folder, _slash, name = path.removesuffix(".toml").partition("/")
            if folder in MANY:
                merged.sections[f"{folder}/{name}"] = Source(layer.label(path), data)
    return merged


def _about(layers: Sequence[Layer]) -> Source:
    """Only the leads are inherited: a pack's name, version and basis are its own."""
    own = layers[-1]
    source = Source(own.label("pack.toml"))
    for layer in layers[:-1]:
        leads = layer.files.get("pack.toml", {}).get("leads")
        if isinstance(leads, dict):
            _lay(source, {"leads": leads}, layer.label("pack.toml"))
    _lay(source, own.files.get("pack.toml", {}), own.label("pack.toml"))
    return source


def _single(layers: Sequence[Layer], section: str, merged: Merged) -> None:
    path = f"{section}.toml"
    having = [layer for layer in layers if path in layer.files]
    if not having:
        return
    source = Source(having[-1].label(path))
    for layer in having:
        _lay(source, layer.files[path], layer.label(path))
    merged.sections[section] = source


def _lay(source: Source, data: Table, file: str, place: Place = ()) -> None:
    """Put a table over what is there, key by key; anything but a table replaces."""
    target: Table = source.data
    for part in place:
        inner = target[str(part)]
        assert isinstance(inner, dict)
        target = inner
    for key, value in data.items():
        here = (*place, key)
        source.files[here] = file
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _lay(source, value, file, here)
        elif isinstance(value, dict):
            target[key] = {}
            _lay(source, value, file, here)
        else:
            target[key] = value


def _matters(layers: Sequence[Layer], merged: Merged) -> None:
    classes: dict[str, tuple[object, str]] = {}
    source = Source(layers[-1].label("matters"))
    for layer in layers:
        paths = sorted(path for path in layer.files if path.startswith("matters/"))
        seen: dict[str, str] = {}
        for path in paths:
            file, data = layer.label(path), layer.files[path]
            for item, code in _classes_in(data, file, merged):
                _note_twice(code, file, seen, merged)
                classes[code] = (item, file)
            settings = {k: v for k, v in data.items() if k not in (*_OF_THE_FILE, "classes")}
            for key in settings:
                _note_twice(key, file, seen, merged)
            _lay(source, settings, file)
    if not classes and not source.data:
        return
    ordered = [classes[code] for code in sorted(classes)]
    source.data["classes"] = [item for item, _file in ordered]
    for at, (_item, file) in enumerate(ordered):
        source.files["classes", at] = file
    merged.sections["matters"] = source


def _classes_in(data: Table, file: str, merged: Merged) -> list[tuple[object, str]]:
    """Each class of a file with its code; the file's major and basis stand for all in it."""
    items = data.get("classes", [])
    if not isinstance(items, list):
        merged.faults.append(Fault(file, "classes", shown(items), str(_("a list of classes"))))
        return []
    shared = {key: data[key] for key in _OF_THE_FILE if key in data}
    found: list[tuple[object, str]] = []
    for at, item in enumerate(items):
        code = item.get("code") if isinstance(item, dict) else None
        whole = {**shared, **item} if isinstance(item, dict) else item
        found.append((whole, code if isinstance(code, str) else f"{file} {at}"))
    return found


def _note_twice(name: str, file: str, seen: dict[str, str], merged: Merged) -> None:
    if name in seen:
        places = str(_("it once; it also stands in {file}")).format(file=seen[name])
        merged.faults.append(Fault(file, name, shown(name), places))
    seen[name] = file


def missing_files(merged: Merged, name: str) -> list[Fault]:
    """The parts a whole pack cannot do without."""
    needed = {section: f"{section}.toml" for section in SINGLE}
    needed["matters"] = "matters/NAME.toml"
    this = str(_("this file, here or in the extended pack"))
    faults = [
        Fault(f"{name}/{path}", "", nothing(), this)
        for section, path in needed.items()
        if section not in merged.sections
    ]
    if not any(section.startswith("workflows/") for section in merged.sections):
        expected = str(_("at least one workflow"))
        faults.append(Fault(f"{name}/workflows/NAME.toml", "", nothing(), expected))
    return faults
