"""What a person may send about posts, holders and accounts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from linli.ground.accounts import queries
from linli.ground.people.models import Organisation
from linli.ground.people.queries import find_organisations
from linli.ground.territory.models import Area
from linli.ground.territory.queries import find_areas
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import _

KINDS = [("holder", _("Holder")), ("deputy", _("Deputy")), ("acting", _("Acting"))]
MOST_OFFERED = 30


class DayInput(forms.DateInput):
    """A day by the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class NotPast(forms.ValidationError):
    """Who sat where in the past is a fact, and is not written afterwards."""

    def __init__(self) -> None:
        super().__init__(_("Choose today or a later day."))


def begin_of(day: date, *, at: datetime) -> datetime:
    """The first moment of a day; of today, now."""
    if day == clock.local(at).date():
        return at
    return datetime.combine(day, time(), tzinfo=clock.local(at).tzinfo)


class FutureDay(forms.DateField):
    """Today or later."""

    widget = DayInput

    def validate(self, value: object) -> None:
        super().validate(value)
        if isinstance(value, date) and value < clock.local(clock.now()).date():
            raise NotPast


class PostFilterForm(forms.Form):
    """Which posts are looked at."""

    q = forms.CharField(
        label=_("Post, area, organisation or name"), required=False, max_length=60
    )
    only = forms.ChoiceField(
        label=_("Which"),
        required=False,
        choices=[
            ("", _("All open posts")),
            ("holes", _("Vacant only")),
            ("held", _("Held only")),
            ("closed", _("Closed")),
        ],
    )
    role = forms.ChoiceField(label=_("Role"), required=False)

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Every role")),
            *((r.key, r.title) for r in queries.roles_open()),
        ]


class AreaWords(forms.CharField):
    """An area by its name or its code, of which exactly one must fit."""

    def clean(self, value: object) -> Area:
        text = super().clean(value)
        found = list(find_areas(text)[:MOST_OFFERED])
        exact = [area for area in found if text in (area.name, area.path)]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(_("No area bears this name or code."))
        named = "、".join(f"{area.name} {area.path}" for area in found[:5])
        raise forms.ValidationError(
            str(_("Several areas fit: {named}. Type the code.")).format(named=named)
        )


class OrganisationWords(forms.CharField):
    """An organisation by its name, of which exactly one must fit; None where it is left empty."""

    def __init__(self, *, seen_by: Actor, **options: Any) -> None:
        self._seen_by = seen_by
        super().__init__(**options)

    def clean(self, value: object) -> Organisation | None:
        text = super().clean(value)
        if not text:
            return None
        found = find_organisations(text, seen_by=self._seen_by, most=MOST_OFFERED)
        exact = [one for one in found if one.name == text]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(_("No organisation bears this name."))
        named = "、".join(one.name for one in found[:5])
        raise forms.ValidationError(
            str(_("Several organisations fit: {named}. Type the whole name.")).format(
                named=named
            )
        )


class PostForm(forms.Form):
    """A new seat."""

    role = forms.ChoiceField(label=_("Role"))
    area = AreaWords(
        label=_("Area"),
        max_length=60,
        help_text=_("Its name, or its code where several have the same name."),
    )
    name = forms.CharField(
        label=_("Name of the post"),
        max_length=120,
        help_text=_("As it stands on the door, for example 和平社区受理岗."),
    )

    def __init__(self, *given: object, seen_by: Actor, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [(one.key, one.title) for one in queries.roles_open()]
        self.fields["organisation"] = OrganisationWords(
            seen_by=seen_by,
            label=_("Organisation"),
            max_length=120,
            required=False,
            help_text=_("Its name, where the post sits in a station, a committee or a branch."),
        )
        self.order_fields(["role", "area", "organisation", "name"])


class FindForm(forms.Form):
    """Whom one looks for."""

    q = forms.CharField(label=_("Name or user name"), required=False, max_length=60)


class SeatForm(forms.Form):
    """Who sits down, as what, from when until when."""

    account = forms.UUIDField(
        label=_("Who"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who sits down.")},
    )
    kind = forms.ChoiceField(
        label=_("As"), choices=KINDS, widget=forms.RadioSelect, initial="holder"
    )
    from_day = FutureDay(label=_("From"))
    to_day = FutureDay(
        label=_("Last day"), required=False, help_text=_("Empty: until further notice.")
    )

    def __init__(self, *given: object, offered: list[tuple[str, str]], **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        widget = self.fields["account"].widget
        assert isinstance(widget, forms.RadioSelect)
        widget.choices = offered

    def span(self, *, at: datetime) -> tuple[datetime, datetime | None]:
        """From the first moment of the first day to the end of the last."""
        last = self.cleaned_data["to_day"]
        until = None if last is None else begin_of(last + timedelta(days=1), at=at)
        return begin_of(self.cleaned_data["from_day"], at=at), until


class HandOverForm(forms.Form):
    """Who takes the post over now."""

    account = forms.UUIDField(
        label=_("Who takes over"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who takes over.")},
    )

    def __init__(self, *given: object, offered: list[tuple[str, str]], **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        widget = self.fields["account"].widget
        assert isinstance(widget, forms.RadioSelect)
        widget.choices = offered


class AccountFilterForm(forms.Form):
    """Which accounts are looked at."""

    q = forms.CharField(label=_("Name or user name"), required=False, max_length=60)
    only = forms.ChoiceField(
        label=_("Which"),
        required=False,
        choices=[
            ("", _("All accounts")),
            ("idle", _("Without a post")),
            ("invited", _("Invitation not taken up")),
            ("locked", _("Locked")),
        ],
    )


class AccountForm(forms.Form):
    """A new account: who it is for, and the name to sign in with."""

    name = forms.CharField(label=_("Name"), max_length=60)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        help_text=_("For colleagues to reach them; kept encrypted."),
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("2 to 60 small letters, digits, dots or hyphens, for example zhang.san."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


class InvitedForm(forms.Form):
    """The code from paper, and the password its holder chooses."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    code = forms.CharField(
        label=_("Invitation code"),
        max_length=40,
        help_text=_("Five groups of four signs, from the sheet you were given."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=128,
        help_text=_(
            "At least ten signs. Three unrelated words are easy to keep and hard to guess."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same once more"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        clean = super().clean() or {}
        if clean.get("password") and clean.get("again") and clean["password"] != clean["again"]:
            self.add_error("again", _("The two passwords differ."))
        return clean


class ResetForm(forms.Form):
    """Why a second factor is taken off: the words go into the trail, so they are chosen ones."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[
            ("phone_lost", _("The phone was lost or broken")),
            ("phone_new", _("The phone was changed")),
            ("app_gone", _("The authenticator app was removed")),
        ],
        widget=forms.RadioSelect,
    )


class TokenForm(forms.Form):
    """A key for a program: whose, for what, how long."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=60,
        help_text=_("The system that will use it, for example 12345 热线对接."),
    )
    permissions = forms.MultipleChoiceField(
        label=_("What it may do"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label=_("Days until it ends"),
        min_value=1,
        max_value=366,
        initial=90,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *given: object, offered: list[tuple[str, str]], **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        field = self.fields["permissions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = offered
