"""Which move is open to whom: decided from the workflow, the facts and where the actor stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from linli.engines.workflow.spec import CLOCK, OWNER, REPORTER, RETURNED, Move, Workflow
from linli.kernel.errors import Conflict, Forbidden, Invalid, _


class NoSuchMove(Conflict):
    """The state it stands in offers no such move; mostly because somebody moved it meanwhile."""

    message = _("This step is not open here any more. Look at the matter again.")


class NotYours(Forbidden):
    """The move is open, but to other posts."""

    message = _("This step belongs to another post.")


class HandledByYou(Forbidden):
    """Who handled it does not inspect it."""

    message = _("You handled this yourself; somebody else must check it.")


class OftenEnough(Conflict):
    """The pack says how often, and so often it was."""

    message = _("This may be done only so often, and it was.")


class TimeIsOver(Conflict):
    """The time in which this step could be taken has passed; silence was consent."""

    message = _("The time for this step is over.")


class Stale(Conflict):
    """The actor looked at an older state than the present one."""

    message = _("Somebody was faster: this has moved on since you opened it.")


class Evidence(Invalid):
    """The move needs something that was not given."""

    message = _("Please fill this in.")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an actor stands to one piece of work."""

    roles: frozenset[str] = frozenset()
    owns: bool = False
    reported: bool = False
    is_clock: bool = False
    handled: bool = False

    def may(self, move: Move) -> bool:
        """Whether one of the move's own names fits the actor."""
        return bool(
            (OWNER in move.by and self.owns)
            or (REPORTER in move.by and self.reported)
            or (CLOCK in move.by and self.is_clock)
            or (move.roles & self.roles)
        )


@dataclass(frozen=True, slots=True)
class Course:
    """What a work went through so far, as far as the pack counts it, and what time has closed."""

    returns: int = 0
    holds: int = 0
    extensions: int = 0
    late: bool = False
    expired: frozenset[str] = frozenset()

    def facts(self) -> frozenset[str]:
        """What `when` may ask of it."""
        return frozenset({RETURNED[min(self.returns, 2)]})

    def after(self, move: Move) -> Course:
        """The course with this move counted."""
        return replace(
            self,
            returns=self.returns + (move.counts == "return"),
            holds=self.holds + (move.counts == "hold"),
            extensions=self.extensions + (move.counts == "extension"),
        )

    def often_enough(self, move: Move) -> bool:
        """Whether the move was taken as often as it may be."""
        counted = {
            "return": self.returns,
            "hold": self.holds,
            "extension": self.extensions,
        }
        return any(counted[what] >= most for what, most in move.up_to.items())

    def too_late(self, move: Move) -> bool:
        """Whether the time for the move is over."""
        return move.key in self.expired or (move.before_due and self.late)


BEGINNING: Final = Course()


def open_moves(
    workflow: Workflow,
    state: str,
    *,
    facts: Collection[str],
    standing: Standing,
    course: Course = BEGINNING,
) -> list[Move]:
    """The moves this actor may take now, in the pack's order; none that would be refused."""
    known = {*facts, *course.facts()}
    return [
        move
        for move in workflow.states[state].moves
        if set(move.when) <= known
        and standing.may(move)
        and not (move.another_than_handler and standing.handled)
        and not course.often_enough(move)
        and not course.too_late(move)
    ]


def choose(
    workflow: Workflow,
    state: str,
    key: str,
    *,
    facts: Collection[str],
    standing: Standing,
    course: Course = BEGINNING,
) -> Move:
    """The move of this name as it applies now.

    Raises NoSuchMove, NotYours, HandledByYou, OftenEnough or TimeIsOver, in that order.
    """
    known = {*facts, *course.facts()}
    named = [
        move
        for move in workflow.states[state].moves
        if move.key == key and set(move.when) <= known
    ]
    if not named:
        raise NoSuchMove
    theirs = [move for move in named if standing.may(move)]
    if not theirs:
        raise NotYours
    if theirs[0].another_than_handler and standing.handled:
        raise HandledByYou
    if course.often_enough(theirs[0]):
        raise OftenEnough
    if course.too_late(theirs[0]):
        raise TimeIsOver
    return theirs[0]


def missing_needs(move: Move, given: Collection[str]) -> list[str]:
    """What the move needs and was not given, in the pack's order; photos are welcome, not needed."""
    return [need for need in move.needs if need != "photos" and need not in given]


def trusted_time(
    at: datetime, *, heard_at: datetime, last_contact: datetime
) -> tuple[datetime, bool]:
    """A phone's own time, unless it lies before its last contact or in the future: then ours, flagged."""
    if last_contact <= at <= heard_at + timedelta(seconds=5):
        return min(at, heard_at), False
    return heard_at, True
