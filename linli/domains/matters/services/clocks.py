"""What the clock does by itself: press what is late, close what has waited long enough."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.domains.matters.services.moving import Answered, move_matter
from linli.engines.workflow.queries import clock_move_due
from linli.engines.workflow.services import put_off_clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.ids import uuid7

log = logging.getLogger("linli.clocks")
AT_ONCE = 500
LATER = timedelta(hours=1)


def run_clocks(*, by: Actor, at: datetime) -> int:
    """Take every step that belongs to the clock and whose time has come; return how many.

    Each matter moves in a transaction of its own, so one that is refused (mostly because somebody
    moved it this very moment) holds up no other: it is asked again an hour later.
    """
    moved = 0
    for matter in queries.waiting_for_the_clock(at=at)[:AT_ONCE]:
        key = clock_move_due(matter.work, facts=queries.facts_about(matter), at=at)
        if key is not None and _try(matter, key, by=by, at=at):
            moved += 1
        else:
            put_off_clock(matter.work, until=at + LATER)
    return moved


def _try(matter: Matter, key: str, *, by: Actor, at: datetime) -> bool:
    try:
        move_matter(
            matter,
            key=key,
            answered=Answered(),
            by=by,
            at=at,
            seen_version=matter.work.version,
            request_id=uuid7(),
        )
    except Refusal as refusal:
        log.info("the clock was refused", extra={"reason": refusal.code})
        return False
    return True
