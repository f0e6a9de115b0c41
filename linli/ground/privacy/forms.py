"""Opening a contact: what for; or why it cannot wait."""

from __future__ import annotations

from typing import Any

from django import forms

from linli.ground.privacy.services.looking import PURPOSES
from linli.kernel.errors import _
from linli.kernel.ids import uuid7


class PurposeForm(forms.Form):
    """The purpose of a look; it is recorded, so it is chosen and not typed."""

    purpose = forms.ChoiceField(
        label=_("What do you need the contact for?"),
        choices=[("", _("Choose a purpose")), *PURPOSES.items()],
        error_messages={
            "required": _("Say what you need the contact for; it is recorded."),
            "invalid_choice": _("Say what you need the contact for; it is recorded."),
        },
    )


class GlassForm(forms.Form):
    """Why a record must be opened now by somebody whose duties do not include it."""

    reason = forms.CharField(
        label=_("Why can it not wait?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": _(
                "Say why it cannot wait, in a sentence: another person will judge it."
            )
        },
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.initial.setdefault("request_id", uuid7())
