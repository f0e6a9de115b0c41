"""Writes of the workflow: begin, move, and count again when the calendar has changed."""

from linli.engines.workflow.services.moving import (
    Begun,
    Given,
    Made,
    begin_work,
    make_move,
    put_off_clock,
    take_step,
)
from linli.engines.workflow.services.recounting import BATCH, begin_recount, recount_some

__all__ = [
    "BATCH",
    "Begun",
    "Given",
    "Made",
    "begin_recount",
    "begin_work",
    "make_move",
    "put_off_clock",
    "recount_some",
    "take_step",
]
