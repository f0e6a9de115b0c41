from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from linli.kernel.errors import _
from linli.outer.packs.forms.editing import EditForm, LimitField, chinese, english, put, words
from linli.outer.packs.rules.merge import Table


class StateForm(EditForm):
    """The words and limits of a state, and those of the moves that leave it."""

    plain: ClassVar = ("limit",)
    texts: ClassVar = ("title", "resident")

    title_zh = chinese(_("Title (Chinese)"))
    title_en = english(_("Title (English)"))
    resident_zh = chinese(_("The resident reads (Chinese)"), long=True)
    resident_en = english(_("The resident reads (English)"), long=True)

    def __init__(self, data: Any = None, *, says: Mapping[str, Any]) -> None:
        super().__init__(data, says=says)
        if "limit" in says:
            self.fields["limit"] = LimitField(label=_("Limit"), of_the_class=True)
        for number, move in enumerate(self._moves()):
            name = move["title"]["zh"]
            self.fields[f"move_{number}_zh"] = chinese(
                _said(_("Move “{name}” (Chinese)"), name)
            )
            self.fields[f"move_{number}_en"] = english(
                _said(_("Move “{name}” (English)"), name)
            )
            if "after" in move:
                label = _said(_("The clock makes “{name}” after"), name)
                self.fields[f"move_{number}_after"] = LimitField(label=label, of_the_class=True)

    def initial_of(self, says: Mapping[str, Any]) -> dict[str, object]:
        initial = super().initial_of(says)
        for number, move in enumerate(self._moves()):
            initial |= {f"move_{number}_{lang}": word for lang, word in move["title"].items()}
            initial[f"move_{number}_after"] = move.get("after")
        return initial

    def apply(self, table: Table) -> None:
        limits = {"limit"} & self.fields.keys()
        for key in limits & set(self.changed_data):
            put(table, key, self.cleaned_data[key])
        for key in self.texts:
            if {f"{key}_zh", f"{key}_en"} & set(self.changed_data):
                put(table, key, words(self.cleaned_data, key))
        moves: Any = table.get("moves", [])
        for number, move in enumerate(moves):
            if {f"move_{number}_zh", f"move_{number}_en"} & set(self.changed_data):
                put(move, "title", words(self.cleaned_data, f"move_{number}"))
            if f"move_{number}_after" in self.changed_data:
                put(move, "after", self.cleaned_data[f"move_{number}_after"])

    def field_for(self, rest: str) -> str | None:
        if found := re.match(r"\.moves\[(\w+)\](?:\.(\w+))?", rest):
            keys = [move["key"] for move in self._moves()]
            if found[1] in keys:
                number, after = keys.index(found[1]), f"move_{keys.index(found[1])}_after"
                return (
                    after
                    if found[2] == "after" and after in self.fields
                    else f"move_{number}_zh"
                )
        return super().field_for(rest)

    def _moves(self) -> list[Any]:
        found = self.says.get("moves", [])
        return found if isinstance(found, list) else []


def _said(message: object, name: str) -> str:
    return str(message).format(name=name)
