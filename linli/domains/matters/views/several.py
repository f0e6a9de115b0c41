"""One step for several marked matters: a preview first, then each in a transaction of its own."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.http import HttpResponse
from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.forms.several import SeveralForm
from linli.domains.matters.services.moving import Answered, move_matter
from linli.domains.matters.views.showing import openings, words_of
from linli.engines.workflow.queries import handled_by, moves_made, workflow_of
from linli.ground.accounts.queries import units_at
from linli.kernel import clock
from linli.kernel.errors import NotFound, Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linli.domains.matters.models import Matter
    from linli.engines.workflow.spec import Move
    from linli.kernel.actor import Actor
    from linli.kernel.errors import StrOrPromise

MOST = 50
# Steps that say the same of every matter. What was done, what to answer and what the public
# reads differ from one to the next, so those are not offered for several at once.
SAME_FOR_ALL = frozenset({"unit", "reason", "note"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One matter and whether the step can be, or was, taken."""

    matter: Matter
    title: str
    state: str
    url: str
    taken: bool
    words: StrOrPromise


def may_act_on_several(actor: Actor) -> bool:
    """Whether marking rows leads anywhere for this reader."""
    return actor.may("matters.handle") or actor.may("matters.press")


def act_on_several(request: LinliRequest, *, rail: Sequence[object]) -> HttpResponse:
    """What can be done with the marked matters, for which of them, and on a second word the doing."""
    if not may_act_on_several(request.actor):
        raise NotFound
    marked = _marked(request)
    handled = handled_by(request.actor, [found.work_id for found in marked])
    open_to = {
        found.id: openings(request.actor, found, handled=handled).moves for found in marked
    }
    choices = _choices(marked, open_to)
    chosen = next(
        (move for move, _count in choices if move.key == request.POST.get("step")), None
    )
    context: dict[str, object] = {
        "rail": rail,
        "queue": request.POST.get("queue", ""),
        "back_url": _back(request),
        "marked": marked,
        "most": MOST,
        "choices": [(move.key, words_of(move.title), count) for move, count in choices],
        "chosen": chosen.key if chosen else "",
        "chosen_title": words_of(chosen.title) if chosen else "",
        "form": None,
        "outcomes": [],
        "done": False,
    }
    if chosen is None and (again := _sent_again(request, marked)):
        context |= {"outcomes": again, "done": True, "chosen": request.POST.get("step", "")}
        return page(request, "matters/several.html", context)
    if chosen is None:
        context["outcomes"] = [_outcome(found, taken=False, words="") for found in marked]
        return page(request, "matters/several.html", context)
    confirmed = "confirm" in request.POST
    units = _common_units(marked) if "unit" in chosen.needs else []
    form = SeveralForm(request.POST if confirmed else None, needs=chosen.needs, units=units)
    context["form"] = form
    if confirmed and form.is_valid():
        seen = _seen(request)
        context["outcomes"] = [_take(request, found, chosen, form, seen) for found in marked]
        context["done"] = True
        return page(request, "matters/several.html", context)
    context["outcomes"] = [_preview(found, chosen, open_to[found.id]) for found in marked]
    return page(request, "matters/several.html", context, status=422 if form.is_bound else 200)


def _marked(request: LinliRequest) -> list[Matter]:
    """The marked matters the reader may see, in the order they were marked; others are as if never named."""
    named = []
    for text in request.POST.getlist("matter")[:MOST]:
        with suppress(ValueError):
            named.append(UUID(text))
    return queries.matters_marked(named, seen_by=request.actor)


def _sent_again(request: LinliRequest, marked: Sequence[Matter]) -> list[Outcome]:
    """What the first sending of this very form did, when it is sent a second time."""
    try:
        request_id = UUID(request.POST.get("request_id", ""))
    except ValueError:
        return []
    made = moves_made(uuid5(request_id, str(found.id)) for found in marked)
    done = {True: _("done"), False: _("not open here")}
    taken = [(found, found.work_id in made) for found in marked]
    if not made:
        return []
    return [_outcome(found, taken=was, words=done[was]) for found, was in taken]


def _choices(
    marked: Sequence[Matter], open_to: dict[UUID, tuple[Move, ...]]
) -> list[tuple[Move, int]]:
    """The steps open to at least one of the marked, with for how many."""
    counted: dict[str, tuple[Move, int]] = {}
    for found in marked:
        for move in open_to[found.id]:
            if set(move.needs) <= SAME_FOR_ALL:
                first, count = counted.get(move.key, (move, 0))
                counted[move.key] = (first, count + 1)
    return list(counted.values())


def _common_units(marked: Sequence[Matter]) -> list[tuple[UUID, str]]:
    """The units that serve every one of the marked places."""
    paths = sorted({found.area.path for found in marked})
    served = [dict(units_at(path).values_list("id", "name")) for path in paths]
    return [(key, name) for key, name in served[0].items() if all(key in s for s in served)]


def _back(request: LinliRequest) -> str:
    """The list the marks were set in; only its own values are taken from the form."""
    queue = request.POST.get("queue", "")
    home = reverse("matters:desk")
    return f"{home}?queue={queue}" if queue in set(queries.Queue) else home


def _preview(found: Matter, chosen: Move, moves: Sequence[Move]) -> Outcome:
    is_open = any(move.key == chosen.key for move in moves)
    return _outcome(
        found, taken=is_open, words=_("will be done") if is_open else _("not open here")
    )


def _seen(request: LinliRequest) -> dict[str, int]:
    """The version of each matter that the preview showed."""
    pairs = [text.partition(":") for text in request.POST.getlist("seen")[:MOST]]
    return {
        key: int(number)
        for key, _colon, number in pairs
        if number.isdecimal() and len(number) < 9
    }


def _take(
    request: LinliRequest, found: Matter, move: Move, form: SeveralForm, seen: dict[str, int]
) -> Outcome:
    """One matter's step; what is refused here holds up none of the others."""
    clean = form.cleaned_data
    unit = clean.get("unit")
    try:
        move_matter(
            found,
            key=move.key,
            answered=Answered(
                unit=UUID(unit) if unit else None,
                reason=clean.get("reason", ""),
                note=clean.get("note", ""),
            ),
            by=request.actor,
            at=clock.now(),
            seen_version=seen.get(str(found.id), found.work.version),
            request_id=uuid5(clean["request_id"], str(found.id)),
        )
    except Refusal as refusal:
        return _outcome(found, taken=False, words=str(refusal))
    fresh = queries.get_matter(found.id, seen_by=request.actor)
    return _outcome(fresh, taken=True, words=_("done"))


def _outcome(found: Matter, *, taken: bool, words: StrOrPromise) -> Outcome:
    state = workflow_of(found.work.definition_id).states[found.work.state]
    return Outcome(
        matter=found,
        title=queries.title_of(found.matter_class),
        state=words_of(state.title),
        url=reverse("matters:matter", args=[found.id]),
        taken=taken,
        words=words,
    )
