"""What runs by the clock, and what runs batch by batch."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from linli.engines.workflow.services import (
    recount_some,
    sound_alarms,
    warn_of_calendars_end,
)
from linli.kernel import clock
from linli.kernel.actor import CLOCK


@app.task(name="workflow.recount", queue="flows")
def recount(recount_id: str, after: str) -> None:
    """Count the limits of some works again, after the calendar has changed."""
    recount_some(UUID(recount_id), after=UUID(after), by=CLOCK, at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="workflow.sound_alarms", queue="clocks", queueing_lock="workflow.sound_alarms")
def sound_alarms_each_minute(timestamp: int) -> None:  # noqa: ARG001 - when it was planned
    """Every minute, warn owners and tell the tree, until nothing is due."""
    while sound_alarms(by=CLOCK, at=clock.now()):
        pass


@app.periodic(cron="23 6 * * *")
@app.task(name="workflow.calendar_ends", queue="clocks", queueing_lock="workflow.calendar_ends")
def warn_each_morning(timestamp: int) -> None:  # noqa: ARG001 - when it was planned
    """Every morning, look whether the working calendar comes to its end."""
    warn_of_calendars_end(by=CLOCK, at=clock.now())
