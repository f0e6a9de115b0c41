"""What a person may send about territory."""

from __future__ import annotations

from django import forms

from linli.kernel.crs import Crs
from linli.kernel.errors import _

MOST_BYTES = 32 * 1024 * 1024


class FileTooLarge(forms.ValidationError):
    """More than a division or an outline file ever is."""

    def __init__(self) -> None:
        super().__init__(_("The file is too large. At most 32 MB are taken at once."))


class DayInput(forms.DateInput):
    """A day by the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class SizedFile(forms.FileField):
    """A file of a size somebody made by hand or exported from a map."""

    def clean(self, data: object, initial: object = None) -> object:
        found = super().clean(data, initial)
        if found and found.size > MOST_BYTES:
            raise FileTooLarge
        return found


class SearchForm(forms.Form):
    """Words, sound or digits of an area."""

    q = forms.CharField(
        label=_("Name, pinyin or code"),
        max_length=60,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "form-control", "type": "search", "data-search": True}
        ),
    )


class DayForm(forms.Form):
    """The day a map is looked at."""

    on = forms.DateField(label=_("As it was on"), required=False, widget=DayInput())


class ImportForm(forms.Form):
    """A division file, whose digits it holds, and from which day it counts."""

    file = SizedFile(
        label=_("Division file (CSV)"),
        help_text=_("One row per community, with its street, county and city in the same row."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )
    scheme = forms.ChoiceField(
        label=_("Whose codes"),
        choices=[
            ("statistical", _("Statistical codes")),
            ("civil_affairs", _("Civil affairs codes")),
        ],
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=DayInput())


class OutlineFileForm(forms.Form):
    """All grids of a community as one file."""

    file = SizedFile(
        label=_("Outlines of all grids (GeoJSON)"),
        help_text=_("Grids named by their code keep it; those without one get a new code."),
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json"}),
    )
    crs = forms.ChoiceField(
        label=_("Coordinates are in"),
        choices=[
            ("", _("as the file says (WGS-84 if it says nothing)")),
            (Crs.CGCS2000.value, "CGCS2000"),
            (Crs.WGS84.value, "WGS-84"),
            (Crs.GCJ02.value, _("GCJ-02 (most mainland web maps)")),
            (Crs.BD09.value, _("BD-09 (Baidu)")),
        ],
        required=False,
    )


class DrawForm(forms.Form):
    """One grid, drawn on the map."""

    name = forms.CharField(label=_("Name of the grid"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("basic", _("Ordinary grid")), ("dedicated", _("Grid of one large unit"))],
        widget=forms.RadioSelect,
        initial="basic",
    )
    outline = forms.CharField(
        label=_("Outline (GeoJSON)"),
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )


class PublishForm(forms.Form):
    """From which day, by which document."""

    valid_from = forms.DateField(label=_("Valid from"), widget=DayInput())
    document = forms.CharField(
        label=_("Number of the document"),
        help_text=_("The decision that set these grids, so that anybody can look it up."),
        max_length=120,
    )
