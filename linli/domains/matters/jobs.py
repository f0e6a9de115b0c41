"""What runs by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.domains.matters.services.clocks import run_clocks
from linli.domains.matters.services.telling import tell_near_due
from linli.kernel import clock
from linli.kernel.actor import CLOCK


@app.periodic(cron="* * * * *")
@app.task(name="matters.run_clocks", queue="clocks", queueing_lock="matters.run_clocks")
def run_clocks_each_minute(timestamp: int) -> None:  # noqa: ARG001 - when it was planned
    """Every minute, take the steps whose time has come."""
    run_clocks(by=CLOCK, at=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="matters.near_due", queue="clocks", queueing_lock="matters.near_due")
def tell_near_due_every_ten_minutes(timestamp: int) -> None:  # noqa: ARG001 - when it was planned
    """Every ten minutes, remind posts of what is nearly due."""
    tell_near_due(by=CLOCK, at=clock.now())
