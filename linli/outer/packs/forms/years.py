from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from linli.kernel.errors import _
from linli.outer.packs.forms.editing import EditForm
from linli.outer.packs.rules.merge import Table
from linli.outer.packs.rules.years import MOST_BYTES, Year, write_year, year_faults

_EXAMPLE = _("One day after another, such as: 2027-01-01 2027-02-08")


class DaysField(forms.CharField):
    """Several days, separated by spaces, commas or lines."""

    def __init__(self, **named: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 5, "class": "ll-code-soft"})
        super().__init__(max_length=20_000, widget=widget, help_text=_EXAMPLE, **named)

    def clean(self, value: Any) -> tuple[date, ...]:
        """The days in order, each once."""
        days = []
        for word in re.split(r"[\s,;，；、]+", super().clean(value)):
            try:
                days += [date.fromisoformat(word)] if word else []
            except ValueError:
                message = str(_("“{word}”: expected a day such as 2027-01-01"))
                raise forms.ValidationError(message.format(word=word[:40])) from None
        return tuple(sorted(set(days)))


class YearFileForm(forms.Form):
    """The file of a year; it fills the fields, where it can be looked at."""

    file = forms.FileField(
        label=_("File of the year (CSV, xlsx or TOML)"),
        help_text=_(
            "Columns date and kind (holiday or make_up); 日期 and 类型 (放假 or 上班) will do as well."
        ),
    )

    def clean_file(self) -> Any:
        """A list of one year is small."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large for a list of days."))
        return file


class YearForm(EditForm):
    """A year of the working calendar."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2200)
    holidays = DaysField(label=_("Days off"))
    make_up_days = DaysField(label=_("Weekend days that are worked"), required=False)
    source = forms.CharField(
        label=_("Announced by"),
        max_length=200,
        help_text=_("Number and title of the State Council's notice."),
    )

    def initial_of(self, says: Mapping[str, Any]) -> dict[str, object]:
        """The next year, whose days nobody knows before they are announced."""
        return {"year": date.fromisoformat(says["last_day"]).year + 1}

    def clean(self) -> dict[str, Any]:
        """Whether the list can be that of this year, told day by day."""
        said: dict[str, Any] = super().clean() or {}
        if {"year", "holidays", "make_up_days"} <= said.keys():
            first, last = (date.fromisoformat(self.says[k]) for k in ("first_day", "last_day"))
            for field, fault in year_faults(self._year(), first_day=first, last_day=last):
                self.add_error(field, str(fault))
        return said

    def apply(self, table: Table) -> None:
        write_year(table, self._year(), source=self.cleaned_data["source"])

    def _year(self) -> Year:
        said = self.cleaned_data
        return Year(said["year"], said["holidays"], said["make_up_days"])
