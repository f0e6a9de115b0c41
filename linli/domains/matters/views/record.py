"""One matter: its story, its facts, and the steps that are open to the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.forms.moving import StepForm
from linli.domains.matters.services.contacts import open_contact
from linli.domains.matters.services.moving import PERMISSION_OF, move_matter
from linli.domains.matters.services.photos import keep_photos
from linli.domains.matters.views.resident import show_beside, step_line_of
from linli.engines.files.queries import files_of, get_file, path_of
from linli.engines.workflow.queries import (
    clocks_of,
    moves_open,
    standing_of,
    story_of,
    workflow_of,
)
from linli.ground.accounts.queries import holders_of, units_at
from linli.ground.territory.queries import lineage
from linli.kernel import clock
from linli.kernel.errors import NotFound, Refusal, _
from linli.kernel.pages import Photo, StoryEntry, page
from linli.kernel.privacy import mask_name
from linli.kernel.refs import Ref
from linli.kernel.requests import LinliRequest, needs, reads, reads_and_writes, writes

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise
    from collections.abc import Iterable

    from linli.domains.matters.models import Matter, Reporter
    from linli.engines.workflow.models import Move
    from linli.engines.workflow.spec import Move as MoveSpec
    from linli.engines.workflow.spec import Workflow


@needs("matters.view")
@reads
def matter(request: LinliRequest, matter_id: UUID) -> HttpResponse:
    """The whole record."""
    found = queries.get_matter(matter_id, seen_by=request.actor)
    return page(request, "matters/matter.html", record_context(request, found), island="record")


def record_context(request: LinliRequest, found: Matter) -> dict[str, object]:
    """Everything a matter's page, or its preview beside the list, shows."""
    work = found.work
    workflow = workflow_of(work.definition_id)
    reporter = queries.reporter_of(found)
    owner = holders_of([work.owner_id], at=clock.now()) if work.owner_id else {}
    areas = lineage([found.area.path])
    return {
        "matter": found,
        "title": queries.title_of(found.matter_class),
        "url": reverse("matters:matter", args=[found.id]),
        "state": workflow.states[work.state],
        "state_title": _words(workflow.states[work.state].title),
        "owner_name": owner.get(work.owner_id, "") if work.owner_id else "",
        "steps": [_step(found, move) for move in open_steps(request, found)],
        "line": step_line_of(found),
        "story": _story(found, workflow),
        "clocks": clocks_of(work),
        "answers": _answers(found),
        "photos": _photos(
            found, files_of(Ref("matter", found.id), kinds=("photo", "result_photo"))
        ),
        "reporter": _masked(reporter),
        "may_unmask": _may_unmask(request, found, reporter),
        "contact_url": reverse("matters:contact", args=[found.id]),
        "similar": queries.similar_to(found, seen_by=request.actor),
        "place_path": " / ".join(areas[path].name for path in sorted(areas) if len(path) > 6),
        "archive_url": _archive_url(request, found),
    }


def _words(text: object) -> str:
    return queries.in_language(getattr(text, "zh", ""), getattr(text, "en", ""))


def open_steps(request: LinliRequest, found: Matter) -> list[MoveSpec]:
    """The steps this reader may take now; pressing is a right of its own."""
    facts = queries.facts_about(found)
    handling = standing_of(request.actor, found.work, permission="matters.handle")
    pressing = standing_of(request.actor, found.work, permission="matters.press")
    return [
        move
        for move in moves_open(found.work, facts=facts, standing=handling)
        if move.key not in PERMISSION_OF
    ] + [
        move
        for move in moves_open(found.work, facts=facts, standing=pressing)
        if move.key in PERMISSION_OF
    ]


def _step(found: Matter, move: MoveSpec) -> dict[str, object]:
    return {
        "key": move.key,
        "title": _words(move.title),
        "url": reverse("matters:step", args=[found.id, move.key]),
        "needs": move.needs,
    }


def _story(found: Matter, workflow: Workflow) -> list[StoryEntry]:
    titles = {move.key: move.title for _state, move in workflow.moves()}
    return [
        StoryEntry(
            who=_who(move),
            what=_words(titles[move.key]) if move.key in titles else _("Reported"),
            at=move.at,
            ground=_("the time was given by a phone and is doubtful")
            if move.at_doubtful
            else "",
            text=_told(move),
            icon=_ICONS.get(move.key, "circle-dot"),
        )
        for move in story_of(found.work)
    ]


_ICONS = {"report": "message-circle", "press": "alert-triangle", "publish": "speakerphone"}
_KINDS = {
    "clock": _("the clock"),
    "resident": _("the reporter"),
    "token": _("another system"),
    "person": _("a worker"),
}


def _who(move: Move) -> StrOrPromise:
    return move.post.name if move.post else _KINDS[move.actor_kind]


