"""Filters of a list, held in its address."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.ground.territory.queries import find_areas
from linli.kernel.actor import Actor
from linli.kernel.errors import _
from linli.kernel.pages import Chip

CHANNELS = [
    ("", _("Every channel")),
    ("web", _("Resident's page")),
    ("telephone", _("Telephone")),
    ("counter", _("Counter")),
    ("grid", _("Found by a worker")),
    ("api", _("Other systems")),
]
MOST_AREAS = 100


class FilterForm(forms.Form):
    """Class, place, channel and words; what cannot be understood filters nothing and says so."""

    major = forms.ChoiceField(label=_("Class"), required=False)
    area = forms.CharField(
        label=_("Community or grid"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=CHANNELS)
    q = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    queue = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, seen_by: Actor) -> None:
        super().__init__(data)
        self._seen_by = seen_by
        majors = {
            c.code[:2]: queries.in_language(c.major_zh, c.major_en)
            for c in queries.current_classes()
        }
        field = self.fields["major"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Every class")), *majors.items()]

    def apply(self, matters: QuerySet[Matter]) -> QuerySet[Matter]:
        """The matters the filters leave."""
        self.full_clean()
        clean = self.cleaned_data
        matters = queries.search(matters, clean.get("q", ""))
        if major := clean.get("major"):
            matters = matters.filter(matter_class__code__startswith=f"{major}-")
        if channel := clean.get("channel"):
            matters = matters.filter(channel=channel)
        if area := clean.get("area"):
            matters = self._in_areas(matters, area)
        return matters

    def _in_areas(self, matters: QuerySet[Matter], text: str) -> QuerySet[Matter]:
        """Where a name fits half the city, a part of its places would be a wrong answer."""
        mine = {grant.area_path for grant in self._seen_by.grants_for("matters.view")}
        paths = [
            path
            for inside in sorted(mine)
            for path in find_areas(text, inside=inside).values_list("path", flat=True)[
                : MOST_AREAS + 1
            ]
        ]
        if len(paths) > MOST_AREAS:
            self.add_error("area", _("Too many places have this name. Type more of it."))
            return matters
        return queries.in_areas(matters, paths)

    def chips(self, query: QueryDict) -> list[Chip]:
        """What is in force, each with the address of the list without it."""
        found = []
        for name in ("q", "major", "area", "channel"):
            if not (value := self.cleaned_data.get(name)):
                continue
            rest = query.copy()
            for gone in (name, "cursor", "open"):
                rest.pop(gone, None)
            field = self.fields[name]
            label = value
            if isinstance(field, forms.ChoiceField):
                label = next(words for key, words in field.widget.choices if key == value)
            found.append(Chip(str(label), f"?{rest.urlencode()}"))
        return found
