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


class FilterForm(forms.Form):
    """Class, place, channel and words; what cannot be understood filters nothing and says so."""

    q = forms.CharField(label=_("Words or number"), required=False, max_length=100)
    major = forms.ChoiceField(label=_("Class"), required=False)
    area = forms.CharField(label=_("Community or grid"), required=False, max_length=60)
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=CHANNELS)
    queue = forms.CharField(required=False, widget=forms.HiddenInput)

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
            paths = list(find_areas(area).values_list("path", flat=True)[:50])
            matters = queries.in_areas(matters, paths)
        return matters

    def chips(self, query: QueryDict) -> list[Chip]:
        """What is in force, each with the address of the list without it."""
        found = []
        for name in ("q", "major", "area", "channel"):
            if not (value := self.cleaned_data.get(name)):
                continue
            rest = query.copy()
            rest.pop(name, None)
            rest.pop("cursor", None)
            field = self.fields[name]
            words = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}  # type: ignore[arg-type]
            found.append(Chip(str(words.get(value, value)), f"?{rest.urlencode()}"))
        return found
