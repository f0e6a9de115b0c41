"""One matter: its story, its facts, and the steps that are open to the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import segno
from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect

from linli.domains.matters import queries
from linli.domains.matters.forms.moving import StepForm
from linli.domains.matters.forms.reporting import PhotosField
from linli.domains.matters.rules import PHOTO_KINDS
from linli.domains.matters.services.contacts import ANNEX, open_contact
from linli.domains.matters.services.moving import move_matter
from linli.domains.matters.services.photos import keep_photos
from linli.domains.matters.views.rail import rail
from linli.domains.matters.views.resident import show_beside
from linli.domains.matters.views.showing import (
    PANEL,
    in_panel,
    openings,
    record_context,
    title_of_move,
    who_made,
    words_of,
)
from linli.domains.matters.views.words import NEEDS
from linli.engines.files.queries import get_file, path_of
from linli.engines.workflow.queries import story_of, workflow_of
from linli.engines.workflow.rules.moves import HandledByYou, NoSuchMove, Stale
from linli.ground.accounts.queries import units_at
from linli.ground.privacy.forms import GlassForm, PurposeForm
from linli.kernel import clock
from linli.kernel.errors import Conflict, NotFound, Refusal, _
from linli.kernel.pages import page
from linli.kernel.refs import Ref
from linli.kernel.requests import LinliRequest, needs, reads, reads_and_writes

if TYPE_CHECKING:
    from linli.domains.matters.models import Matter
    from linli.engines.workflow.spec import Move as MoveSpec


@needs("matters.view")
@reads
def matter(request: LinliRequest, matter_id: UUID) -> HttpResponse:
    """The whole record, also for paper: its code leads back to it."""
    found = queries.get_matter(matter_id, seen_by=request.actor)
    return page(request, "matters/matter.html", whole(request, found))


def whole(request: LinliRequest, found: Matter) -> dict[str, object]:
    """What the page of a matter shows."""
    record = record_context(request, found)
    address = request.build_absolute_uri(str(record["url"]))
    return {
        "rail": rail(request),
        "record": record,
        "address": address,
        "code": segno.make_qr(address, error="m").svg_data_uri(scale=3),
        "purpose": PurposeForm(),
        "glass": GlassForm(),
        "opened": None,
    }


@needs("matters.handle", "matters.press")
@reads_and_writes
def step(request: LinliRequest, matter_id: UUID, key: str) -> HttpResponse:
    """The form of one step, and the step itself; in the panel beside the list, or as a page."""
    found = queries.get_matter(matter_id, seen_by=request.actor)
    opened = openings(request.actor, found)
    move = next((move for move in opened.moves if move.key == key), None)
    if move is None:
        return _not_open(request, found, key, handled=opened.handled_by_reader)
    form = _form(request, found, move)
    if request.method == "POST" and form.is_valid():
        try:
            _take(request, found, form)
        except Stale as stale:
            return _passed_over(request, found.id, key, stale)
        except Refusal as refusal:
            show_beside(form, refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
            return _show(request, found, form, status=status)
        else:
            messages.success(request, _("Done: {step}").format(step=words_of(move.title)))
            return _taken(request, found)
    return _show(request, found, form, status=422 if form.is_bound else 200)


def _form(
    request: LinliRequest, found: Matter, move: MoveSpec, *, again: bool = False
) -> StepForm:
    """The form as sent; sent again, it carries the state the reader has now been shown."""
    units = _units(found) if {"unit", "units"} & set(move.needs) else []
    sent = request.POST.copy() if again else request.POST or None
    if sent is not None and again:
        sent["seen_version"] = str(found.work.version)
    form = StepForm(sent, request.FILES or None, matter=found, move=move, units=units)
    if "result" in move.needs and "photos" not in form.fields:
        # A picture of what was done is welcome with every result, also where a pack asks for none.
        form.fields["photos"] = PhotosField(label=_("Photos"), required=False)
    if "filing_condition" in form.fields:
        _ask_of_chosen_class(form, (request.POST or request.GET).get("matter_class", ""))
    return form


def _ask_of_chosen_class(form: StepForm, code: str) -> None:
    """The filing conditions are those of the class just chosen, which need not be the present one."""
    chosen = next((c for c in queries.current_classes() if c.code == code), None)
    field = form.fields["filing_condition"]
    if chosen is not None and isinstance(field, forms.ChoiceField):
        field.choices = [
            (condition["key"], queries.in_language(**condition["title"]))
            for condition in chosen.conditions
        ]
        form.initial["matter_class"] = code


def _units(found: Matter) -> list[tuple[UUID, str]]:
    """The stations that serve the place; those whose kind leads the class stand first."""
    lead = found.matter_class.lead
    units = list(units_at(found.area.path))
    units.sort(key=lambda u: (u.organisation is None or u.organisation.kind != lead, u.name))
    return [(unit.id, unit.name) for unit in units]


def _show(
    request: LinliRequest, found: Matter, form: StepForm, *, status: int, since: str = ""
) -> HttpResponse:
    workflow = workflow_of(found.work.definition_id)
    leads_to = workflow.states[form.move.to]
    context = {
        "rail": rail(request),
        "record": record_context(request, found),
        "form": form,
        "move_title": words_of(form.move.title),
        "leads_to": words_of(leads_to.title) if form.move.to != found.work.state else "",
        "resident_will_read": words_of(leads_to.resident),
        "here": request.path,
        "since": since,
        "panel": in_panel(request),
    }
    wanted = request.htmx.target if request.htmx else None
    island = {PANEL: "step", "conditions": "conditions"}.get(wanted or "")
    return page(request, "matters/step.html", context, island=island, status=status)


def _take(request: LinliRequest, found: Matter, form: StepForm) -> None:
    move_matter(
        found,
        key=form.move.key,
        answered=form.answered(),
        by=request.actor,
        at=clock.now(),
        seen_version=form.cleaned_data["seen_version"],
        request_id=form.cleaned_data["request_id"],
    )
    refused = keep_photos(
        found,
        form.cleaned_data.get("photos") or [],
        kind="result_photo",
        by=request.actor,
        at=clock.now(),
    )
    if refused:
        messages.warning(
            request,
            _("The step was taken. Some photos were not kept: {why}").format(why=refused),
        )


def _taken(request: LinliRequest, found: Matter) -> HttpResponse:
    """The page of the matter; in the panel the matter as it now stands, and word to the list."""
    if not in_panel(request):
        return redirect("matters:matter", found.id)
    return _as_it_stands(request, found.id)


def _as_it_stands(request: LinliRequest, matter_id: UUID, *, status: int = 200) -> HttpResponse:
    fresh = queries.get_matter(matter_id, seen_by=request.actor)
    context = {"record": record_context(request, fresh)}
    response = page(request, "matters/desk.html", context, island="beside", status=status)
    response["HX-Trigger"] = "moved"
    return response


def _passed_over(
    request: LinliRequest, matter_id: UUID, key: str, stale: Stale
) -> HttpResponse:
    """Somebody was faster. What they did is told, what was typed is kept, and it can be sent again."""
    fresh = queries.get_matter(matter_id, seen_by=request.actor)
    opened = openings(request.actor, fresh)
    move = next((move for move in opened.moves if move.key == key), None)
    if move is None:
        return _not_open(request, fresh, key, handled=opened.handled_by_reader)
    form = _form(request, fresh, move, again=True)
    form.add_error(None, str(stale))
    return _show(request, fresh, form, status=stale.status, since=_since(request, fresh))


def _since(request: LinliRequest, found: Matter) -> str:
    """What was done after the reader had opened the form, in one line."""
    seen = request.POST.get("seen_version", "")
    begun = int(seen) if seen.isdecimal() and len(seen) < 9 else found.work.version
    workflow = workflow_of(found.work.definition_id)
    moves = [move for move in story_of(found.work) if move.number > begun]
    return "; ".join(f"{title_of_move(move, workflow)} · {who_made(move)}" for move in moves)


def _not_open(request: LinliRequest, found: Matter, key: str, *, handled: bool) -> HttpResponse:
    """The step is another's, or somebody was faster: say so, show the present state, lose no word."""
    title = _title_of(found, key)
    if request.method == "POST" and _was_taken(found, request.POST.get("request_id", "")):
        return _taken(request, found)
    refusal: Refusal = HandledByYou() if handled else NoSuchMove()
    if request.method != "POST":
        messages.warning(request, str(refusal))
        return _taken(request, found)
    context = {
        "rail": rail(request),
        "record": record_context(request, found),
        "move_title": title,
        "refusal": str(refusal),
        "since": _since(request, found),
        "typed": _typed(request),
        "panel": in_panel(request),
    }
    island = "lost" if in_panel(request) else None
    return page(request, "matters/passed.html", context, island=island, status=refusal.status)


