"""What a page, or the panel beside the list, shows of one matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from linli.domains.matters import queries
from linli.domains.matters.rules import PHOTO_KINDS
from linli.domains.matters.services.moving import PERMISSION_OF
from linli.domains.matters.views.resident import step_line_of
from linli.domains.matters.views.words import (
    CHANNELS,
    NEEDS,
    QUALITIES,
    clock_words,
)
from linli.engines.files.queries import files_of
from linli.engines.workflow.queries import (
    alarms_about,
    clocks_of,
    handled_by,
    moves_open,
    standing_of,
    story_of,
    workflow_of,
)
from linli.engines.workflow.rules.moves import open_moves
from linli.ground.accounts.queries import holders_of
from linli.ground.territory.queries import lineage
from linli.kernel import clock
from linli.kernel.errors import _
from linli.kernel.pages import Photo, StoryEntry
from linli.kernel.privacy import mask_name
from linli.kernel.refs import Ref
from linli.kernel.requests import LinliRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from linli.domains.matters.models import Matter, Reporter
    from linli.engines.files.models import Upload
    from linli.engines.workflow.models import Alarm, Move
    from linli.engines.workflow.rules.moves import Standing
    from linli.engines.workflow.spec import Move as MoveSpec
    from linli.engines.workflow.spec import State, Workflow
    from linli.kernel.actor import Actor
    from linli.kernel.errors import StrOrPromise
    from linli.kernel.spec import Text

PANEL = "beside"


def in_panel(request: LinliRequest) -> bool:
    """Whether htmx asked for the panel beside the list and not for a page."""
    return bool(request.htmx) and request.htmx.target == PANEL


def words_of(text: Text) -> str:
    """A pack's own words in the reader's language."""
    return queries.in_language(text.zh, text.en)


@dataclass(frozen=True, slots=True)
class Openings:
    """The steps open to a reader now, and whether one is closed only because they handled it."""

    moves: tuple[MoveSpec, ...]
    handled_by_reader: bool


def openings(
    actor: Actor, found: Matter, *, handled: Collection[UUID] | None = None
) -> Openings:
    """What this reader may do with the matter now; pressing is a right of its own.

    `handled` as in `standing_of`: the works the reader handled, where they are known already.
    """
    facts, work, now = queries.facts_about(found), found.work, clock.now()
    if handled is None:
        handled = handled_by(actor, [work.pk])
    handling = standing_of(actor, work, permission="matters.handle", handled=handled)
    pressing = standing_of(actor, work, permission="matters.press", handled=handled)
    moves = [
        move
        for standing, is_pressing in ((handling, False), (pressing, True))
        for move in moves_open(found.work, facts=facts, standing=standing, at=now)
        if (move.key in PERMISSION_OF) == is_pressing
    ]
    return Openings(tuple(moves), _kept_from(found, facts, handling))


def _kept_from(found: Matter, facts: frozenset[str], standing: Standing) -> bool:
    """Whether a step of this state is closed to the reader because they handled the matter."""
    if not standing.handled:
        return False
    workflow = workflow_of(found.work.definition_id)
    moves = workflow.states[found.work.state].moves
    return any(
        move.another_than_handler and standing.may(move) and set(move.when) <= facts
        for move in moves
    ) and not any(
        move.another_than_handler
        for move in open_moves(workflow, found.work.state, facts=facts, standing=standing)
    )


def record_context(request: LinliRequest, found: Matter) -> dict[str, object]:
    """Everything a matter's page, or the panel beside the list, shows."""
    work = found.work
    workflow = workflow_of(work.definition_id)
    state = workflow.states[work.state]
    reporter = queries.reporter_of(found)
    opened = openings(request.actor, found)
    moves = list(story_of(work))
    uploads = list(files_of(Ref("matter", found.id), kinds=PHOTO_KINDS))
    clocks = clocks_of(work)
    return {
        "matter": found,
        "title": queries.title_of(found.matter_class),
        "url": reverse("matters:matter", args=[found.id]),
        "panel_url": f"{reverse('matters:desk')}?open={found.id}",
        "state_title": words_of(state.title),
        "steps": [_step(found, move, workflow) for move in opened.moves],
        "handled_by_reader": opened.handled_by_reader,
        "line": step_line_of(found),
        "story": _with_alarms(_story(found, moves, workflow, uploads), alarms_about(work)),
        "clocks": [clock_words(running) for running in clocks],
        "answers": _answers(found),
        "photos": [_photo(found, upload) for upload in uploads if upload.kind == "photo"],
        "similar": [
            _similar(other) for other in queries.similar_to(found, seen_by=request.actor)
        ],
        "archive_url": _archive_url(request, found),
        "person_url": _person_url(request, found),
        "may_open_annex": request.actor.may("matters.unmask", found.area.path),
        **_facts(found, state),
        **_reporter(request, found, reporter),
    }


