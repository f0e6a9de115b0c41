"""The report: three questions, the extra ones of a class, and how to answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from linli.domains.matters import queries
from linli.domains.matters.models import MatterClass
from linli.domains.matters.rules import (
    DESCRIPTION_LENGTH,
    PHOTOS,
    Channel,
    ContactMissing,
    PlaceGiven,
    PlaceMissing,
    Report,
    ReporterGiven,
)
from linli.engines.forms.queries import form_of
from linli.engines.forms.rules import AnswerMissing
from linli.engines.forms.spec import FormField
from linli.kernel.errors import _
from linli.kernel.ids import NotAPhoneNumber, normalise_phone, uuid7

ANSWER = "answers."
MAJORS_FIRST = _("I do not know; suggest one")


def readable(text: str) -> None:
    """Refuses what arrived in another encoding: kept as it is, nobody could ever read it."""
    if "\ufffd" in text:
        raise forms.ValidationError(_("Some signs arrived unreadable. Please type this again."))


class NeededUnlessAnonymous(forms.TextInput):
    """A browser cannot know whether it is needed: that follows from how we may answer."""

    def use_required_attribute(self, initial: object) -> bool:  # noqa: ARG002 - Django's own
        return False


class Photos(forms.ClearableFileInput):
    """Several pictures at once, also straight from the camera."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to nine files; what each one is, is decided from its bytes when it is kept."""

    widget = Photos(attrs={"accept": "image/*", "multiple": True})

    def clean(self, data: object, initial: object = None) -> list[UploadedFile[bytes]]:
        """The files as a list; an empty one is no file."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        kept = [super(PhotosField, self).clean(file, initial) for file in files]
        if len(kept) > PHOTOS:
            raise forms.ValidationError(_("At most nine photos."))
        return kept


class ReportForm(forms.Form):
    """A resident's report."""

    by_staff: ClassVar[bool] = False  # some classes are for those who know the law behind them

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    description = forms.CharField(
        label=_("In your own words"),
        max_length=DESCRIPTION_LENGTH,
        validators=[readable],
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Please say what happened, in a few words.")},
    )
    class_code = forms.ChoiceField(label=_("What is it about?"), required=False)
    place_text = forms.CharField(
        label=_("Address, or a few words (unless marked on the map)"),
        required=False,
        max_length=200,
        validators=[readable],
        help_text=_("A street and number, a building, or words such as “by the north gate”."),
    )
    area_id = forms.ChoiceField(label=_("Community"), required=False)
    place_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    lng = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    crs = forms.CharField(required=False, widget=forms.HiddenInput, initial="EPSG:4326")
    photos = PhotosField(label=_("Photos, up to nine"), required=False)
    kind = forms.ChoiceField(
        label=_("How may we answer?"),
        choices=[
            ("named", _("By telephone")),
            ("confidential", _("By telephone; who handles it does not learn my name")),
            ("anonymous", _("Not at all: anonymous report")),
        ],
        widget=forms.RadioSelect,
        initial="named",
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        validators=[readable],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        help_text=_("Leave it empty if you report anonymously."),
        widget=NeededUnlessAnonymous(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"required": ContactMissing.message},
    )

    def __init__(
        self,
        data: MultiValueDict[str, str] | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        communities: Sequence[tuple[UUID, str]],
        **options: object,
    ) -> None:
        initial = {"request_id": uuid7(), "crs": "EPSG:4326"}
        given = options.pop("initial", None)
        if isinstance(given, Mapping):
            initial |= given
        super().__init__(data, files, initial=initial)
        classes = [c for c in queries.current_classes() if c.for_residents or self.by_staff]
        self._choose("class_code", [("", MAJORS_FIRST), *_by_major(classes)])
        whole_street = [("", _("I do not know"))]
        self._choose(
            "area_id", [*whole_street, *((str(key), name) for key, name in communities)]
        )
        chosen = self.data.get("class_code") or self.initial.get("class_code")
        self.matter_class = next((c for c in classes if c.code == chosen), None)
        self.questions = questions_of(self.matter_class)
        for question in self.questions:
            self.fields[ANSWER + question.key] = field_for(question)
        self.fields["phone"].required = self.needs_contact()

    def needs_contact(self) -> bool:
        """Whether this report can only be taken with a telephone number."""
        return self.data.get("kind") != "anonymous"

    def _choose(self, name: str, choices: list[object]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices  # type: ignore[assignment] # groups of choices are choices too

    def clean(self) -> dict[str, object]:
        """Half a point is no point, and must not pass for a report without one."""
        clean = super().clean() or self.cleaned_data
        whole = {"lng", "lat"} <= clean.keys()
        if whole and (clean["lng"] is None) != (clean["lat"] is None):
            self.add_error("lng", _("The point is not whole. Mark it again on the map."))
        told = [clean.get(name) for name in ("lng", "place_id", "place_text")]
        if whole and "place_text" in clean and all(value in (None, "") for value in told):
            self.add_error("place_text", PlaceMissing.message)
        self._check_phone(clean.get("phone"))
        return clean

    def _check_phone(self, phone: object) -> None:
        """Said together with all else that is wrong, not in a second round."""
        if not phone or not self.needs_contact():
            return
        try:
            normalise_phone(str(phone), field="phone")
        except NotAPhoneNumber as refusal:
            self.add_error("phone", str(refusal))

    def report(self, *, channel: Channel) -> Report:
        """The values as the service takes them."""
        clean = self.cleaned_data
        return Report(
            description=clean["description"],
            place=PlaceGiven(
                lng=clean["lng"],
                lat=clean["lat"],
                crs=clean["crs"] or "EPSG:4326",
                place_id=clean["place_id"],
                area_id=UUID(clean["area_id"]) if clean["area_id"] else None,
                text=clean["place_text"],
            ),
            reporter=self.reporter(),
            channel=channel,
            class_code=clean["class_code"],
            answers=answers_in(clean, self.questions),
        )

    def reporter(self) -> ReporterGiven:
        """Who reports; what an anonymous reporter typed before choosing so is not taken."""
        clean = self.cleaned_data
        if clean["kind"] == "anonymous":
            return ReporterGiven()
        return ReporterGiven(clean["kind"], clean["name"], clean["phone"])


class IntakeForm(ReportForm):
    """A worker's report: on behalf of somebody, or of what the worker found."""

    by_staff = True

    channel = forms.ChoiceField(
        label=_("How did it come in?"),
        choices=[
            ("telephone", _("By telephone")),
            ("counter", _("At the counter")),
            ("grid", _("I found it myself")),
        ],
        widget=forms.RadioSelect,
        initial="telephone",
    )
    settle = forms.CharField(
        label=_("Settled on the spot? What was done"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only for the classes that allow it; leave empty to pass it on."),
    )

    field_order = ("request_id", "channel", "description")

    def needs_contact(self) -> bool:
        """Whoever found it is known already."""
        return self.data.get("channel") != "grid" and super().needs_contact()

    def reporter(self) -> ReporterGiven:
        """What a worker found has no reporter but the worker."""
        if self.cleaned_data["channel"] == "grid":
            return ReporterGiven(kind="worker")
        return super().reporter()


def _by_major(classes: Sequence[MatterClass]) -> list[tuple[str, list[tuple[str, str]]]]:
    grouped: dict[str, list[tuple[str, str]]] = {}
    for matter_class in classes:
        major = queries.in_language(matter_class.major_zh, matter_class.major_en)
        grouped.setdefault(major, []).append(
            (matter_class.code, queries.title_of(matter_class))
        )
    return list(grouped.items())


def questions_of(matter_class: MatterClass | None) -> tuple[FormField, ...]:
    """The extra questions of a class."""
    if matter_class is None or matter_class.form_id is None:
        return ()
    return form_of(matter_class.form_id).fields


def field_for(question: FormField) -> forms.Field:
    """A question as a form field; one that depends on another is for the engine to ask for."""
    choices = [(o.key, queries.in_language(o.title.zh, o.title.en)) for o in question.options]
    by_type: dict[str, forms.Field] = {
        "text": forms.CharField(max_length=question.max_length),
        "long_text": forms.CharField(
            max_length=question.max_length, widget=forms.Textarea(attrs={"rows": 3})
        ),
        "number": forms.FloatField(),
        "yes_no": forms.ChoiceField(
            choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect
        ),
        "choice": forms.ChoiceField(choices=choices, widget=forms.RadioSelect),
        "choices": forms.MultipleChoiceField(
            choices=choices, widget=forms.CheckboxSelectMultiple
        ),
        "date": forms.DateField(widget=forms.DateInput(attrs={"type": "date"})),
    }
    field = by_type[question.type]
    field.required = question.required and question.show_if is None
    field.error_messages["required"] = AnswerMissing.message
    field.label = queries.in_language(question.title.zh, question.title.en)
    if question.help:
        field.help_text = queries.in_language(question.help.zh, question.help.en)
    return field


def answers_in(
    clean: Mapping[str, object], questions: Sequence[FormField]
) -> dict[str, object]:
    """What was answered, in the shape the engine checks."""
    found: dict[str, object] = {}
    for question in questions:
        value = clean.get(ANSWER + question.key)
        if value not in (None, "", []):
            found[question.key] = str(value) if question.type == "date" else value
    return found
