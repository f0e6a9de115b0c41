"""What anybody may do without an account: report, follow, rate, read what was settled."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.forms.moving import StepForm, TrackForm
from linli.domains.matters.forms.reporting import ReportForm
from linli.domains.matters.queries import page_of_published
from linli.domains.matters.rules import TooManyLookUps, TooManyReports
from linli.domains.matters.services.moving import move_matter
from linli.domains.matters.services.photos import keep_photos
from linli.domains.matters.services.reporting import report_matter
from linli.domains.matters.views.lines import line_of, title_in
from linli.domains.matters.views.public import area_words, public_view, sides_of
from linli.engines.workflow.queries import clocks_of, moves_open, story_of, workflow_of
from linli.engines.workflow.rules.moves import Standing
from linli.ground.territory.queries import current_map, home_communities
from linli.kernel import clock
from linli.kernel.actor import RESIDENT
from linli.kernel.errors import NotFound, Refusal, TooMany, _
from linli.kernel.pages import Step, page
from linli.kernel.requests import (
    LinliRequest,
    client_address,
    public,
    reads,
    reads_and_writes,
    writes,
)

if TYPE_CHECKING:
    from datetime import datetime

    from linli.domains.matters.models import Matter
    from linli.engines.workflow.models import Move
    from linli.kernel.errors import StrOrPromise

_RECEIPT = "linli.receipt"
# Many households share one address of their carrier, so reports have room.
_LOOK_UPS, _REPORTS, _WINDOW = 10, 120, 600


@public("residents report without an account")
@reads_and_writes
def report(request: LinliRequest) -> HttpResponse:
    """Three questions on one page; a slow connection may send it twice and makes one matter."""
    form = _report_form(request)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            _take_place(request, "report", most=_REPORTS, refused=TooManyReports)
            matter = report_matter(
                form.report(channel="web"),
                by=RESIDENT,
                at=clock.now(),
                request_id=form.cleaned_data["request_id"],
            )
        except Refusal as refusal:
            show_beside(form, refusal)
            status = refusal.status if isinstance(refusal, TooMany) else status
        else:
            _keep_photos(request, matter, form)
            return redirect(address_of("matters:sent", matter))
    context = report_context(form) | {"photos_lost": bool(request.FILES)}
    return page(request, "matters/report.html", context, status=status)


def _report_form(request: LinliRequest) -> ReportForm:
    """A form that was sent is checked; one that only asks for a class's questions is shown again."""
    chosen = request.GET.get("class", "")[:12]
    initial: dict[str, object] = {"class_code": chosen}
    if request.method == "POST" and "show_questions" not in request.POST:
        return ReportForm(request.POST, request.FILES, communities=home_communities())
    if request.method == "POST":
        initial |= request.POST.dict()
    return ReportForm(communities=home_communities(), initial=initial)


def _keep_photos(request: LinliRequest, matter: Matter, form: ReportForm) -> None:
    photos, now = form.cleaned_data["photos"], clock.now()
    refused = keep_photos(matter, photos, kind="photo", by=RESIDENT, at=now)
    if refused:
        kept = _("Your report is with us, but without this photo: {reason}")
        messages.warning(request, str(kept).format(reason=refused))


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
@writes
def suggest(request: LinliRequest) -> HttpResponse:
    """Classes the words typed so far may be about; the resident chooses.

    Nothing is written, yet it is posted: an address with the words in it stays in the logs of
    every proxy on the way.
    """
    like = queries.classes_like(request.POST.get("description", "")[:500])
    classes = [(c.code, queries.title_of(c)) for c in like]
    return page(request, "matters/_suggested.html", {"classes": classes})


@public("the receipt is shown to who holds its signed address")
@reads
def sent(request: LinliRequest, token: str) -> HttpResponse:
    """The number large, the query code once, and what happens next with dates."""
    matter = matter_of_token(token, days=1)
    context = {
        "matter": matter,
        "title": queries.title_of(matter.matter_class),
        "query_code": queries.query_code_of(matter),
        "anonymous": queries.reporter_of(matter).kind == "anonymous",
        "picture": _to_scan(request, matter),
        "follow_url": address_of("matters:progress", matter),
        "steps": step_line_of(matter),
        "dates": _dates(matter),
    }
    return page(request, "matters/sent.html", context)


def _to_scan(request: LinliRequest, matter: Matter) -> str:
    """The paper twin's code: it opens the look-up with the number filled in, and no more."""
    asked = urlencode({"number": matter.number})
    address = request.build_absolute_uri(f"{reverse('matters:track')}?{asked}")
    return segno.make(address, micro=False).svg_data_uri(border=2, light="#ffffff", scale=4)


def _dates(matter: Matter) -> list[tuple[StrOrPromise, datetime]]:
    """Until when somebody looks at it, and until when the reporter has an answer."""
    words = {"state": _("Looked at by"), "unit": _("Dealt with by"), "resident": _ANSWER_BY}
    running = [c for c in clocks_of(matter.work) if c.stopped_at is None]
    return [(words[c.kind], c.due_at) for c in sorted(running, key=lambda c: c.due_at)]


_ANSWER_BY = _("Our answer by")


