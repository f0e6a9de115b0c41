"""What runs by the clock: every night the terms that are over are ended."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from linli.ground.privacy.queries import RUN_HOUR, RUN_MINUTE
from linli.ground.privacy.services.forgetting import begin_run, go_on
from linli.ground.privacy.services.keys import RESEAL, reseal
from linli.kernel import clock
from linli.kernel.actor import CLOCK
from linli.kernel.events import later

GO_ON = "privacy.go_on"
# One job is one bounded piece of the run; the next piece is a job of its own.
SECONDS = 45.0


@app.periodic(cron=f"{RUN_MINUTE} {RUN_HOUR} * * *")
@app.task(name="privacy.end_terms", queue="clocks", queueing_lock="privacy.end_terms")
def end_terms_each_night(timestamp: int) -> None:  # noqa: ARG001 - when it was planned
    """Every night, begin to forget what has been kept long enough."""
    later(GO_ON, run_id=begin_run(by=CLOCK, at=clock.now()).id)


@app.task(name=GO_ON, queue="flows", lock=GO_ON)
def go_on_with_run(run_id: str) -> None:
    """Forget for a while, and leave the rest to a job of its own."""
    if not go_on(UUID(run_id), seconds=SECONDS, by=CLOCK, at=clock.now()):
        later(GO_ON, run_id=run_id)


@app.task(name=RESEAL, queue="flows", lock=RESEAL)
def seal_anew(purpose: str) -> None:
    """Seal for a while, and leave the rest to a job of its own."""
    if not reseal(purpose, seconds=SECONDS):
        later(RESEAL, purpose=purpose)
