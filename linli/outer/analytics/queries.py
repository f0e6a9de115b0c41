"""Figures from the records as they now stand; nothing here writes, and nothing here names anybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from linli.domains.matters.models import Matter
from linli.domains.matters.queries import Queue, day_begins, desk, month_begins
from linli.engines.workflow.models import Move, Work, visible_works
from linli.ground.audit.queries import remembered
from linli.ground.territory.models import Area
from linli.kernel.actor import Actor
from linli.outer.analytics.rules import Figures

PERMISSION = "command.view"
MATTER = "matter"


def figures_by_area(*, seen_by: Actor, at: datetime) -> dict[str, Figures]:
    """The figures of every place that has any, by path; two queries however many grids there are."""
    seen = Work.objects.filter(
        visible_works(seen_by, PERMISSION), subject_kind=MATTER
    ).order_by()
    # Grouped by the key and named afterwards: by the path it costs twice as much.
    opened = (
        seen.filter(closed_at=None)
        .values("area_id")
        .annotate(
            all=Count("id"),
            late=Count("id", filter=Q(due_at__lt=at)),
            back=Count("id", filter=Q(returned=True)),
            triage=Count("id", filter=Q(phase="triage")),
        )
        .values_list("area_id", "all", "late", "back", "triage")
    )
    came = (
        seen.filter(opened_at__gte=month_begins(at))
        .values("area_id")
        .annotate(
            today=Count("id", filter=Q(opened_at__gte=day_begins(at))),
            month=Count("id"),
            ended=Count("id", filter=Q(closed_at__isnull=False)),
        )
        .values_list("area_id", "today", "month", "ended")
    )
    paths, found = _paths(), dict[str, Figures]()
    for area, *counts in opened:
        found[paths[area]] = Figures(*counts)
    for area, today, month, ended in came:
        own = found.get(paths[area], Figures())
        found[paths[area]] = own + Figures(today=today, came=month, ended=ended)
    return found


@remembered
def _paths() -> dict[UUID, str]:
    """Where every area stands, also one that has been closed since."""
    return dict(Area.objects.values_list("id", "path"))


def summed(figures: dict[str, Figures], *, inside: str = "") -> Figures:
    """Those of a place and everything in it, added up."""
    total = Figures()
    for path, own in figures.items():
        if path.startswith(inside):
            total = total + own
    return total


def urgent(*, seen_by: Actor, at: datetime, inside: str = "", most: int = 5) -> list[Matter]:
    """What somebody should look at now, the longest overdue first."""
    late = desk(Queue.LATE, seen_by=seen_by, at=at).filter(area__path__startswith=inside)
    return list(late[:most])


def latest_moves(
    *, seen_by: Actor, inside: str = "", most: int = 5
) -> list[tuple[Matter, Move]]:
    """What moved last where the reader may look, each with its last step; two queries."""
    seen = Matter.objects.visible_to(seen_by, PERMISSION).filter(area__path__startswith=inside)
    matters = list(
        seen.select_related("matter_class", "area", "work__definition").order_by(
            "-work__changed_at", "work_id"
        )[:most]
    )
    last = (
        Move.objects.filter(work__in=[matter.work_id for matter in matters])
        .order_by("work_id", "-number")
        .distinct("work_id")
    )
    by_work = {move.work_id: move for move in last}
    return [
        (matter, by_work[matter.work_id]) for matter in matters if matter.work_id in by_work
    ]