def _facts(found: Matter, state: State) -> dict[str, object]:
    owner = found.work.owner
    names = holders_of([owner.id], at=clock.now()) if owner else {}
    areas = lineage([found.area.path])
    return {
        "place_path": " / ".join(areas[path].name for path in sorted(areas) if len(path) > 6),
        "place_quality": QUALITIES[found.place_quality],
        "channel": CHANNELS[found.channel],
        "owner_post": owner.name if owner else "",
        "owner_name": names.get(owner.id, _("nobody sits in this post now")) if owner else "",
        "condition": _condition(found),
        "resident_reads": words_of(state.resident),
    }


def _condition(found: Matter) -> str:
    for condition in found.matter_class.conditions:
        if condition["key"] == found.filing_condition:
            return queries.in_language(condition["title"]["zh"], condition["title"]["en"])
    return ""


def _reporter(request: LinliRequest, found: Matter, reporter: Reporter) -> dict[str, object]:
    """How the reporter is shown until somebody entitled opens the contact, which is recorded."""
    has_contact = reporter.phone_digest is not None
    return {
        "reporter": {
            "kind": _REPORTERS[reporter.kind],
            "name": mask_name(reporter.name) if reporter.kind == "named" else "",
            "has_contact": has_contact,
        },
        **_ways_to_open(request, found, has_contact=has_contact),
        "contact_url": reverse("matters:contact", args=[found.id]),
    }


def _person_url(request: LinliRequest, found: Matter) -> str:
    """Where a wish about one's own data is carried out, for who may."""
    may = request.actor.may("matters.answer_person", found.area.path)
    asked = may and found.matter_class.personal
    return reverse("matters:answer_person", args=[found.id]) if asked else ""


def _ways_to_open(
    request: LinliRequest, found: Matter, *, has_contact: bool
) -> dict[str, object]:
    """For a purpose, from one's own task without being asked, or by breaking the glass."""
    actor, path = request.actor, found.area.path
    own = actor.may("matters.unmask") and queries.is_own_task(found, seen_by=actor)
    may = has_contact and (own or actor.may("matters.unmask", path))
    urgent = has_contact and not may and actor.may("privacy.break_glass", path)
    return {
        "may_unmask": may,
        "own_task": own,
        "may_break_glass": urgent,
        "glass_url": reverse("matters:glass", args=[found.id]),
    }


_REPORTERS: dict[str, StrOrPromise] = {
    "named": _("Named, may be called"),
    "confidential": _("Confidential: the name stays hidden from who handles it"),
    "anonymous": _("Anonymous: no name and no number was kept"),
    "worker": _("Nobody: a worker found it"),
    "forgotten": _("Forgotten: the term for keeping name and number is over"),
}


def _step(found: Matter, move: MoveSpec, workflow: Workflow) -> dict[str, object]:
    stays = move.to == found.work.state
    return {
        "key": move.key,
        "title": words_of(move.title),
        "url": reverse("matters:step", args=[found.id, move.key]),
        "needs": [NEEDS[need] for need in move.needs],
        "leads_to": "" if stays else words_of(workflow.states[move.to].title),
    }


def _story(
    found: Matter, moves: Sequence[Move], workflow: Workflow, uploads: Sequence[Upload]
) -> list[StoryEntry]:
    photos = _photos_by_move(found, moves, uploads)
    return [
        StoryEntry(
            who=who_made(move),
            what=title_of_move(move, workflow) or _begun(found),
            at=move.at,
            ground=_("the telephone's own time was doubtful") if move.at_doubtful else "",
            text=_told(move),
            icon=_ICONS.get(move.key, "circle-dot"),
            photos=tuple(photos.get(move.id, ())),
        )
        for move in moves
    ]


