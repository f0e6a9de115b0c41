"""What runs batch by batch."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from linli.engines.workflow.services import recount_some
from linli.kernel import clock
from linli.kernel.actor import CLOCK


@app.task(name="workflow.recount", queue="flows")
def recount(recount_id: str, after: str) -> None:
    """Count the limits of some works again, after the calendar has changed."""
    recount_some(UUID(recount_id), after=UUID(after), by=CLOCK, at=clock.now())
