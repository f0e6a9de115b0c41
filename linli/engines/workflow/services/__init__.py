"""Writes of the workflow: begin, move, alarm, and count again when the calendar has changed."""

from linli.engines.workflow.services.alarming import sound_alarms
from linli.engines.workflow.services.beginning import Begun, begin_work
from linli.engines.workflow.services.calendars import warn_of_calendars_end
from linli.engines.workflow.services.moving import (
    Given,
    Made,
    forget_words,
    make_move,
    put_off_clock,
    take_step,
)
from linli.engines.workflow.services.recounting import BATCH, begin_recount, recount_some
from linli.engines.workflow.services.running import Running

__all__ = [
    "BATCH",
    "Begun",
    "Given",
    "Made",
    "Running",
    "begin_recount",
    "begin_work",
    "forget_words",
    "make_move",
    "put_off_clock",
    "recount_some",
    "sound_alarms",
    "take_step",
    "warn_of_calendars_end",
]