def _was_taken(found: Matter, request_id: str) -> bool:
    """Whether this very form has been sent before and has made its step."""
    return any(str(move.id) == request_id for move in story_of(found.work))


def _title_of(found: Matter, key: str) -> str:
    for _state, move in workflow_of(found.work.definition_id).moves():
        if move.key == key:
            return words_of(move.title)
    raise NotFound


def _typed(request: LinliRequest) -> list[tuple[object, str]]:
    """The words of a form that can no longer be sent, to be copied from."""
    return [
        (NEEDS[name], text[:2000])
        for name in ("reason", "question", "reply", "note", "result", "answer", "public_text")
        if (text := request.POST.get(name, "").strip())
    ]


@needs("matters.view")
@reads
def photo(request: LinliRequest, matter_id: UUID, photo_id: UUID) -> FileResponse:
    """One picture of a matter the reader may see."""
    found = queries.get_matter(matter_id, seen_by=request.actor)
    upload = get_file(photo_id, of=Ref("matter", found.id), kinds=PHOTO_KINDS)
    small = request.GET.get("small") == "1"
    response = FileResponse(
        path_of(upload.id, small=small).open("rb"), content_type="image/jpeg"
    )
    response["Cache-Control"] = "private, max-age=3600"
    return response


@needs("matters.view_archive")
@reads
def archive(request: LinliRequest, matter_id: UUID) -> FileResponse:
    """The printed case part; `?part=annex` the personal annex, for who may open contacts."""
    kept = queries.get_archive(matter_id, seen_by=request.actor)
    paper, keep = kept.case_part, "private"
    if request.GET.get("part") == "annex":
        request.actor.require("matters.unmask", kept.matter.area.path)
        if kept.annex is None:
            raise NotFound
        open_contact(kept.matter, purpose=ANNEX, by=request.actor, at=clock.now())
        paper, keep = kept.annex, "no-store"
    response = FileResponse(
        path_of(paper.id).open("rb"),
        content_type="application/pdf",
        filename=f"{kept.matter.number}-{paper.kind}.pdf",
    )
    response["Cache-Control"] = keep
    return response
