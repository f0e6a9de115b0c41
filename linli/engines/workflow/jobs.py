"""What runs by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.engines.workflow.services import sound_alarms, warn_of_calendars_end
from linli.kernel import clock
from linli.kernel.actor import CLOCK


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
