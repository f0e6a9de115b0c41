"""What runs by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from linli.domains.matters.services.clocks import run_clocks
from linli.kernel import clock
from linli.kernel.actor import CLOCK


@app.periodic(cron="* * * * *")
@app.task(name="matters.run_clocks", queue="clocks", queueing_lock="matters.run_clocks")
def run_clocks_each_minute(timestamp: int) -> None:  # noqa: ARG001 - when it was planned
    """Every minute, take the steps whose time has come."""
    run_clocks(by=CLOCK, at=clock.now())
