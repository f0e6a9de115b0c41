"""The jobs of the house: what waits, what failed, and trying a failed one again.

A job's arguments are ids; even those are not shown, for the task and the moment say enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinateWorker,
)

from linli.ground.audit.services import note
from linli.kernel import clock, events
from linli.kernel.errors import NotFound, _
from linli.kernel.pages import Figure, page
from linli.kernel.paging import rows_after
from linli.kernel.refs import Ref
from linli.kernel.requests import LinliRequest, needs, reads, writes

ROWS = 50
# A worker that lives looks for work every second and says so every ten.
SILENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job that failed: which task, how often it was tried, when it failed last."""

    id: int
    task: str
    about: str
    attempts: int
    failed_at: datetime | None


def _failed() -> QuerySet[ProcrastinateJob]:
    found: QuerySet[ProcrastinateJob] = ProcrastinateJob.objects.filter(status="failed")
    return found


def failed_count() -> int:
    """How many jobs somebody must look at."""
    return _failed().count()


@needs("jobs.manage")
@reads
def jobs(request: LinliRequest) -> HttpResponse:
    """How much waits, whether workers live, and the jobs that failed, the oldest first."""
    now = clock.now()
    found = rows_after(_failed(), ("id",), cursor=request.GET.get("cursor", ""), limit=ROWS)
    context = {
        "figures": _figures(now),
        "rows": _rows(found.items),
        "first_url": "?" if request.GET.get("cursor") else "",
        "next_url": f"?cursor={found.next}" if found.next else "",
    }
    return page(request, "jobs.html", context)


def _figures(now: datetime) -> list[Figure]:
    due = Q(scheduled_at=None) | Q(scheduled_at__lte=now)
    counts = ProcrastinateJob.objects.aggregate(
        due=Count("id", filter=Q(status="todo") & due),
        later=Count("id", filter=Q(status="todo") & ~due),
        running=Count("id", filter=Q(status="doing")),
        failed=Count("id", filter=Q(status="failed")),
    )
    alive = ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - SILENT).count()
    told = (
        (_("Waiting now"), counts["due"], _("due and not yet begun")),
        (_("Planned"), counts["later"], _("for a later moment, retries among them")),
        (_("Running"), counts["running"], _("begun by a worker")),
        (_("Failed"), counts["failed"], _("given up after every retry")),
        (_("Workers alive"), alive, _("heard from within a minute")),
    )
    return [Figure(name, value, definition=words) for name, value, words in told]


def _rows(found: Iterable[ProcrastinateJob]) -> list[JobRow]:
    found = list(found)
    last = ProcrastinateEvent.objects.filter(job__in=[one.id for one in found], type="failed")
    at = dict(last.values("job").annotate(at=Max("at")).values_list("job", "at"))
    return [
        JobRow(one.id, one.task_name, _about(one.task_name), one.attempts, at.get(one.id))
        for one in found
    ]


def _about(task: str) -> str:
    """The story of a flow, as its file tells it; "" for what the house does for itself."""
    flow = events.FLOWS.get(task)
    return (flow.run.__doc__ or "").strip() if flow else ""


@needs("jobs.manage")
@writes
@transaction.atomic
def retry_job(request: LinliRequest, job_id: int) -> HttpResponse:
    """Let a failed job run once more; one that meanwhile runs or is done is not there."""
    if not _failed().filter(id=job_id).exists():
        raise NotFound
    now = clock.now()
    app.job_manager.retry_job_by_id(job_id, retry_at=now)
    note("jobs.retry", Ref("job", UUID(int=job_id)), by=request.actor, at=now)
    messages.success(request, _("Handed out again. It runs within a few seconds."))
    return redirect("jobs")
