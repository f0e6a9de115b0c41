"""The common part of every form that edits the pack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from linli.engines.workflow.rules.clocks import Limit, LimitUnreadable, Unit
from linli.kernel.errors import _
from linli.kernel.ids import uuid7
from linli.outer.packs.rules.faults import Fault
from linli.outer.packs.rules.merge import Table

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNITS = (
    ("", _("no limit")),
    (Unit.IMMEDIATE.value, _("at once")),
    (Unit.URGENT_MINUTE.value, _("minutes, day and night")),
    (Unit.URGENT_HOUR.value, _("hours, day and night")),
    (Unit.URGENT_DAY.value, _("days, day and night")),
    (Unit.WORK_HOUR.value, _("working hours")),
    (Unit.WORK_DAY.value, _("working days")),
    (Unit.CALENDAR_DAY.value, _("calendar days")),
)
OF_THE_CLASS = ("class", _("as the class says"))
_WITHOUT_NUMBER = {"", "class", Unit.IMMEDIATE.value}


class LimitWidget(forms.MultiWidget):
    """A number and what is counted."""

    def __init__(self, units: Iterable[tuple[str, object]]) -> None:
        number = forms.NumberInput(
            attrs={
                "min": 1,
                "max": 9999,
                "class": "ll-limit-number",
                "aria-label": _("How many"),
            }
        )
        unit = forms.Select(
            choices=list(units),
            attrs={"aria-label": _("Of what")},
        )
        super().__init__({"number": number, "unit": unit})

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Number and unit stand side by side, each with the look of its kind."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        looks = ("form-control ll-limit-number", "form-select ll-limit-unit")
        for part, look in zip(context["widget"]["subwidgets"], looks, strict=True):
            wrong = " is-invalid" if "is-invalid" in part["attrs"].get("class", "") else ""
            part["attrs"]["class"] = look + wrong
        return context

    def decompress(self, value: str | None) -> list[object]:
        """The limit as packs write it, in its two parts."""
        if not value or value in _WITHOUT_NUMBER:
            return [None, value or ""]
        number, _space, unit = value.partition(" ")
        return [number, unit.removesuffix("s")]


class LimitField(forms.MultiValueField):
    """A time limit as packs write it: `4 work_hours`, `immediate`."""

    def __init__(self, *, of_the_class: bool = False, **named: Any) -> None:
        units = [*UNITS[1:], *([OF_THE_CLASS] if of_the_class else [])]
        if not named.get("required", True):
            units.insert(0, UNITS[0])
        fields = (
            forms.IntegerField(min_value=1, max_value=9999, required=False),
            forms.ChoiceField(choices=units, required=False),
        )
        super().__init__(fields, require_all_fields=False, widget=LimitWidget(units), **named)

    def compress(self, data_list: list[Any]) -> str:
        """The two parts as packs write them."""
        number, unit = data_list or (None, "")
        if unit in _WITHOUT_NUMBER:
            return str(unit)
        try:
            return str(Limit.parse(f"{number} {unit}"))
        except LimitUnreadable:
            raise forms.ValidationError(_("Say how many.")) from None


class EditForm(forms.Form):
    """One item of the pack; writes only what was changed."""

    # Plain keys of the item, and keys whose value is {zh, en}.
    plain: ClassVar[tuple[str, ...]] = ()
    texts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any = None, *, says: Mapping[str, Any]) -> None:
        self.says = says
        super().__init__(data, initial=self.initial_of(says))

    def initial_of(self, says: Mapping[str, Any]) -> dict[str, object]:
        """What the fields show before anything is typed."""
        initial: dict[str, object] = {key: says[key] for key in self.plain if key in says}
        for key in self.texts:
            initial |= {f"{key}_{lang}": word for lang, word in says.get(key, {}).items()}
        return initial

    def apply(self, table: Table) -> None:
        """Write what was changed into the item's own table of its file."""
        for key in self.plain:
            if key in self.changed_data:
                put(table, key, self.cleaned_data[key])
        for key in self.texts:
            if {f"{key}_zh", f"{key}_en"} & set(self.changed_data):
                put(table, key, words(self.cleaned_data, key))

    def field_for(self, rest: str) -> str | None:
        """The field a fault below this item belongs to: `title.zh`, `conditions[one].title`."""
        parts = [part for part in re.split(r"[.\[\]]+", rest) if part]
        for length in range(len(parts), 0, -1):
            name = "_".join(parts[:length])
            if name in self.fields:
                return name
        return f"{parts[0]}_zh" if parts and f"{parts[0]}_zh" in self.fields else None


