"""Where a class, a state, a question or a role stands in the files, so that it can be edited there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linli.kernel.errors import NotFound
from linli.outer.packs.models import Installed
from linli.outer.packs.queries.installed import texts_of
from linli.outer.packs.rules.editing import changed
from linli.outer.packs.rules.merge import Place, Source, Table, merge
from linli.outer.packs.rules.texts import layers_of


@dataclass(frozen=True, slots=True)
class Item:
    """One table of a pack: its file, its place in that file, its key as a fault names it."""

    file: str
    text: str
    place: Place
    key: str
    says: Table

    def changed(self, form: Any) -> dict[str, str | None]:
        """The file after a form's changes."""
        return {self.file: changed(self.text, self.place, form.apply)}


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything an edition says, section by section, and the files it stands in."""

    edition: Installed
    texts: Mapping[str, str]
    sections: Mapping[str, Source]

    def data(self, section: str) -> Table:
        """One section as it holds; NotFound where there is none of this name."""
        if section not in self.sections:
            raise NotFound
        return self.sections[section].data

    def named(self, folder: str) -> dict[str, Table]:
        """Every section of a folder by its name."""
        start = f"{folder}/"
        found = {key: one.data for key, one in self.sections.items() if key.startswith(start)}
        return {key.removeprefix(start): found[key] for key in sorted(found)}

    def class_item(self, code: str) -> Item:
        """A class of matters, in whichever file it stands."""
        at = _index(self.data("matters").get("classes", []), "code", code)
        return self._listed("matters", "classes", at, code, "code")

    def state_item(self, workflow: str, state: str) -> Item:
        """A state of a workflow with its moves."""
        return self._table(f"workflows/{workflow}", ("states", state))

    def question_item(self, form: str, key: str) -> Item:
        """A question of a form."""
        section = f"forms/{form}"
        at = _index(self.data(section).get("fields", []), "key", key)
        return self._listed(section, "fields", at, key, "key")

    def role_item(self, key: str) -> Item:
        """A role and what it may do."""
        return self._table("posts", ("roles", key))

    def whole(self, section: str) -> Item:
        """A section's own file."""
        data = self.data(section)
        file = self.sections[section].file
        return Item(file, self.texts[file], (), "", data)

    def file(self, label: str) -> str:
        """A file's text, or NotFound."""
        if label not in self.texts:
            raise NotFound
        return self.texts[label]

    def _table(self, section: str, place: tuple[str, str]) -> Item:
        outer = self.data(section).get(place[0])
        if not isinstance(outer, dict) or place[1] not in outer:
            raise NotFound
        # A workflow stands in one file; of a role, the file that had the last word.
        file = self.sections[section].file_of(place)
        return Item(file, self.texts[file], place, ".".join(place), outer[place[1]])

    def _listed(self, section: str, key: str, at: int, name: str, by: str) -> Item:
        source = self.sections[section]
        file = source.file_of((key, at))
        own: Any = tomllib.loads(self.texts[file])[key]
        items: Any = source.data[key]
        place: Place = (key, _index(own, by, name))
        return Item(file, self.texts[file], place, f"{key}[{name}]", items[at])


def contents_of(edition: Installed) -> Contents:
    """What an edition says, read from its files."""
    texts = texts_of(edition)
    return Contents(edition, texts, merge(layers_of(edition.name, texts, [])).sections)


def _index(items: Any, by: str, name: str) -> int:
    for at, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and item.get(by) == name:
            return at
    raise NotFound
