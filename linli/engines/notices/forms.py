"""What a person may send about notices and channels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import validate_email
from django.http import QueryDict

from linli.engines.notices.rules import CHANNEL_NAMES, State
from linli.engines.notices.services.channels import configured
from linli.engines.notices.services.channels.protocol import Reaches
from linli.engines.notices.services.reading import AddressWrong
from linli.kernel.errors import _
from linli.kernel.ids import NotAPhoneNumber, normalise_phone

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

_MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}", re.ASCII)


def checked_address(reaches: Reaches, text: str) -> str:
    """The address in the channel's spelling, or what is wrong with it."""
    text = text.strip()
    if not text:
        return ""
    if reaches == "phone":
        try:
            return normalise_phone(text)
        except NotAPhoneNumber as wrong:
            raise forms.ValidationError(str(wrong)) from None
    if reaches == "email":
        validate_email(text)
    elif not _MEMBER.fullmatch(text):
        raise forms.ValidationError(str(AddressWrong()))
    return text


class _ReachField(forms.CharField):
    """An address of one channel."""

    def __init__(self, reaches: Reaches, **options: Any) -> None:
        super().__init__(max_length=120, **options)
        self._reaches = reaches

    def clean(self, value: Any) -> str:
        return checked_address(self._reaches, super().clean(value))


HELP: Mapping[Reaches, StrOrPromise] = {
    "phone": _("A mobile number."),
    "email": _("An e-mail address."),
    "wecom": _("Your member ID 账号 in WeCom."),
    "dingtalk": _("Your userid in DingTalk."),
}


class AddressForm(forms.Form):
    """One field for each channel that is there."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for name, channel in configured().items():
            self.fields[name] = _ReachField(
                channel.reaches,
                label=CHANNEL_NAMES[name],
                help_text=HELP[channel.reaches],
                required=False,
            )


class TestForm(forms.Form):
    """Where a test goes: one's own address."""

    __test__ = False  # no test of ours, whatever pytest makes of the name

    def __init__(self, data: QueryDict | None = None, *, channel: str, own: str = "") -> None:
        super().__init__(data, initial={"address": own}, auto_id=f"id_{channel}_%s")
        reaches = configured()[channel].reaches
        self.fields["address"] = _ReachField(
            reaches, label=_("Send a test to myself"), help_text=HELP[reaches]
        )


STATE_NAMES: Mapping[State, StrOrPromise] = {
    "queued": _("Waiting to go"),
    "sending": _("Going out"),
    "sent": _("Handed over"),
    "delivered": _("Arrived"),
    "failed": _("Failed"),
    "uncertain": _("Uncertain"),
    "kept": _("Kept here"),
}


class OutboxFilter(forms.Form):
    """Channel and state; what cannot be understood filters nothing."""

    channel = forms.ChoiceField(
        label=_("Channel"),
        required=False,
        choices=[("", _("Every channel")), *CHANNEL_NAMES.items()],
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Every state")), *STATE_NAMES.items()]
    )

    def asked(self) -> dict[str, str]:
        """What is asked for, as the query takes it."""
        self.full_clean()
        return {name: self.cleaned_data.get(name, "") for name in ("channel", "state")}