def _told(move: Move) -> str:
    to = f"→ {move.unit.name}" if move.unit else ""
    return " ".join(part for part in (to, move.note) if part)


def _answers(found: Matter) -> list[tuple[str, str]]:
    shown = []
    for question, answer in queries.answered_questions(found):
        options = {option.key: _words(option.title) for option in question.options}
        values = answer if isinstance(answer, list) else [answer]
        said = ", ".join(
            str(_("Yes") if v is True else _("No") if v is False else options.get(str(v), v))
            for v in values
        )
        shown.append((_words(question.title), said))
    return shown


def _photos(found: Matter, uploads: Iterable[object]) -> list[Photo]:
    shown = []
    for upload in uploads:
        upload_id, kind = getattr(upload, "id", None), getattr(upload, "kind", "")
        address = reverse("matters:photo", args=[found.id, upload_id])
        alt = _("After handling") if kind == "result_photo" else _("As reported")
        shown.append(Photo(address, f"{address}?small=1", str(alt)))
    return shown


def _masked(reporter: Reporter) -> dict[str, object]:
    """How the reporter is shown until somebody entitled opens the contact, which is recorded."""
    return {
        "kind": reporter.kind,
        "name": mask_name(reporter.name) if reporter.kind == "named" else "",
        "has_contact": reporter.phone_digest is not None,
    }


def _may_unmask(request: LinliRequest, found: Matter, reporter: Reporter) -> bool:
    has_contact = reporter.phone_digest is not None
    return has_contact and request.actor.may("matters.unmask", found.area.path)


def _archive_url(request: LinliRequest, found: Matter) -> str:
    may = request.actor.may("matters.view_archive", found.area.path)
    ended = found.work.phase == "done"
    return reverse("matters:archive", args=[found.id]) if may and ended else ""


@needs("matters.handle", "matters.press")
@reads_and_writes
def step(request: LinliRequest, matter_id: UUID, key: str) -> HttpResponse:
    """The form of one step, and the step itself."""
    found = queries.get_matter(matter_id, seen_by=request.actor)
    move = next((move for move in open_steps(request, found) if move.key == key), None)
    if move is None:
        return _not_open(request, found)
    units = _units(found) if "unit" in move.needs else []
    form = StepForm(
        request.POST or None, request.FILES or None, matter=found, move=move, units=units
    )
    if request.method == "POST" and form.is_valid():
        try:
            _take(request, found, form)
        except Refusal as refusal:
            show_beside(form, refusal)
        else:
            messages.success(request, _words(move.title))
            return redirect("matters:matter", found.id)
    context = {
        "form": form,
        "move_title": _words(move.title),
        "here": request.path,
        **record_context(request, found),
    }
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "matters/step.html", context, island="step", status=status)


def _units(found: Matter) -> list[tuple[UUID, str]]:
    """The stations that serve the place; those whose kind leads the class stand first."""
    lead = found.matter_class.lead
    units = list(units_at(found.area.path))
    units.sort(key=lambda u: (u.organisation is None or u.organisation.kind != lead, u.name))
    return [(unit.id, unit.name) for unit in units]


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
        messages.warning(request, refused)


def _not_open(request: LinliRequest, found: Matter) -> HttpResponse:
    """Somebody was faster, or it is another post's: say so on the record itself."""
    messages.warning(
        request, _("This step is not open here any more. Look at the matter again.")
    )
    return redirect("matters:matter", found.id)


@needs("matters.unmask")
@writes
def contact(request: LinliRequest, matter_id: UUID) -> HttpResponse:
    """Open the reporter's contact; that is recorded, and the page says so."""
    found = queries.get_matter(matter_id, seen_by=request.actor)
    purpose = request.POST.get("purpose", "")[:200]
    opened = open_contact(found, purpose=purpose, by=request.actor, at=clock.now())
    context = {**record_context(request, found), "opened": opened}
    return page(request, "matters/matter.html", context, island="contact")


@needs("matters.view")
@reads
def photo(request: LinliRequest, matter_id: UUID, photo_id: UUID) -> FileResponse:
    """One picture of a matter the reader may see."""
    found = queries.get_matter(matter_id, seen_by=request.actor)
    upload = get_file(photo_id, of=Ref("matter", found.id))
    if upload.kind not in {"photo", "result_photo"}:
        raise NotFound
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
    paper = kept.case_part
    if request.GET.get("part") == "annex":
        request.actor.require("matters.unmask", kept.matter.area.path)
        if kept.annex is None:
            raise NotFound
        open_contact(kept.matter, purpose="archive annex", by=request.actor, at=clock.now())
        paper = kept.annex
    return FileResponse(
        path_of(paper.id).open("rb"),
        content_type="application/pdf",
        filename=f"{kept.matter.number}-{paper.kind}.pdf",
    )