def _with_alarms(story: list[StoryEntry], alarms: Sequence[Alarm]) -> list[StoryEntry]:
    """The story with what the clock told whom, each at its time."""
    told = [
        StoryEntry(
            who=_MAKERS["clock"],
            what=_("Warned that the limit is near")
            if alarm.is_warning
            else _("Told that it is late"),
            at=alarm.at,
            ground="",
            text=f"→ {alarm.post.name}",
            icon="bell",
            photos=(),
        )
        for alarm in alarms
    ]
    return sorted([*story, *told], key=lambda entry: entry.at)


_ICONS = {
    "report": "message",
    "file": "clipboard-check",
    "route": "route",
    "press": "bell",
    "progress": "note",
    "report_result": "tool",
    "pass": "eye-check",
    "fail": "arrow-back-up",
    "send_back": "arrow-back-up",
    "give_back": "arrow-back-up",
    "feed_back": "message-check",
    "rate": "star",
    "publish": "speakerphone",
    "archive": "archive",
    "ask": "message-question",
    "void": "ban",
}
_MAKERS: dict[str, StrOrPromise] = {
    "clock": _("the clock"),
    "resident": _("the reporter"),
    "token": _("another system"),
    "person": _("a worker"),
}


def title_of_move(move: Move, workflow: Workflow) -> str:
    """What a move is called where it was made: one key may have two names in two states."""
    if move.from_state not in workflow.states:
        return ""
    made = (spec for spec in workflow.states[move.from_state].moves if spec.key == move.key)
    return next((words_of(spec.title) for spec in made), "")


def _begun(found: Matter) -> StrOrPromise:
    """A worker who takes something in for somebody else is named as such."""
    if found.channel == "telephone":
        return _("Taken in by telephone for the reporter")
    if found.channel == "counter":
        return _("Taken in at the counter for the reporter")
    return _("Found") if found.channel == "grid" else _("Reported")


def who_made(move: Move) -> StrOrPromise:
    """The post that made a move; where there is none, what kind of maker it was."""
    return move.post.name if move.post else _MAKERS[move.actor_kind]


def _told(move: Move) -> str:
    to = f"→ {move.unit.name}" if move.unit else ""
    return "\n".join(part for part in (to, move.note) if part)


def _photos_by_move(
    found: Matter, moves: Sequence[Move], uploads: Sequence[Upload]
) -> dict[UUID, list[Photo]]:
    """Photos of the handling stand with the step they were sent with; they arrive just after it."""
    by_move: dict[UUID, list[Photo]] = {}
    for upload in uploads:
        before = [move for move in moves if move.heard_at <= upload.created_at]
        if upload.kind == "result_photo" and before:
            by_move.setdefault(before[-1].id, []).append(_photo(found, upload))
    return by_move


def _photo(found: Matter, upload: Upload) -> Photo:
    address = reverse("matters:photo", args=[found.id, upload.id])
    alt = _("Photo after handling") if upload.kind == "result_photo" else _("Photo as reported")
    return Photo(address, f"{address}?small=1", str(alt))


def _answers(found: Matter) -> list[tuple[str, str]]:
    shown = []
    for question, answer in queries.answered_questions(found):
        options = {option.key: words_of(option.title) for option in question.options}
        values = answer if isinstance(answer, list) else [answer]
        said = ", ".join(
            str(_("Yes") if v is True else _("No") if v is False else options.get(str(v), v))
            for v in values
        )
        shown.append((words_of(question.title), said))
    return shown


def _similar(other: Matter) -> dict[str, object]:
    state = workflow_of(other.work.definition_id).states[other.work.state]
    return {
        "number": other.number,
        "summary": other.summary,
        "phase": other.work.phase,
        "state": words_of(state.title),
        "url": reverse("matters:matter", args=[other.id]),
    }


def _archive_url(request: LinliRequest, found: Matter) -> str:
    may = request.actor.may("matters.view_archive", found.area.path)
    ended = found.work.phase == "done"
    return reverse("matters:archive", args=[found.id]) if may and ended else ""
