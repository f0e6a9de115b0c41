from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from linli.kernel.errors import _
from linli.outer.packs.forms.editing import EditForm, LimitField, chinese, english, put, words
from linli.outer.packs.rules.merge import Table

_MORE = 2
_SEVERITIES = [(n, str(n)) for n in range(1, 5)]


class ClassForm(EditForm):
    """One class of matters."""

    plain: ClassVar = ("lead", "severity", "limit", "target", "form", "basis")
    texts: ClassVar = ("title", "stop_notice")

    title_zh = chinese(_("Title (Chinese)"))
    title_en = english(_("Title (English)"))
    limit = LimitField(label=_("Limit"), help_text=_("Within this time it must be settled."))
    target = LimitField(
        label=_("Target"), required=False, help_text=_("A shorter time that is usual.")
    )
    lead = forms.ChoiceField(
        label=_("Lead"), help_text=_("Who is asked first to deal with it.")
    )
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        coerce=int,
        choices=_SEVERITIES,
        help_text=_("1 is the most severe."),
    )
    form = forms.ChoiceField(label=_("Extra questions"), required=False)
    stop_notice_zh = chinese(_("Stop notice (Chinese)"), required=False, long=True)
    stop_notice_en = english(_("Stop notice (English)"), long=True)
    on_the_spot = forms.BooleanField(label=_("May be settled on the spot"), required=False)
    for_residents = forms.BooleanField(label=_("Residents may choose it"), required=False)
    inspect = forms.BooleanField(label=_("Is inspected by a second person"), required=False)
    basis = forms.CharField(label=_("Basis"), max_length=300)
    ticks: ClassVar[dict[str, bool]] = {
        "on_the_spot": False,
        "for_residents": True,
        "inspect": True,
    }

    def __init__(
        self,
        data: Any = None,
        *,
        says: Mapping[str, Any],
        leads: Mapping[str, str],
        forms_known: Mapping[str, str],
    ) -> None:
        super().__init__(data, says=says)
        for name, choices in (
            ("lead", [*leads.items()]),
            ("form", [("", _("none")), *forms_known.items()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        self.fields["stop_notice_zh"].help_text = _(
            "Read before anything else where there is danger: whom to call, what not to do."
        )
        for number in range(len(self._conditions()) + _MORE):
            self.fields[f"condition_{number}_zh"] = chinese(
                _said(_("Filing condition {n} (Chinese)"), number + 1), required=False
            )
            self.fields[f"condition_{number}_en"] = english(
                _said(_("Filing condition {n} (English)"), number + 1)
            )

    def initial_of(self, says: Mapping[str, Any]) -> dict[str, object]:
        initial = super().initial_of(says)
        initial |= {key: says.get(key, default) for key, default in self.ticks.items()}
        for number, condition in enumerate(self._conditions()):
            for language, word in condition["title"].items():
                initial[f"condition_{number}_{language}"] = word
        return initial

    def apply(self, table: Table) -> None:
        super().apply(table)
        for key, default in self.ticks.items():
            if key in self.changed_data:
                value = self.cleaned_data[key]
                put(table, key, None if value == default else value)
        if any(name.startswith("condition_") for name in self.changed_data):
            put(table, "conditions", self._conditions_typed())

    def field_for(self, rest: str) -> str | None:
        if rest.startswith(".conditions"):
            return "condition_0_zh"
        return super().field_for(rest)

    def _conditions(self) -> list[Any]:
        found = self.says.get("conditions", [])
        return found if isinstance(found, list) else []

    def _conditions_typed(self) -> list[Table]:
        """Those with words; a new one gets a key of its own."""
        known, typed = self._conditions(), list[Table]()
        keys = {condition["key"] for condition in known}
        for number in range(len(known) + _MORE):
            title = words(self.cleaned_data, f"condition_{number}")
            if not title:
                continue
            key = known[number]["key"] if number < len(known) else _new_key(keys)
            keys.add(key)
            typed.append({"key": key, "title": title})
        return typed


def _new_key(keys: set[str]) -> str:
    return next(
        f"condition_{n}" for n in range(1, len(keys) + 2) if f"condition_{n}" not in keys
    )


def _said(message: object, number: int) -> str:
    return str(message).format(n=number)
