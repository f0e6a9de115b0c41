"""What seals the trail: a thread of the worker, because a job a second would be 86,400 rows a day."""

from __future__ import annotations

import logging
from datetime import datetime
from threading import Event

from django.conf import settings
from django.db import Error, connection

from linli.ground.audit import services
from linli.kernel import clock

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
