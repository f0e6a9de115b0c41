"""What seals the trail, and what looks it through each week.

The sealer is a thread of the worker: a job a second would be 86,400 rows a day.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from threading import Event

from django.conf import settings
from django.db import Error, connection
from procrastinate.contrib.django import app

from linli.ground.audit import services
from linli.ground.audit.rules.reads import week_of
from linli.kernel import clock
from linli.kernel.actor import CLOCK

SECOND = 1.0
logger = logging.getLogger("linli.audit")


def seal_each_second(stop: Event) -> None:
    """Seal until told to stop; each hour the head is kept in a file, each day in the log too.

    A database that is away is asked again: nothing is lost, the tail grows meanwhile.
    """
    told: datetime | None = None
    while not stop.wait(SECOND):
        try:
            while services.seal_entries():
                pass
            told = _tell(told, clock.local(clock.now()))
        except (Error, OSError) as error:
            logger.warning("nothing was sealed", extra={"kind": type(error).__name__})
        finally:
            connection.close()


def _tell(told: datetime | None, at: datetime) -> datetime:
    """Keep the head when an hour has begun since it was last told."""
    if told is not None and (told.date(), told.hour) == (at.date(), at.hour):
        return told
    head = services.keep_head(settings.HEADS_FILE, at=at)
    if told is None or told.date() != at.date():
        logger.info("the trail's head is %s", head)
    return at


@app.periodic(cron="40 22 * * 0")
@app.task(name="audit.note_odd_reads", queue="clocks", queueing_lock="audit.note_odd_reads")
def note_odd_reads_each_week(timestamp: int) -> None:
    """Before work begins on Monday, look through the week that has ended."""
    ended = week_of(clock.local(datetime.fromtimestamp(timestamp, UTC) + timedelta(hours=6)))
    services.note_odd_reads(begins=ended - timedelta(days=7), by=CLOCK, at=clock.now())
