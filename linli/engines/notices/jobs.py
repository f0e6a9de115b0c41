"""What gets notices out of the house."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from linli.engines.notices.services import delivering
from linli.kernel import clock
from linli.kernel.actor import CLOCK


@app.periodic(cron="* * * * *")
@app.task(
    name="notices.send", queue="notices", queueing_lock="notices.send", lock="notices.send"
)
def send_each_minute(timestamp: int) -> None:  # noqa: ARG001 - when it was planned
    """Every minute, send what may be sent."""
    delivering.plan_sendings(by=CLOCK, at=clock.now())
    delivering.send_waiting(by=CLOCK, at=clock.now())


@app.task(name="notices.send_one", queue="notices")
def send_one(dispatch_id: str) -> None:
    """A test: now, and by itself."""
    delivering.send_one(UUID(dispatch_id), by=CLOCK, at=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="notices.arrivals", queue="notices", queueing_lock="notices.arrivals")
def ask_for_arrivals_every_ten_minutes(timestamp: int) -> None:  # noqa: ARG001 - when it was planned
    """Every ten minutes, ask what became of what was sent."""
    delivering.ask_for_arrivals(by=CLOCK, at=clock.now())
