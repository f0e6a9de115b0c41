"""What anybody may do without an account: report, follow, rate, read what was settled."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.forms.moving import StepForm, TrackForm
from linli.domains.matters.forms.reporting import ReportForm
from linli.domains.matters.queries import page_of_published
from linli.domains.matters.rules import TooManyLookUps, blurred, days_between, query_code
from linli.domains.matters.services.moving import move_matter
from linli.domains.matters.services.photos import keep_photos
from linli.domains.matters.services.reporting import report_matter
from linli.engines.workflow.queries import clocks_of, moves_open, story_of, workflow_of
from linli.engines.workflow.rules.moves import Standing
from linli.ground.territory.queries import current_map, home_communities
from linli.kernel import clock
from linli.kernel.actor import RESIDENT
from linli.kernel.errors import NotFound, Refusal
from linli.kernel.pages import Step, page
from linli.kernel.requests import LinliRequest, public, reads, reads_and_writes

if TYPE_CHECKING:
    from datetime import datetime

    from linli.domains.matters.models import Matter
    from linli.engines.workflow.spec import Workflow

_RECEIPT = "linli.receipt"
_LOOK_UPS, _WINDOW = 10, 600


@public("residents report without an account")
@reads_and_writes
def report(request: LinliRequest) -> HttpResponse:
    """Three questions on one page; a slow connection may send it twice and makes one matter."""
    form = ReportForm(
        request.POST or None,
        request.FILES or None,
        communities=home_communities(),
        initial={"class_code": request.GET.get("class", "")[:12]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            matter = report_matter(
                form.report(channel="web"),
                by=RESIDENT,
                at=clock.now(),
                request_id=form.cleaned_data["request_id"],
            )
        except Refusal as refusal:
            show_beside(form, refusal)
        else:
            refused = keep_photos(
                matter, form.cleaned_data["photos"], kind="photo", by=RESIDENT, at=clock.now()
            )
            return redirect(
                _address("matters:sent", matter) + (f"?refused={refused}" if refused else "")
            )
    status = 422 if form.is_bound else 200
    return page(request, "matters/report.html", report_context(form), status=status)


def report_context(form: ReportForm) -> dict[str, object]:
    """What a page with a report form on it shows."""
    return {
        "form": form,
        "chosen": form.matter_class,
        "stop_notice": _stop_notice(form.matter_class),
        "answers": [form[name] for name in form.fields if name.startswith("answers.")],
        "outlines_url": outlines_url(),
    }


def _stop_notice(matter_class: object) -> str:
    if matter_class is None:
        return ""
    zh, en = (
        getattr(matter_class, "stop_notice_zh", ""),
        getattr(matter_class, "stop_notice_en", ""),
    )
    return queries.in_language(zh, en)


def outlines_url() -> str:
    """The map of the version in force, for the place picker; empty before one is published."""
    known = current_map(on=clock.local(clock.now()).date())
    return reverse("territory:map", args=[known.number]) if known else ""


def show_beside(form: ReportForm | StepForm | TrackForm, refusal: Refusal) -> None:
    """Put a refusal beside its field, or at the top where the form has no such field."""
    field = {"place": "place_text", "matter_class": "class_code"}.get(
        refusal.field or "", refusal.field
    )
    known = field if field in form.fields else refusal.field
    form.add_error(known if known in form.fields else None, str(refusal))


@public("the extra questions of a class are no secret")
@reads
def questions(request: LinliRequest) -> HttpResponse:
    """The extra questions and the stop notice of the class just chosen."""
    form = ReportForm(
        communities=(), initial={"class_code": request.GET.get("class_code", "")[:12]}
    )
    return page(request, "matters/_questions.html", report_context(form))


@public("a suggestion is made from the words just typed and kept nowhere")
@reads
def suggest(request: LinliRequest) -> HttpResponse:
    """Classes the words typed so far may be about; the resident chooses."""
    like = queries.classes_like(request.GET.get("description", "")[:500])
    classes = [(c.code, queries.title_of(c)) for c in like]
    return page(request, "matters/_suggested.html", {"classes": classes})


@public("the receipt is shown to who holds its signed address")
@reads
def sent(request: LinliRequest, token: str) -> HttpResponse:
    """The number large, the query code once, and what happens next with dates."""
    matter = _matter_of(token, days=1)
    context = {
        "matter": matter,
        "query_code": query_code(matter.id, secret=settings.SECRET_KEY),
        "photos_refused": request.GET.get("refused", "")[:200],
        "follow_url": _address("matters:progress", matter),
        "steps": step_line_of(matter),
        "clocks": clocks_of(matter.work),
    }
    return page(request, "matters/sent.html", context)


@public("the reporter proves to be the reporter")
@reads_and_writes
def track(request: LinliRequest) -> HttpResponse:
    """Where is mine? A wrong number and a wrong telephone get the same answer."""
    form = TrackForm(request.POST or None)
    if form.is_valid():
        try:
            _count_look_up(request)
            found = queries.matter_of_reporter(**form.cleaned_data)
        except Refusal as refusal:
            show_beside(form, refusal)
        else:
            return redirect(_address("matters:progress", found))
    return page(
        request, "matters/track.html", {"form": form}, status=422 if form.is_bound else 200
    )


def _count_look_up(request: LinliRequest) -> None:
    """At most ten tries in ten minutes from one address; the address itself is not kept."""
    secret = settings.SECRET_KEY.encode()
    address = request.META.get("REMOTE_ADDR", "").encode()
    key = "track:" + hashlib.blake2b(address, key=secret[:64], digest_size=16).hexdigest()
    cache.add(key, 0, timeout=_WINDOW)
    if cache.incr(key) > _LOOK_UPS:
        raise TooManyLookUps(field="secret")


@public("shown to who holds the signed address")
@reads_and_writes
def progress(request: LinliRequest, token: str) -> HttpResponse:
    """The steps in plain words; a question to answer, or the answer to rate, when there is one."""
    matter = _matter_of(token, days=1)
    return _reporter_page(request, matter, request.path, "matters/progress.html")


@public("the token of the rating link is the proof")
@reads_and_writes
def rate(request: LinliRequest, token: str) -> HttpResponse:
    """The same page by the link that was sent with the answer."""
    matter = queries.matter_by_rating(token)
    return _reporter_page(request, matter, request.path, "matters/progress.html")


def _reporter_page(
    request: LinliRequest, matter: Matter, here: str, template: str
) -> HttpResponse:
    standing = Standing(reported=True)
    moves = moves_open(matter.work, facts=queries.facts_about(matter), standing=standing)
    form = StepForm(request.POST or None, matter=matter, move=moves[0]) if moves else None
    if request.method == "POST" and form is None:
        return redirect(here)
    if form is not None and form.is_valid():
        try:
            move_matter(
                matter,
                key=form.move.key,
                answered=form.answered(),
                by=RESIDENT,
                at=clock.now(),
                seen_version=form.cleaned_data["seen_version"],
                request_id=form.cleaned_data["request_id"],
                reported=True,
            )
        except Refusal as refusal:
            show_beside(form, refusal)
        else:
            return redirect(here)
    context = {
        "matter": matter,
        "state": workflow_of(matter.work.definition_id).states[matter.work.state],
        "title": queries.title_of(matter.matter_class),
        "form": form,
        "move_title": _title(form.move.title) if form else "",
        "question": _last_question(matter) if form and form.move.key == "resume" else "",
        "steps": step_line_of(matter),
    }
    return page(request, template, context, status=422 if form and form.errors else 200)


def _title(text: object) -> str:
    return queries.in_language(getattr(text, "zh", ""), getattr(text, "en", ""))


def _last_question(matter: Matter) -> str:
    asked = [move for move in story_of(matter.work) if move.key == "ask"]
    return asked[-1].note if asked else ""


def step_line_of(matter: Matter) -> list[Step]:
    """The numbered steps as the resident reads them: done with a date, now, or still to come.

    Tracking and pressing run alongside the handling; they are not the resident's to wait for.
    """
    workflow = workflow_of(matter.work.definition_id)
    filled = {move.step: move.at for move in story_of(matter.work) if move.step}
    now = matter.work.state
    present = workflow.states[now]
    current = present.step or _step_before(workflow, filled)
    steps = []
    for step in workflow.steps:
        if step.number in _ALONGSIDE:
            continue
        ended = present.ended
        state = (
            "done"
            if ended or step.number < current
            else "now"
            if step.number == current
            else "next"
        )
        sentence = (
            _title(present.resident)
            if state == "now" or (ended and step is workflow.steps[-1])
            else ""
        )
        at = filled.get(step.number) if state == "done" else None
        steps.append(Step(_title(step.title), state, sentence, at))  # type: ignore[arg-type] # three words
    return steps


_ALONGSIDE = frozenset({3, 4})


def _step_before(workflow: Workflow, filled: dict[int, datetime]) -> int:
    """Handling and inspection stand between routing and feedback: the last step filled, at least two."""
    return max((n for n in filled if n not in _ALONGSIDE), default=1)


@public("what was settled is public, without persons and doors")
@reads
def published(request: LinliRequest) -> HttpResponse:
    """What was settled near you."""
    rows = page_of_published(request.GET.get("cursor", "")[:300], limit=20)
    context = {"items": [_public(m) for m in rows.items], "next_cursor": rows.next or ""}
    return page(request, "matters/published.html", context)


@public("what was settled is public, without persons and doors")
@reads
def published_one(request: LinliRequest, number: str) -> HttpResponse:
    """One settled matter, on a page that prints."""
    return page(
        request, "matters/published_one.html", {"item": _public(queries.get_published(number))}
    )


def _public(matter: Matter) -> dict[str, object]:
    assert matter.published_at is not None
    has_point = matter.lng is not None and matter.lat is not None
    return {
        "number": matter.number,
        "title": queries.title_of(matter.matter_class),
        "area": matter.area.name,
        "text": matter.public_text,
        "published_at": matter.published_at,
        "days": days_between(matter.work.opened_at, matter.published_at),
        "point": blurred(matter.lng, matter.lat) if has_point else None,  # type: ignore[arg-type]
    }


@public("who does what is published item by item")
@reads
def who_does_what(request: LinliRequest) -> HttpResponse:
    """What is the street's work and what is the residents' committee's own, item by item."""
    classes = list(queries.current_classes())
    wanted = request.GET.get("q", "").strip()[:60]
    shown = [
        c for c in classes if not wanted or wanted in c.title_zh or wanted in c.title_en.lower()
    ]
    sides = [
        (
            duty,
            [
                {"matter_class": c, "title": queries.title_of(c)}
                for c in shown
                if c.duty == duty
            ],
        )
        for duty in ("street", "committee")
    ]
    return page(request, "matters/who_does_what.html", {"sides": sides, "wanted": wanted})


def _address(name: str, matter: Matter) -> str:
    return reverse(name, args=[signing.dumps(str(matter.id), salt=_RECEIPT)])


def _matter_of(token: str, *, days: int) -> Matter:
    try:
        matter_id = UUID(signing.loads(token, salt=_RECEIPT, max_age=days * 86_400))
    except (signing.BadSignature, ValueError):
        raise NotFound from None
    return queries.matter_just_made(matter_id)
