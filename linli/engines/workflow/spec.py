"""A workflow as a pack writes it: states, and the moves between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from linli.engines.notices.spec import Kind
from linli.kernel.errors import _
from linli.kernel.spec import Key, Spec, SpecError, Text

Phase = Literal[
    "new",
    "triage",
    "with_unit",
    "waiting_reporter",
    "on_hold",
    "check",
    "feedback",
    "done",
    "void",
]
ENDED: Final[frozenset[Phase]] = frozenset({"done", "void"})
OPEN: Final[tuple[Phase, ...]] = (
    "new",
    "triage",
    "with_unit",
    "waiting_reporter",
    "on_hold",
    "check",
    "feedback",
)

Need = Literal[
    "units",
    "reason",
    "question",
    "reply",
    "matter_class",
    "filing_condition",
    "unit",
    "note",
    "result",
    "photos",
    "answer",
    "score",
    "public_text",
]

OWNER: Final = "owner"
REPORTER: Final = "reporter"
CLOCK: Final = "clock"
UNIT: Final = "unit"
STAYS: Final = "stays"
OF_THE_CLASS: Final = "class"
# What `when` may ask of the work's own course: how often a unit gave it back.
RETURNED: Final = ("never_returned", "returned_once", "returned_twice")
NOT_ROLES: Final = frozenset({OWNER, REPORTER, CLOCK, UNIT, STAYS})

NOTICES: dict[str, Kind] = {
    "calendar_ends": Kind(
        Text(zh="工作日历即将到期", en="The working calendar ends soon"),
        "post",
        frozenset({"day", "days"}),
    ),
}

Count = Literal["return", "hold", "extension"]
UnitClock = Literal["stops", "runs", "pauses"]

LimitText = Annotated[str, StringConstraints(pattern=r"^(class|immediate|\d{1,4} [a-z_]+)$")]


class Move(Spec):
    """A way out of a state: who may take it, what it needs, where it leads.

    `within` closes it so long after the state began, `before_due` when its limit has passed, and
    `up_to` once so many returns, holds or extensions were counted; `counts` says that this move is
    one. `extends` gives the unit its original limit once more.
    """

    key: Key
    title: Text
    to: Key
    by: tuple[Key, ...] = Field(min_length=1)
    needs: tuple[Need, ...] = ()
    when: tuple[Key, ...] = ()
    step: Annotated[int, Field(ge=1, le=20)] | None = None
    after: LimitText | None = None
    within: LimitText | None = None
    before_due: bool = False
    counts: Count | None = None
    up_to: dict[Count, Annotated[int, Field(ge=1, le=9)]] = {}
    extends: bool = False
    another_than_handler: bool = False

    @property
    def roles(self) -> frozenset[str]:
        """The posts that may take it, without the reporter, the clock and the owner."""
        return frozenset(self.by) - NOT_ROLES

    @model_validator(mode="after")
    def _clock_knows_when(self) -> Self:
        if (CLOCK in self.by) != (self.after is not None):
            found = str(self.after or "nothing")
            raise SpecError("after", found, _("it where `by` names the clock, and only there"))
        return self


class Escalation(Spec):
    """Whom the clock tells, so long after the limit has passed."""

    after: LimitText
    to: Key


class State(Spec):
    """Where work stands, who owns it there, and until when.

    `unit_clock` says what becomes of the handling unit's own clock here: it ends, runs on, or is
    paused until the work comes back to the unit. `warn` is how long before its end the owner is
    warned, `escalate` whom the clock tells afterwards, one after the other, up the tree.
    """

    title: Text
    phase: Phase
    owner: tuple[Key, ...] = ()
    step: Annotated[int, Field(ge=1, le=20)] | None = None
    limit: LimitText | None = None
    unit_clock: UnitClock = "stops"
    warn: LimitText | None = None
    escalate: tuple[Escalation, ...] = ()
    resident: Text
    moves: tuple[Move, ...] = ()

    @property
    def ended(self) -> bool:
        return self.phase in ENDED

    @model_validator(mode="after")
    def _has_owner_and_limit(self) -> Self:
        """Every wait has an owner and a limit; an end has neither."""
        if self.ended and (self.owner or self.limit):
            has = "owner" if self.owner else "limit"
            raise SpecError(has, "one", _("no `owner` and no `limit` where work has ended"))
        if self.ended and (self.warn or self.escalate):
            has = "warn" if self.warn else "escalate"
            raise SpecError(has, "one", _("nothing to be late with where work has ended"))
        if not self.ended and not (self.owner and self.limit):
            lacks = "limit" if self.owner else "owner"
            raise SpecError(lacks, "nothing", _("an owner and a limit wherever work waits"))
        return self


class Step(Spec):
    """One numbered step of the method, as people know it."""

    number: int = Field(ge=1, le=20)
    title: Text


class Workflow(Spec):
    """A whole loop: every state can be reached and leads to an end."""

    title: Text
    basis: str = Field(min_length=1, max_length=300)
    start: Key
    resident_limit: LimitText
    steps: tuple[Step, ...] = ()
    states: dict[Key, State]

    def moves(self) -> Iterator[tuple[str, Move]]:
        """Every move with the state it leaves."""
        for name, state in self.states.items():
            for move in state.moves:
                yield name, move

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Every move leads to a state, every state can be reached, every path can end."""
        names = ", ".join(self.states)
        if self.start not in self.states:
            raise SpecError("start", self.start, names)
        for state, move in self.moves():
            if move.to not in self.states:
                raise SpecError(f"states.{state}.moves[{move.key}].to", move.to, names)
        if lost := self.states.keys() - self._reached():
            raise SpecError(f"states.{min(lost)}", min(lost), _("a move that leads to it"))
        if endless := self.states.keys() - self._ending():
            raise SpecError(
                f"states.{min(endless)}", min(endless), _("a way to an end from it")
            )
        return self

    @model_validator(mode="after")
    def _keys_are_plain(self) -> Self:
        """Two moves of one key in one state must be told apart by `when`."""
        for name, state in self.states.items():
            told = [(move.key, move.when) for move in state.moves]
            if len(told) != len(set(told)):
                twice = next(key for key, when in told if told.count((key, when)) > 1)
                expected = _("moves of one key to differ in `when`")
                raise SpecError(f"states.{name}.moves[{twice}]", twice, expected)
        return self

    def _reached(self) -> set[str]:
        found, ahead = {self.start}, [self.start]
        while ahead:
            state = self.states[ahead.pop()]
            new = {move.to for move in state.moves} - found
            found |= new
            ahead += sorted(new)
        return found

    def _ending(self) -> set[str]:
        ending = {name for name, state in self.states.items() if state.ended}
        while more := {
            name
            for name, state in self.states.items()
            if name not in ending and any(move.to in ending for move in state.moves)
        }:
            ending |= more
        return ending


class Calendar(Spec):
    """Working hours and the days that differ from the week, for the years published."""

    title: Text
    basis: str = Field(min_length=1, max_length=300)
    timezone: str
    hours: tuple[tuple[str, str], ...] = Field(min_length=1)
    first_day: str
    last_day: str
    holidays: tuple[str, ...]
    make_up_days: tuple[str, ...]
    sources: dict[Annotated[str, StringConstraints(pattern=r"^\d{4}$")], str] = {}
