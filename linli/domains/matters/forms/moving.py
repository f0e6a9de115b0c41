"""One step of the loop: a form made from what the step needs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from uuid import UUID

from django import forms

from linli.domains.matters import queries
from linli.domains.matters.forms.reporting import PhotosField
from linli.domains.matters.models import Matter
from linli.domains.matters.services.moving import Answered
from linli.engines.workflow.spec import Move
from linli.kernel.errors import _
from linli.kernel.ids import uuid7

SCORES = [
    (5, _("Very satisfied")),
    (4, _("Satisfied")),
    (3, _("So so")),
    (2, _("Dissatisfied")),
    (1, _("Very dissatisfied")),
]
_WORDS = {
    "reason": _("Reason"),
    "question": _("What we need to know"),
    "reply": _("Answer"),
    "note": _("Progress"),
    "result": _("What was done"),
    "answer": _("Answer to the resident"),
    "public_text": _("Text for the public"),
}


class StepForm(forms.Form):
    """The fields one move needs, and no others; a repeat of the same form is the same step."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self,
        data: object = None,
        files: object = None,
        *,
        matter: Matter,
        move: Move,
        units: Sequence[tuple[UUID, str]] = (),
    ) -> None:
        initial = {"request_id": uuid7(), "seen_version": matter.work.version}
        super().__init__(data, files, initial=initial)  # type: ignore[arg-type] # Django's own
        self.move = move
        for need in move.needs:
            self.fields[need] = _field_for(need, matter, units)
        if "score" in move.needs:
            self.fields["score_reason"] = forms.CharField(
                label=_("Why?"),
                required=False,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def answered(self) -> Answered:
        """The values as the service takes them."""
        clean = self.cleaned_data
        words = {name: clean.get(name) or "" for name in (*_WORDS, "score_reason")}
        return Answered(
            **words,
            matter_class=clean.get("matter_class") or "",
            filing_condition=clean.get("filing_condition") or "",
            unit=UUID(clean["unit"]) if clean.get("unit") else None,
            units=tuple(UUID(one) for one in clean.get("units") or ()),
            score=int(clean["score"]) if clean.get("score") else None,
        )


def _field_for(need: str, matter: Matter, units: Sequence[tuple[UUID, str]]) -> forms.Field:
    if need in _WORDS:
        return forms.CharField(
            label=_WORDS[need],
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
            initial=_draft(need, matter),
        )
    if need == "photos":
        return PhotosField(label=_("Photos"), required=False)
    if need == "score":
        return forms.ChoiceField(
            label=_("Are you satisfied?"), choices=SCORES, widget=forms.RadioSelect
        )
    return _choice_for(need, matter, units)


def _choice_for(
    need: str, matter: Matter, units: Sequence[tuple[UUID, str]]
) -> forms.ChoiceField:
    if need == "unit":
        return forms.ChoiceField(
            label=_("Unit"),
            choices=[("", _("Choose a unit")), *((str(key), name) for key, name in units)],
        )
    if need == "units":
        return forms.MultipleChoiceField(
            label=_("Units that take part"),
            choices=[(str(key), name) for key, name in units],
            widget=forms.CheckboxSelectMultiple,
        )
    if need == "matter_class":
        classes = [
            (c.code, f"{c.code} {queries.title_of(c)}") for c in queries.current_classes()
        ]
        return forms.ChoiceField(
            label=_("Class"), choices=classes, initial=matter.matter_class.code
        )
    return forms.ChoiceField(
        label=_("Filing condition"),
        choices=[
            (c["key"], queries.in_language(c["title"]["zh"], c["title"]["en"]))
            for c in matter.matter_class.conditions
        ],
    )


def _draft(need: str, matter: Matter) -> str:
    """What a worker would otherwise type again: the answer begins as the result, the notice as the answer."""
    return {"answer": matter.result, "public_text": matter.answer or matter.result}.get(
        need, ""
    )


class Plain(forms.CharField):
    """Digits and letters however they were typed: in groups, or in full width."""

    def to_python(self, value: object) -> str:
        """The signs alone."""
        return "".join(unicodedata.normalize("NFKC", super().to_python(value) or "").split())


class TrackForm(forms.Form):
    """Where is mine? A number, and what only the reporter knows."""

    number = Plain(
        label=_("Number of the matter"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    secret = Plain(
        label=_("Telephone or query code"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
