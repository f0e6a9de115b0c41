from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import get_language

from linli.kernel.errors import _
from linli.outer.packs.forms.editing import EditForm, chinese, english
from linli.outer.packs.rules.merge import Table
from linli.outer.packs.rules.sense.posts import PERMISSIONS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_SCOPES = ("area", "assigned", "own")


def _known() -> list[tuple[str, str]]:
    language = get_language() or "zh"
    return [(key, text.in_language(language)) for key, text in sorted(PERMISSIONS.items())]


def _permissions(label: StrOrPromise, help_text: StrOrPromise) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        required=False,
        choices=_known,
        widget=forms.CheckboxSelectMultiple,
    )


class RoleForm(EditForm):
    """A role: what it is called, and what it may do how far."""

    texts: ClassVar = ("title",)

    title_zh = chinese(_("Title (Chinese)"))
    title_en = english(_("Title (English)"))
    second_factor = forms.BooleanField(label=_("Signs in with a second factor"), required=False)
    area = _permissions(_("In its whole area"), _("Everything under the post's area."))
    assigned = _permissions(
        _("Only what is assigned to it"), _("What the post or its organisation holds or held.")
    )
    own = _permissions(_("Only its own"), _("What the person made."))

    def initial_of(self, says: Mapping[str, Any]) -> dict[str, object]:
        initial = super().initial_of(says)
        initial["second_factor"] = says.get("second_factor", False)
        return initial | {scope: says.get(scope, []) for scope in _SCOPES}

    def apply(self, table: Table) -> None:
        super().apply(table)
        if "second_factor" in self.changed_data:
            table["second_factor"] = self.cleaned_data["second_factor"]
        for scope in _SCOPES:
            if scope in self.changed_data:
                table[scope] = self._in_order(scope)

    def field_for(self, rest: str) -> str | None:
        return super().field_for(rest) or "area"

    def _in_order(self, scope: str) -> list[str]:
        """Those kept stand where they stood, new ones at the end."""
        before, chosen = list(self.says.get(scope, [])), self.cleaned_data[scope]
        kept = [one for one in before if one in chosen]
        return [*kept, *(one for one in chosen if one not in before)]
