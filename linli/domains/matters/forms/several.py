"""One step for several matters: what is the same for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django import forms

from linli.kernel.errors import _
from linli.kernel.ids import uuid7


class SeveralForm(forms.Form):
    """The unit, the reason or the note that goes with every one; a repeat is the same steps."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, data: object, *, needs: Sequence[str], units: Sequence[tuple[UUID, str]]
    ) -> None:
        super().__init__(data, initial={"request_id": uuid7()})  # type: ignore[arg-type] # Django's own
        if "unit" in needs:
            choices = [("", _("Choose a unit")), *((str(key), name) for key, name in units)]
            self.fields["unit"] = forms.ChoiceField(label=_("Unit"), choices=choices)
        for name, label in (("reason", _("Reason")), ("note", _("Progress"))):
            if name in needs:
                self.fields[name] = forms.CharField(
                    label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
                )
