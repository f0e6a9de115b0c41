"""Opening a contact: what for."""

from __future__ import annotations

from django import forms

from linli.domains.matters.services.contacts import PURPOSES
from linli.kernel.errors import _


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
