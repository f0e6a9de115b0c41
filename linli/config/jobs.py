"""Puts jobs, flows and the queue together, once, when the house starts."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pkgutil import iter_modules

from procrastinate import App, JobContext, RetryStrategy

import linli.flows
from linli.kernel import events

# A full disk or a database that is away is mended within days; after that somebody must look.
# Waits of three seconds, nine, ... the last of two days.
AGAIN = RetryStrategy(max_attempts=11, exponential_wait=3)


def put_together(app: App) -> None:
    """Give every flow a job of its own, and let services write jobs on their own connection."""
    for module in iter_modules(linli.flows.__path__, "linli.flows."):
        import_module(module.name)
    for flow in events.FLOWS.values():
        app.task(name=flow.name, queue="flows", retry=AGAIN)(partial(_run, flow))
    left = app.task(
        name="house.take_up_what_was_left",
        queue="clocks",
        queueing_lock="house.take_up_what_was_left",
        pass_context=True,
    )(take_up_what_was_left)
    app.periodic(cron="* * * * *")(left)
    events.defer_with(partial(_defer, app))


async def take_up_what_was_left(
    context: JobContext,
    timestamp: int,  # noqa: ARG001 - when it was planned
) -> None:
    """Every minute, hand out again the flows of a worker that was killed over them.

    Only flows, which may run twice: what runs by the clock is planned anew each minute anyway.
    """
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(queue="flows"):
        await jobs.retry_job(job)


def _run(flow: events.Flow, **arguments: str) -> None:
    flow.run(events.revive(flow.event, arguments))


def _defer(app: App, name: str, arguments: dict[str, str]) -> None:
    app.configure_task(name, allow_unknown=False).defer(**arguments)
