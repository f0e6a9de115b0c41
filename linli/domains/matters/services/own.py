"""A person's own data: a copy, a correction, a deletion, each asked for as a matter with a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Matter, Reporter
from linli.domains.matters.rules import PlaceGiven, Report, ReporterGiven
from linli.domains.matters.services.forgetting import KIND, forget_wholly
from linli.domains.matters.services.reporting import report_matter
from linli.ground.audit.services import note
from linli.ground.privacy.services.forgetting import bury
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, Gone, _
from linli.kernel.ids import normalise_phone
from linli.kernel.keys import key_of
from linli.kernel.refs import Ref

Right = str
ANSWERING = "matters.answer_person"


class NothingLeft(Gone):
    """There is no reporter any more, so nobody's data."""

    message = _("Nothing personal is kept about this matter any more.")


class NotAsked(Conflict):
    """Only what the person asked for is done."""

    message = _("The person did not ask for this. Reclassify the matter first.")


@transaction.atomic
def copy_own(matter: Matter, *, by: Actor, at: datetime) -> Mapping[str, object]:
    """Everything kept about the reporter of a matter and what they told, for themselves.

    The caller has made sure that it is they. That a copy was taken stands in the ledger.
    """
    reporter = queries.reporter_of(matter)
    note(
        "matters.copy_own",
        Ref(KIND, matter.id),
        by=by,
        at=at,
        fields=["name", "phone"],
        ground="own_copy",
    )
    return {
        "number": matter.number,
        "reported_at": _moment(matter.reported_at),
        "class": matter.matter_class.title_zh,
        "place": matter.place.address if matter.place else matter.place_text,
        "point": [matter.lng, matter.lat] if matter.lng is not None else [],
        "description": matter.description,
        "answers": {
            field.title.zh: str(value) for field, value in queries.answered_questions(matter)
        },
        "reporter": {
            "kind": reporter.kind,
            "name": reporter.name,
            "phone": reporter.phone or "",
        },
        "result": matter.result,
        "answer": matter.answer,
        "score": matter.score or "",
        "score_reason": matter.score_reason,
    }


def ask_about_own(
    matter: Matter, *, right: Right, words: str, by: Actor, at: datetime, request_id: UUID
) -> Matter:
    """Ask, as the reporter of this matter, for a copy, a correction or a deletion of one's data.

    It becomes a matter of its own with its number, its clock and the same way to answer. Raises
    NothingLeft once the reporter is forgotten.
    """
    reporter = queries.reporter_of(matter)
    if reporter.kind == "forgotten":
        raise NothingLeft
    wanted = queries.class_for_right(right)
    report = Report(
        description=f"{wanted.title_zh}({matter.number}):{words.strip()}"[:2000],
        place=PlaceGiven(area_id=matter.area_id, text=matter.area.name),
        reporter=_same(reporter),
        channel="web",
        class_code=wanted.code,
    )
    return report_matter(report, by=by, at=at, request_id=request_id)


def _same(reporter: Reporter) -> ReporterGiven:
    if reporter.kind in {"named", "confidential"} and reporter.phone:
        return ReporterGiven(reporter.kind, reporter.name, reporter.phone)  # type: ignore[arg-type] # one of the two
    return ReporterGiven("anonymous")


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many matters were forgotten, and which must wait because they are still being settled."""

    forgotten: int
    running: Sequence[str]


@transaction.atomic
def forget_own(asked: Matter, *, by: Actor, at: datetime) -> Deleted:
    """Forget the person who asked in every matter of theirs that has ended, at once.

    Matters still under way keep what settling them needs, and end by their term.
    """
    _require(asked, "delete", by)
    theirs = [one for one in queries.matters_of_same_person(asked) if one.id != asked.id]
    ended = [one for one in theirs if one.work.closed_at is not None]
    forget_wholly([one.work for one in ended], at)
    refs = [Ref(KIND, one.id) for one in ended]
    for term in ("matter_reporter", "matter_content", "matter_photos"):
        bury(refs, term=term, ground="own_wish", at=at)
    for ref in refs:
        note("matters.forget_own", ref, by=by, at=at, ground=asked.number)
    note("matters.forget_own", Ref(KIND, asked.id), by=by, at=at, ground=f"{len(refs)} matters")
    running = [one.number for one in theirs if one.work.closed_at is None]
    return Deleted(len(refs), running)


@transaction.atomic
def correct_own(asked: Matter, *, name: str, phone: str, by: Actor, at: datetime) -> int:
    """Correct name and number of the person who asked in every matter of theirs; how many."""
    _require(asked, "correct", by)
    number = normalise_phone(phone, field="phone")
    ids = [one.id for one in queries.matters_of_same_person(asked)]
    rows = list(Reporter.objects.select_for_update().filter(matter__in=ids))
    for reporter in rows:
        reporter.name, reporter.phone = name.strip()[:60], number
        reporter.phone_digest = key_of("contact").digest(number)
    Reporter.objects.bulk_update(rows, ["name", "phone", "phone_digest"])
    for reporter in rows:
        about = Ref(KIND, reporter.matter_id)
        note(
            "matters.correct_own",
            about,
            by=by,
            at=at,
            fields=["name", "phone"],
            ground=asked.number,
        )
    return len(rows)


def _require(asked: Matter, right: Right, by: Actor) -> None:
    by.require(ANSWERING, asked.area.path)
    if asked.matter_class.personal != right:
        raise NotAsked


def _moment(at: datetime) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}"
