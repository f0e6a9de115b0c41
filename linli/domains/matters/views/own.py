"""A person's own data: what is kept, until when, who looked; a copy; and what they may ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.forms.own import CorrectForm, RightForm
from linli.domains.matters.services.own import (
    ANSWERING,
    ask_about_own,
    copy_own,
    correct_own,
    forget_own,
)
from linli.domains.matters.views.resident import address_of, matter_of_token
from linli.ground.accounts.queries import names_of_posts
from linli.ground.privacy.queries import keep_until, looks_at, tombstones_of
from linli.ground.privacy.services.looking import BY_ITSELF, PURPOSES
from linli.kernel import clock
from linli.kernel.actor import RESIDENT
from linli.kernel.errors import Refusal, _
from linli.kernel.pages import page
from linli.kernel.privacy import mask_name, mask_phone
from linli.kernel.refs import Ref
from linli.kernel.requests import LinliRequest, needs, public, reads, reads_and_writes

if TYPE_CHECKING:
    from linli.domains.matters.models import Matter
    from linli.kernel.errors import StrOrPromise

_PROOF = "shown to who holds the signed address"


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look as the person reads it: the office, never the name of who sits there."""

    at: datetime
    post: StrOrPromise
    purpose: StrOrPromise


@public(_PROOF)
@reads_and_writes
def mine(request: LinliRequest, token: str) -> HttpResponse:
    """What is kept about me here, until when, who opened it, and three things I may ask for."""
    matter = matter_of_token(token, days=1)
    form = RightForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            asked = ask_about_own(matter, **form.cleaned_data, by=RESIDENT, at=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(address_of("matters:sent", asked))
    context = {
        "matter": matter,
        "form": form,
        "kept": list(_kept(matter)),
        "looks": _looks(matter),
        "copy_urls": [
            address_of("matters:copy_json", matter),
            address_of("matters:copy_text", matter),
        ],
        "back_url": address_of("matters:progress", matter),
    }
    response = page(request, "matters/mine.html", context, status=422 if form.is_bound else 200)
    response["Cache-Control"] = "no-store"
    return response


def _kept(
    matter: Matter,
) -> Iterator[tuple[StrOrPromise, str, datetime | None, datetime | None]]:
    """What, shown masked; until when; since when it is gone. Nothing ends while it is settled."""
    reporter, ended = queries.reporter_of(matter), matter.work.closed_at
    gone = tombstones_of(Ref("matter", matter.id))
    shown = {
        "matter_reporter": f"{mask_name(reporter.name)} {mask_phone(reporter.phone or '')}".strip(),
        "matter_content": matter.summary,
        "matter_photos": "",
    }
    for term, words in shown.items():
        until = keep_until(term, ended_at=ended) if ended else None
        yield _TERMS[term], words, until, gone.get(term)


_TERMS: dict[str, StrOrPromise] = {
    "matter_reporter": _("Your name and number"),
    "matter_content": _("What you told us, and our answer"),
    "matter_photos": _("Photos"),
}


def _looks(matter: Matter) -> list[LookRow]:
    looks = looks_at(Ref("matter", matter.id))
    posts = names_of_posts({look.post_id for look in looks if look.post_id})
    words = PURPOSES | BY_ITSELF
    return [
        LookRow(
            look.at,
            posts.get(look.post_id, "") if look.post_id else _("Yourself"),
            words.get(look.purpose, look.purpose),
        )
        for look in looks
    ]


@public(_PROOF)
@reads
def copy_json(request: LinliRequest, token: str) -> HttpResponse:
    """Everything as a program reads it."""
    matter = matter_of_token(token, days=1)
    own = copy_own(matter, by=RESIDENT, at=clock.now())
    text = json.dumps(own, ensure_ascii=False, indent=1)
    return _file(text, f"{matter.number}.json", "application/json")


@public(_PROOF)
@reads
def copy_text(request: LinliRequest, token: str) -> HttpResponse:
    """Everything as a person reads it."""
    matter = matter_of_token(token, days=1)
    own = copy_own(matter, by=RESIDENT, at=clock.now())
    return _file("\n".join(_lines(own)), f"{matter.number}.txt", "text/plain")


def _lines(own: Mapping[str, object]) -> Iterator[str]:
    for key, value in own.items():
        if isinstance(value, Mapping):
            yield from (f"{_WORDS.get(inner, inner)}: {said}" for inner, said in value.items())
        elif value:
            yield f"{_WORDS.get(key, key)}: {value}"


_WORDS: dict[str, StrOrPromise] = {
    "number": _("Number"),
    "reported_at": _("Reported"),
    "class": _("Class"),
    "place": _("Place"),
    "description": _("What"),
    "name": _("Name"),
    "phone": _("Telephone"),
    "answer": _("Our answer"),
    "result": _("Result"),
}


def _file(text: str, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@needs(ANSWERING)
@reads_and_writes
def answer_person(request: LinliRequest, matter_id: UUID) -> HttpResponse:
    """The matters of who asked, and the one thing they asked for, done at a button."""
    asked = queries.get_matter(matter_id, seen_by=request.actor)
    request.actor.require(ANSWERING, asked.area.path)
    right = asked.matter_class.personal
    form = CorrectForm(
        request.POST if request.method == "POST" and right == "correct" else None
    )
    refused = ""
    if request.method == "POST":
        try:
            done = _do(request, asked, form)
        except Refusal as refusal:
            refused = str(refusal)
        else:
            if done:
                messages.success(request, done)
                return redirect("matters:answer_person", asked.id)
    context = {
        "matter": asked,
        "right": right,
        "title": queries.title_of(asked.matter_class),
        "theirs": [one for one in queries.matters_of_same_person(asked) if one.id != asked.id],
        "form": form,
        "refused": refused,
        "back_url": reverse("matters:matter", args=[asked.id]),
    }
    status = 422 if refused or form.errors else 200
    return page(request, "matters/answer_person.html", context, status=status)


def _do(request: LinliRequest, asked: Matter, form: CorrectForm) -> str:
    """What was done, in words; nothing while the form is not right."""
    at = clock.now()
    if asked.matter_class.personal == "correct":
        if not form.is_valid():
            return ""
        count = correct_own(asked, **form.cleaned_data, by=request.actor, at=at)
        return str(_("Corrected in {n} matters.")).format(n=count)
    gone = forget_own(asked, by=request.actor, at=at)
    if gone.running:
        waits = _(
            "Forgotten in {n} matters. Still under way, so kept until they end: {numbers}."
        )
        return str(waits).format(n=gone.forgotten, numbers=", ".join(gone.running))
    return str(_("Forgotten in {n} matters.")).format(n=gone.forgotten)
