"""Organisations and hub households as they are entered, changed and closed."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language

from linli.flows.close_organisation import close_organisation as close
from linli.ground.accounts.forms import AreaWords, OrganisationWords
from linli.ground.people import queries, services
from linli.ground.people.views import KINDS
from linli.ground.territory.queries import find_places, get_place
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, _
from linli.kernel.ids import uuid7
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads_and_writes, writes
from linli.outer.packs.queries import lead_titles

MOST_OFFERED = 30


def _kinds() -> list[tuple[str, object]]:
    """The kinds of the chain, and the leads of the installed pack."""
    language = get_language() or ""
    leads = {key: text.in_language(language) for key, text in lead_titles().items()}
    return list({**leads, **KINDS}.items())


class OrganisationForm(forms.Form):
    """What an organisation is called, what it is, and who leads it."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"))

    def __init__(self, *given: object, seen_by: Actor, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = _kinds()
        self.fields["parent"] = OrganisationWords(
            seen_by=seen_by,
            label=_("Led by"),
            max_length=120,
            required=False,
            help_text=_("The name of the organisation above it; empty for the top."),
        )


class NewOrganisationForm(OrganisationForm):
    """An organisation that is not in the chain yet."""

    area = AreaWords(
        label=_("Area"),
        max_length=60,
        help_text=_("Its name, or its code where several have the same name."),
    )


class HubForm(forms.Form):
    """Who opens the door of a hub household."""

    place = forms.UUIDField(
        label=_("Which dwelling"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the dwelling.")},
    )
    name = forms.CharField(label=_("Name"), max_length=60)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)

    def __init__(self, *given: object, offered: list[tuple[str, str]], **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        widget = self.fields["place"].widget
        assert isinstance(widget, forms.RadioSelect)
        widget.choices = offered


class AddressForm(forms.Form):
    """The dwelling one looks for."""

    q = forms.CharField(label=_("Address of the dwelling"), max_length=60, required=False)


@needs("people.manage")
@reads_and_writes
def new_organisation(request: LinliRequest) -> HttpResponse:
    """Enter an organisation under the one that leads it."""
    form = NewOrganisationForm(request.POST or None, seen_by=request.actor)
    if form.is_valid():
        clean = form.cleaned_data
        try:
            made = services.add_organisation(
                clean["area"],
                key=f"o-{uuid7().hex[-20:]}",
                kind=clean["kind"],
                name=clean["name"],
                parent=clean["parent"],
                by=request.actor,
                at=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(_field(form, refusal, "area"), str(refusal))
        else:
            messages.success(request, _("Entered. Now set up its posts."))
            return redirect("people:organisation", made.id)
    context = {"form": form, "title": _("Enter an organisation")}
    return _form_page(request, context, form, reverse("people:chain"))


@needs("people.manage")
@reads_and_writes
def change_organisation(request: LinliRequest, organisation_id: UUID) -> HttpResponse:
    """Another name, another kind, another leader."""
    wanted = queries.get_organisation(organisation_id, seen_by=request.actor)
    request.actor.require("people.manage", wanted.area.path)
    initial = {
        "name": wanted.name,
        "kind": wanted.kind,
        "parent": wanted.parent.name if wanted.parent else "",
    }
    form = OrganisationForm(request.POST or None, seen_by=request.actor, initial=initial)
    if form.is_valid():
        try:
            services.change_organisation(
                wanted, **form.cleaned_data, by=request.actor, at=clock.now()
            )
        except Refusal as refusal:
            form.add_error(_field(form, refusal, "name"), str(refusal))
        else:
            messages.success(request, _("Changed."))
            return redirect("people:organisation", wanted.id)
    context = {"form": form, "title": wanted.name, "organisation": wanted}
    return _form_page(request, context, form, reverse("people:organisation", args=[wanted.id]))


@needs("people.manage")
@writes
def close_organisation(request: LinliRequest, organisation_id: UUID) -> HttpResponse:
    """Out of the chain from today on."""
    wanted = queries.get_organisation(organisation_id, seen_by=request.actor)
    close(wanted, by=request.actor, at=clock.now())
    messages.success(request, _("Closed. Its story stays."))
    return redirect("people:chain")


@needs("people.view_hubs")
@reads_and_writes
def new_hub(request: LinliRequest, organisation_id: UUID) -> HttpResponse:
    """Make a household of the branch's area a hub from today on."""
    branch = queries.get_organisation(organisation_id, seen_by=request.actor)
    request.actor.require("people.manage", branch.area.path)
    request.actor.require("people.view_hubs", branch.area.path)
    form = HubForm(request.POST or None, offered=_dwellings(request, branch.area.path))
    if form.is_valid():
        clean = form.cleaned_data
        try:
            services.name_hub(
                get_place(clean["place"]),
                branch=branch,
                name=clean["name"],
                phone=clean["phone"],
                by=request.actor,
                at=clock.now(),
            )
        except Refusal as refusal:
            field = "place" if refusal.field == "household" else refusal.field or "place"
            form.add_error(field, str(refusal))
        else:
            messages.success(request, _("Entered. It is a hub from today on."))
            return redirect("people:organisation", branch.id)
    context = {
        "form": form,
        "title": _("Enter a hub household"),
        "lead": branch.name,
        "find": AddressForm(request.GET),
    }
    back = reverse("people:organisation", args=[branch.id])
    return _form_page(request, context, form, back)


def _dwellings(request: LinliRequest, inside: str) -> list[tuple[str, str]]:
    """What the search found, and whatever was chosen already."""
    text = request.GET.get("q", "")[:60].strip()
    found = list(find_places(text, inside=inside)[:MOST_OFFERED]) if text else []
    return [(str(one.id), one.address) for one in found]


@needs("people.view_hubs")
@writes
def end_hub(request: LinliRequest, hub_id: int) -> HttpResponse:
    """No longer a hub from today on."""
    now = clock.now()
    hub = queries.get_hub(hub_id, seen_by=request.actor, on=clock.local(now).date())
    services.end_hub(hub, by=request.actor, at=now)
    messages.success(request, _("Ended. It is a hub no longer."))
    return redirect("people:organisation", hub.branch.id)


def _field(form: forms.Form, refusal: Refusal, otherwise: str) -> str:
    return refusal.field if refusal.field in form.fields else otherwise


def _form_page(
    request: LinliRequest, context: dict[str, object], form: forms.Form, back_url: str
) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return page(
        request,
        "organisation_form.html",
        {"lead": "", "back_url": back_url, **context},
        status=status,
    )