def put(table: Table, key: str, value: object) -> None:
    """A key with its value; an empty value takes the key out."""
    if value in ("", None, [], {}):
        table.pop(key, None)
    else:
        table[key] = value


def words(cleaned: Mapping[str, Any], key: str) -> dict[str, str]:
    """Chinese and English as packs write them; nothing where no Chinese is given."""
    zh, en = str(cleaned[f"{key}_zh"]), str(cleaned.get(f"{key}_en", ""))
    if not zh and not en:
        return {}
    return {"zh": zh, "en": en} if en else {"zh": zh}


def chinese(
    label: StrOrPromise, *, required: bool = True, long: bool = False
) -> forms.CharField:
    """A text in Chinese."""
    widget = forms.Textarea(attrs={"rows": 2}) if long else None
    return forms.CharField(label=label, required=required, max_length=500, widget=widget)


def english(label: StrOrPromise, *, long: bool = False) -> forms.CharField:
    """The same text in English, which may be missing."""
    return chinese(label, required=False, long=long)


class FileForm(forms.Form):
    """A whole file as text, for whoever is at home in it."""

    text = forms.CharField(
        label=_("The file"),
        strip=False,
        max_length=512 * 1024,
        widget=forms.Textarea(
            attrs={"rows": 28, "class": "ll-code", "spellcheck": "false", "autocomplete": "off"}
        ),
    )

    def clean_text(self) -> str:
        """Line ends as files have them, with one at the end."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").rstrip("\n") + "\n"

    def field_for(self, rest: str) -> str | None:  # noqa: ARG002 - as every form is asked
        """Every fault of the file stands beside its text."""
        return "text"


class SaveForm(forms.Form):
    """Why an edit is made and on what ground; what was looked at before it was confirmed."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Read in the history by whoever asks later."),
    )
    ground = forms.CharField(
        label=_("On what ground"),
        max_length=300,
        required=False,
        help_text=_("Number and title of the document, if there is one."),
    )
    adapt_examples = forms.BooleanField(
        label=_("From now on the worked examples expect these times"), required=False
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.UUIDField(widget=forms.HiddenInput)
    previewed = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    @staticmethod
    def begun(seen: object) -> dict[str, object]:
        """The values of a form nobody has typed into yet."""
        return {"request_id": uuid7(), "seen": seen}


def told(form: EditForm | FileForm, faults: Iterable[Fault], *, file: str, key: str) -> None:
    """Each fault beside its field; those of other places at the head of the form."""
    for fault in faults:
        inside = fault.file == file and fault.key.startswith(key)
        rest = fault.key[len(key) :] if inside else ""
        form.add_error(form.field_for(rest) if inside else None, str(fault))


class ReturnForm(forms.Form):
    """Why an earlier edition is wanted again."""

    reason = forms.CharField(label=_("Why"), max_length=300)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.UUIDField(widget=forms.HiddenInput)

    begun = staticmethod(SaveForm.begun)


class NewFileForm(forms.Form):
    """A file that is not there yet."""

    folder = forms.ChoiceField(
        label=_("What it holds"),
        choices=[
            ("cases", _("a worked example")),
            ("forms", _("extra questions")),
            ("matters", _("classes")),
            ("workflows", _("a workflow")),
        ],
    )
    name = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,59}$",
        label=_("Name"),
        help_text=_("Small letters, digits and _, such as: street_lamp"),
        error_messages={"invalid": _("Expected small letters, digits and _, letter first.")},
    )

    @property
    def inside(self) -> str:
        """The path of the file in the pack."""
        return f"{self.cleaned_data['folder']}/{self.cleaned_data['name']}.toml"