@public("the reporter proves to be the reporter")
@reads_and_writes
def track(request: LinliRequest) -> HttpResponse:
    """Where is mine? A wrong number and a wrong telephone get the same answer."""
    form = TrackForm(
        request.POST if request.method == "POST" else None,
        initial={"number": request.GET.get("number", "")[:30]},
    )
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            _take_place(request, "track", most=_LOOK_UPS, refused=TooManyLookUps, guessing=True)
            found = queries.matter_of_reporter(**form.cleaned_data)
        except Refusal as refusal:
            show_beside(form, refusal)
            status = refusal.status if isinstance(refusal, TooMany) else status
        else:
            return redirect(address_of("matters:progress", found))
    return page(request, "matters/track.html", {"form": form}, status=status)


def _take_place(
    request: LinliRequest,
    door: str,
    *,
    most: int,
    refused: type[TooMany],
    guessing: bool = False,
) -> None:
    """At most so many tries in ten minutes from one address; the address itself is not kept.

    Each try takes one place. Taking a place is one insert, so tries sent at once are
    counted one by one, which adding to a number in the cache would not do.
    """
    secret = settings.SECRET_KEY.encode()
    address = client_address(request).encode()
    digest = hashlib.blake2b(address, key=secret[:64], digest_size=16).hexdigest()
    window = int(clock.now().timestamp()) // _WINDOW
    places = [f"{door}:{digest}:{window}:{place}" for place in range(most)]
    taken = cache.get_many(places)
    free = [place for place in places if place not in taken]
    took = any(cache.add(place, 1, timeout=_WINDOW) for place in free)
    # Where nothing can be written the cache says no as well; a report is not refused for that.
    if not free or (guessing and not took):
        raise refused(field="secret")


@public("shown to who holds the signed address")
@reads_and_writes
def progress(request: LinliRequest, token: str) -> HttpResponse:
    """The steps in plain words; a question to answer, or the answer to rate, when there is one."""
    matter = matter_of_token(token, days=1)
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
    facts = queries.facts_about(matter)
    moves = moves_open(matter.work, facts=facts, standing=standing, at=clock.now())
    posted = request.POST if request.method == "POST" else None
    form = StepForm(posted, matter=matter, move=moves[0]) if moves else None
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
    status = 422 if form and form.errors else 200
    return page(request, template, _progress(matter, form), status=status)


def _progress(matter: Matter, form: StepForm | None) -> dict[str, object]:
    """What the reporter reads: the sentence of the state, the answer, the question, the steps."""
    story = list(story_of(matter.work))
    state = workflow_of(matter.work.definition_id).states[matter.work.state]
    dates = {str(what): at for what, at in _dates(matter)}
    return {
        "matter": matter,
        "title": queries.title_of(matter.matter_class),
        "area": area_words(matter.area),
        "sentence": title_in(state.resident),
        "answer": matter.answer,
        "mine_url": address_of("matters:mine", matter),
        "answer_by": dates.get(str(_ANSWER_BY)),
        "declined": _last_note(story, "void") if state.phase == "void" else "",
        "form": form,
        "move_title": title_in(form.move.title) if form else "",
        "question": _last_note(story, "ask") if form and form.move.key == "resume" else "",
        "steps": step_line_of(matter),
    }


def _last_note(story: Sequence[Move], key: str) -> str:
    return next((move.note for move in reversed(story) if move.key == key), "")


def step_line_of(matter: Matter) -> list[Step]:
    """The numbered steps as the resident reads them: done with a date, now, or still to come."""
    workflow = workflow_of(matter.work.definition_id)
    filled = {move.step: move.at for move in story_of(matter.work) if move.step}
    return line_of(workflow, matter.work.state, filled)


@public("what was settled is public, without persons and doors")
@reads
def published(request: LinliRequest) -> HttpResponse:
    """What was settled near you."""
    rows = page_of_published(request.GET.get("cursor", "")[:300], limit=20)
    next_url = f"?{urlencode({'cursor': rows.next})}" if rows.next else ""
    context = {"items": [public_view(m) for m in rows.items], "next_url": next_url}
    return page(request, "matters/published.html", context)


@public("what was settled is public, without persons and doors")
@reads
def published_one(request: LinliRequest, number: str) -> HttpResponse:
    """One settled matter, on a page that prints."""
    if not number.isalnum():
        raise NotFound
    item = public_view(queries.get_published(number))
    return page(request, "matters/published_one.html", {"item": item})


@public("who does what is published item by item")
@reads
def who_does_what(request: LinliRequest) -> HttpResponse:
    """What is the street's work and what is the residents' committee's own, item by item."""
    wanted = request.GET.get("q", "").strip()[:60]
    sides = sides_of(queries.current_classes(), wanted=wanted)
    nothing = not any(side.count for side in sides)
    context = {"sides": sides, "wanted": wanted, "nothing": nothing}
    return page(request, "matters/who_does_what.html", context)


def address_of(name: str, matter: Matter) -> str:
    """A signed address of a page about this matter, good for a day."""
    return reverse(name, args=[signing.dumps(str(matter.id), salt=_RECEIPT)])


def matter_of_token(token: str, *, days: int) -> Matter:
    """The matter a signed address was made for, or NotFound once it is older than that."""
    try:
        matter_id = UUID(signing.loads(token, salt=_RECEIPT, max_age=days * 86_400))
    except (signing.BadSignature, ValueError):
        raise NotFound from None
    return queries.matter_just_made(matter_id)
