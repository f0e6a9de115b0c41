"""A matter comes in."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction

from linli.domains.matters import queries
from linli.domains.matters.events import MatterReported
from linli.domains.matters.models import Matter, MatterClass, Reporter
from linli.domains.matters.rules import (
    AnonymousContact,
    ContactMissing,
    Report,
    ReporterGiven,
    checked_description,
    summary_of,
)
from linli.domains.matters.services.places import Located, locate
from linli.domains.matters.services.telling import told_of_a_report
from linli.engines.forms.models import Record
from linli.engines.forms.queries import form_of
from linli.engines.forms.rules import Answer, QuestionUnknown, check_answers
from linli.engines.workflow.services import begin_work
from linli.ground.audit.services import (
    RequestIdReused,
    digest_of,
    earlier_reply,
    entry_for,
    reply_for,
)
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound
from linli.kernel.events import publish
from linli.kernel.ids import matter_number, normalise_phone, uuid7
from linli.kernel.keys import key_of
from linli.kernel.refs import Ref
from linli.kernel.rows import insert_together
from linli.kernel.words import search_words


def report_matter(
    report: Report, *, by: Actor, at: datetime, request_id: UUID, at_doubtful: bool = False
) -> Matter:
    """Take a matter in: number, grid, first owner, limits, trace, all in one transaction.

    The request id becomes the matter's own id. The same report sent again, also five times at
    once, is answered with the matter the first one made; the same id with another body is
    refused. Raises what the parts of the report are refused for, beside their field.
    """
    digest = digest_of(asdict(report))
    try:
        return _report(
            report, by=by, at=at, request_id=request_id, digest=digest, at_doubtful=at_doubtful
        )
    except IntegrityError:
        # Another copy of this report was first; a reply already forgotten still has its matter.
        known = earlier_reply(request_id, digest=digest)
        with suppress(NotFound):
            matter = queries.matter_just_made(request_id)
            if known is None and matter.description != checked_description(report.description):
                raise RequestIdReused from None
            return matter
        raise  # no copy: a fault of ours, which must not pass for a record that is not there


@transaction.atomic
def _report(
    report: Report,
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    digest: bytes,
    at_doubtful: bool,
) -> Matter:
    located = locate(report.place, on=clock.local(at).date())
    incoming = rows_of_report(
        report,
        located=located,
        by=by,
        at=at,
        request_id=request_id,
        digest=digest,
        at_doubtful=at_doubtful,
    )
    told = told_of_a_report(incoming.matter, incoming.reporter, acting=by.post_ids)
    insert_together([*incoming.rows, *told])
    publish(MatterReported(at=at, matter_id=request_id))
    return incoming.matter


@dataclass(frozen=True, slots=True)
class Incoming:
    """A matter that came in, with every row of its report, not yet saved."""

    matter: Matter
    reporter: Reporter
    rows: tuple[models.Model, ...]


def rows_of_report(
    report: Report,
    *,
    located: Located,
    by: Actor,
    at: datetime,
    request_id: UUID,
    digest: bytes,
    at_doubtful: bool = False,
) -> Incoming:
    """Every row a report writes: work, first move, clocks, owner, matter, reporter, trace, reply."""
    description = checked_description(report.description)
    matter_class = _class_of(report, description)
    answers = _checked_answers(matter_class, report)
    reporter = _reporter(report.reporter, by)
    subject = Ref("matter", request_id)
    begun = begin_work(
        subject,
        name=matter_class.workflow,
        area=located.area,
        class_limit=matter_class.limit,
        by=by,
        at=at,
        at_doubtful=at_doubtful,
        request_id=uuid7(),
    )
    matter = _matter(report, description, matter_class, located, by=by, at=at)
    matter.id, matter.work = request_id, begun.work
    reporter.matter = matter
    rows: list[models.Model] = [*begun.rows, matter, reporter]
    if answers:
        rows.append(_record(matter_class, request_id, answers))
    rows.append(entry_for("matters.report", subject, by=by, at=at))
    rows.append(reply_for(request_id, subject, digest=digest))
    return Incoming(matter, reporter, tuple(rows))


def _class_of(report: Report, description: str) -> MatterClass:
    """The class somebody chose, or the one whose title is most like what was said."""
    if report.class_code:
        return queries.class_by_code(report.class_code)
    return queries.suggested_class(description)


def _checked_answers(matter_class: MatterClass, report: Report) -> dict[str, Answer]:
    if matter_class.form_id is None:
        if report.answers:
            raise QuestionUnknown(field="answers", question=next(iter(report.answers))[:60])
        return {}
    # Somebody who did not choose the class was not shown its questions.
    if not report.class_code:
        return {}
    return check_answers(form_of(matter_class.form_id), report.answers)


def _matter(
    report: Report,
    description: str,
    matter_class: MatterClass,
    located: Located,
    *,
    by: Actor,
    at: datetime,
) -> Matter:
    seat = next(iter(by.seats), None)
    return Matter(
        number=matter_number(
            f"{located.area.path:0<6}"[:6], clock.local(clock.now()).date(), _next_number()
        ),
        matter_class=matter_class,
        area=located.area,
        summary=summary_of(description),
        description=description,
        words=search_words(f"{description} {located.text}"),
        channel=report.channel,
        taken_by=seat.post_id if seat else None,
        place=located.place,
        place_text=located.text,
        place_quality=located.quality,
        lng=located.lng,
        lat=located.lat,
        reported_at=at,
    )


def _reporter(given: ReporterGiven, by: Actor) -> Reporter:
    """Who reported; an anonymous reporter leaves no name, no number and no account."""
    name, phone = given.name.strip(), given.phone.strip()
    if given.kind == "anonymous":
        if name or phone:
            raise AnonymousContact(field="phone")
        return Reporter(kind="anonymous")
    if given.kind == "worker":
        return Reporter(kind="worker", account_id=by.account_id)
    if not phone:
        raise ContactMissing(field="phone")
    number = normalise_phone(phone, field="phone")
    return Reporter(
        kind=given.kind,
        name=name[:60],
        phone=number,
        phone_digest=key_of("contact").digest(number),
    )


def _record(matter_class: MatterClass, matter_id: UUID, answers: dict[str, Answer]) -> Record:
    assert matter_class.form_id is not None
    return Record(
        form_id=matter_class.form_id,
        subject_kind="matter",
        subject_id=matter_id,
        answers=answers,
        created_at=clock.now(),
    )


_numbers: deque[int] = deque()
_drawing = Lock()
_BLOCK = 32


def _next_number() -> int:
    """A value of the one sequence of numbers, drawn in blocks: unique, never reused, gaps allowed."""
    with _drawing:
        if not _numbers:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval('matter_number') FROM generate_series(1, %s)", [_BLOCK]
                )
                _numbers.extend(value for (value,) in cursor.fetchall())
        return _numbers.popleft()


def remember_similar(matter_id: UUID) -> int:
    """Note which open matters look like this one; return how many. Safe to run again."""
    try:
        matter = queries.matter_just_made(matter_id)
    except NotFound:
        return 0
    return queries.link_similar(matter)
