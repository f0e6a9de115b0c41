"""Whether work is done: the worker, its jobs, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from linli.config.doctor.finding import Finding, fault, ok, remark
from linli.ground.audit.models import Entry
from linli.kernel import clock
from linli.kernel.errors import _

SILENT = timedelta(seconds=60)
SKEW = timedelta(seconds=5)
# The sealer comes every second; of a week, so that the look stays quick when the trail is long.
UNSEALED = """
    SELECT count(*) FROM audit_entry e
    WHERE heard_at BETWEEN now() - interval '7 days' AND now() - interval '10 min'
      AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)
"""
# Waiting longer than a worker's poll and a burst; running longer than any job of this house.
JOBS = """
    SELECT
        count(*) FILTER (WHERE status = 'failed'),
        count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, at) < now() - interval '10 min'),
        count(*) FILTER (WHERE status = 'doing' AND at < now() - interval '1 hour')
    FROM procrastinate_jobs
    LEFT JOIN LATERAL (
        SELECT max(at) AS at FROM procrastinate_events WHERE job_id = procrastinate_jobs.id
    ) AS last ON true
    WHERE status IN ('failed', 'todo', 'doing')
"""


def worker() -> Iterator[Finding]:
    """A worker was heard of within the last minute."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() - max(last_heartbeat) FROM procrastinate_workers")
        silent = cursor.fetchone()[0]
    if silent is None or silent > SILENT:
        yield fault(
            "worker",
            _("No worker runs: clocks stand still and nothing is sent."),
            _("Start it (linli worker, or systemctl start linli-worker) and read its log."),
        )
    else:
        yield ok("worker", _("A worker was heard of {seconds} s ago."), seconds=silent.seconds)


def jobs() -> Iterator[Finding]:
    """Nothing fails, waits or runs for too long."""
    with connection.cursor() as cursor:
        cursor.execute(JOBS)
        failed, late, stuck = cursor.fetchone()
    if failed:
        yield remark(
            "jobs",
            _("{count} jobs failed for good."),
            _("Read the worker's log for the reason; they are kept for a week."),
            count=failed,
        )
    if late:
        yield fault(
            "jobs",
            _("{count} jobs have waited for more than ten minutes."),
            _("Is a worker running, and is one enough?"),
            count=late,
        )
    if stuck:
        yield remark(
            "jobs",
            _("{count} jobs have run for more than an hour."),
            _("Restart the worker: what it was doing is taken up again."),
            count=stuck,
        )
    if not (failed or late or stuck):
        yield ok("jobs", _("No job fails, waits or hangs."))


def trail() -> Iterator[Finding]:
    """What was written ten minutes ago has its seal."""
    with connection.cursor() as cursor:
        cursor.execute(UNSEALED)
        (waiting,) = cursor.fetchone()
    if waiting:
        yield fault(
            "trail",
            _("{count} entries of the trail wait for their seal longer than ten minutes."),
            _("The worker seals: is it running? Then linli audit verify."),
            count=waiting,
        )
    else:
        yield ok("trail", _("The trail is sealed."))


def the_clock() -> Iterator[Finding]:
    """This machine, the database and what was written last agree on the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    here = clock.now()
    newest = Entry.objects.order_by("-heard_at").values_list("heard_at", flat=True).first()
    if abs(there - here) > SKEW:
        yield fault(
            "clock",
            _("The database's clock and ours differ by {seconds} s."),
            _("Let both machines keep time (chrony, systemd-timesyncd)."),
            seconds=round(abs((there - here).total_seconds())),
        )
    elif newest is not None and newest > here + SKEW:
        yield fault(
            "clock",
            _("Something was written at {at}, which is still to come: the clock went back."),
            _("Let the machine keep time (chrony, systemd-timesyncd)."),
            at=f"{clock.local(newest):%Y-%m-%d %H:%M}",
        )
    else:
        yield ok("clock", _("The clocks agree."))
