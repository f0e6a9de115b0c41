from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from linli.kernel.errors import _
from linli.outer.packs.forms.editing import EditForm, chinese, english, put
from linli.outer.packs.rules.merge import Table

TYPES = {
    "text": _("a line of text"),
    "long_text": _("several lines of text"),
    "number": _("a number"),
    "yes_no": _("yes or no"),
    "choice": _("one of several"),
    "choices": _("any of several"),
    "date": _("a day"),
}


class QuestionForm(EditForm):
    """One question of a form."""

    TYPES: ClassVar = TYPES

    plain: ClassVar = ("type", "basis")
    texts: ClassVar = ("title", "help")

    title_zh = chinese(_("Question (Chinese)"))
    title_en = english(_("Question (English)"))
    help_zh = chinese(_("Help (Chinese)"), required=False, long=True)
    help_en = english(_("Help (English)"), long=True)
    type = forms.ChoiceField(label=_("Answer"), choices=list(TYPES.items()))
    options = forms.CharField(
        label=_("Answers to choose from"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line: name | Chinese | English, such as: one | 一盏 | One lamp"),
    )
    required = forms.BooleanField(label=_("Must be answered"), required=False)
    personal = forms.BooleanField(label=_("Asks about a person"), required=False)
    basis = forms.CharField(
        label=_("Why it may be asked"),
        max_length=300,
        required=False,
        help_text=_("Needed for a question about a person."),
    )

    def initial_of(self, says: Mapping[str, Any]) -> dict[str, object]:
        initial = super().initial_of(says)
        initial |= {key: says.get(key, False) for key in ("required", "personal")}
        lines = (_line(option) for option in says.get("options", []))
        return {**initial, "options": "\n".join(lines)}

    def clean_options(self) -> list[Table]:
        """The options as packs write them."""
        lines = [line for line in self.cleaned_data["options"].splitlines() if line.strip()]
        return [_option(line) for line in lines]

    def apply(self, table: Table) -> None:
        super().apply(table)
        for key in ("required", "personal"):
            if key in self.changed_data:
                put(table, key, self.cleaned_data[key] or None)
        if self.cleaned_data["options"] != self.says.get("options", []):
            put(table, "options", self.cleaned_data["options"])


def _line(option: Mapping[str, Any]) -> str:
    title = option["title"]
    return " | ".join(filter(None, [option["key"], title["zh"], title.get("en", "")]))


def _option(line: str) -> Table:
    key, *titles = (part.strip() for part in line.split("|"))
    if not titles or len(titles) > 2 or not titles[0]:
        message = str(_("“{line}”: expected name | Chinese | English")).format(line=line[:60])
        raise forms.ValidationError(message)
    return {"key": key, "title": dict(zip(("zh", "en"), titles, strict=False))}
