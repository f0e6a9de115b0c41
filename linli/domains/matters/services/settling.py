"""Found and settled: most of what a grid worker sees is seen and settled by the same person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.domains.matters.rules import NotOnTheSpot, Report
from linli.domains.matters.services.moving import Answered, move_matter
from linli.domains.matters.services.reporting import report_matter
from linli.kernel.actor import Actor


@transaction.atomic
def settle_found(
    report: Report, *, result: str, by: Actor, at: datetime, request_id: UUID
) -> Matter:
    """Take in what a worker found and settle it in the same tap, for the classes that allow it.

    A share drawn by the matter's id goes to a second person instead of to its end. Raises
    NotOnTheSpot for other classes; then nothing is taken in.
    """
    if not report.class_code or not queries.class_by_code(report.class_code).on_the_spot:
        raise NotOnTheSpot(field="settle")
    matter = report_matter(report, by=by, at=at, request_id=request_id)
    move_matter(
        matter,
        key="settle",
        answered=Answered(result=result),
        by=by,
        at=at,
        seen_version=1,
        request_id=uuid5(request_id, "settle"),
    )
    return queries.matter_just_made(matter.id)
