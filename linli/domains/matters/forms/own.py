"""A person asks for a copy, a correction or a deletion of their data; the office corrects it."""

from __future__ import annotations

from typing import Any

from django import forms

from linli.domains.matters.forms.reporting import readable
from linli.kernel.errors import _
from linli.kernel.ids import uuid7


class RightForm(forms.Form):
    """Which right, and what is meant."""

    right = forms.ChoiceField(
        label=_("What would you like?"),
        choices=[
            ("copy", _("A copy of everything you keep about me")),
            ("correct", _("Correct my name or number")),
            ("delete", _("Delete what you keep about me")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three.")},
    )
    words = forms.CharField(
        label=_("What should we know?"),
        help_text=_("For a correction: what is wrong and what is right."),
        max_length=500,
        required=False,
        validators=[readable],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.initial.setdefault("request_id", uuid7())


class CorrectForm(forms.Form):
    """The name and number as they should be."""

    name = forms.CharField(label=_("Name"), max_length=60, validators=[readable])
    phone = forms.CharField(label=_("Telephone"), max_length=30)
