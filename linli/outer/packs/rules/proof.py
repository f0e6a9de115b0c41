"""The proof of a workflow: every way through it is walked, and a broken promise shows its way.

A way is a row of moves from the report on, taken by anybody the pack lets take them, for every
combination of facts. What is counted (returns, holds, extensions) and what must be remembered (a
chosen unit, a result nobody has inspected) belongs to where the way stands, so the walk is finite.
Explicit-state model checking, breadth first: the way that is shown is a shortest one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final

from linli.engines.workflow.rules.moves import BEGINNING, Course
from linli.engines.workflow.spec import CLOCK, REPORTER, RETURNED, UNIT
from linli.kernel.errors import _

if TYPE_CHECKING:
    from linli.engines.workflow.spec import Move, Workflow
    from linli.kernel.errors import StrOrPromise

# Of each pair one is the case; what a unit gave back is counted on the way.
EITHER_OR: Final = (
    ("sampled", "not_sampled"),
    ("self_found", "reported"),
    ("inspects", "inspects_not"),
    ("on_the_spot", ""),
)
_COUNTED: Final = 3


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a way stands: the state, and what of the way so far still matters."""

    state: str
    course: Course = BEGINNING
    unit_chosen: bool = False
    uninspected: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """One thing a workflow promises, on how many ways it was looked for, and a way that breaks it."""

    words: StrOrPromise
    looked_at: int
    broken: str = ""

    @property
    def holds(self) -> bool:
        """Whether no way breaks it."""
        return not self.broken


Ways = dict[Stand, tuple[Stand, str] | None]


def prove(workflow: Workflow) -> list[Promise]:
    """Every promise of a workflow, proved over all its ways or with a way that breaks it."""
    walks = [(facts, _walk(workflow, facts)) for facts in _combinations()]
    looked_at = sum(len(ways) for _facts, ways in walks)
    promises = (
        (_("every state can be reached"), _unreached(workflow, walks)),
        (_("every way ends, though the reporter never answers"), _endless(workflow, walks)),
        (_("every wait has an owner and a limit"), _unowned(workflow, walks)),
        (_("nobody's result is closed before another has inspected it"), _own(workflow, walks)),
        (_("no unit gives it back a third time"), _third(workflow, walks)),
        (_("the clock comes to rest"), _restless(workflow)),
    )
    return [Promise(words, looked_at, next(found, "")) for words, found in promises]


Walks = list[tuple[frozenset[str], Ways]]


def _combinations() -> Iterator[frozenset[str]]:
    for chosen in product(*EITHER_OR):
        yield frozenset(chosen) - {""}


def _walk(workflow: Workflow, facts: frozenset[str]) -> Ways:
    """Every standing these facts lead to, each with the step that led there first."""
    start = Stand(workflow.start)
    ways: Ways = {start: None}
    ahead = deque([start])
    while ahead:
        here = ahead.popleft()
        for move in _open(workflow, here, facts):
            there = _after(workflow, here, move)
            if there not in ways:
                ways[there] = (here, move.key)
                ahead.append(there)
    return ways


def _open(workflow: Workflow, here: Stand, facts: frozenset[str]) -> Iterator[Move]:
    known = facts | here.course.facts()
    for move in workflow.states[here.state].moves:
        if set(move.when) <= known and not here.course.often_enough(move):
            yield move


def _after(workflow: Workflow, here: Stand, move: Move) -> Stand:
    state = workflow.states[here.state]
    course = here.course.after(move)
    seen = move.another_than_handler and state.phase == "check"
    made = "result" in move.needs and "on_the_spot" not in move.when
    return Stand(
        move.to,
        # Counted no further than anything asks, or the walk would never end.
        replace(
            course,
            returns=min(course.returns, _COUNTED),
            holds=min(course.holds, _COUNTED),
            extensions=min(course.extensions, _COUNTED),
        ),
        here.unit_chosen or "unit" in move.needs,
        made or (here.uninspected and not seen),
    )


def _way_to(ways: Ways, there: Stand) -> str:
    """The way as a person follows it: reported, file, filed, route, with_unit …"""
    steps: list[str] = [there.state]
    at = there
    while step := ways[at]:
        at, key = step
        steps[:0] = [at.state, f"--{key}→"]
    return " ".join(steps)


def _unreached(workflow: Workflow, walks: Walks) -> Iterator[str]:
    reached = {here.state for _facts, ways in walks for here in ways}
    yield from sorted(workflow.states.keys() - reached)


def _endless(workflow: Workflow, walks: Walks) -> Iterator[str]:
    for facts, ways in walks:
        ending = {here for here in ways if workflow.states[here.state].ended}
        ahead = {
            here: {
                _after(workflow, here, move)
                for move in _open(workflow, here, facts)
                if set(move.by) != {REPORTER}
            }
            for here in ways
        }
        while more := {h for h in ways if h not in ending and ahead[h] & ending}:
            ending |= more
        stuck = [here for here in ways if here not in ending]
        yield from (_way_to(ways, here) for here in stuck)


def _unowned(workflow: Workflow, walks: Walks) -> Iterator[str]:
    for _facts, ways in walks:
        for here in ways:
            state = workflow.states[here.state]
            owned = bool(state.owner) and (UNIT not in state.owner or here.unit_chosen)
            if not state.ended and not (owned and state.limit):
                yield _way_to(ways, here)


def _own(workflow: Workflow, walks: Walks) -> Iterator[str]:
    for facts, ways in walks:
        if "inspects" in facts:
            for here in ways:
                if here.uninspected and workflow.states[here.state].phase == "done":
                    yield _way_to(ways, here)


def _third(workflow: Workflow, walks: Walks) -> Iterator[str]:
    for facts, ways in walks:
        for here in ways:
            if here.course.returns >= len(RETURNED) - 1 and any(
                move.counts == "return" for move in _open(workflow, here, facts)
            ):
                yield _way_to(ways, here)


def _restless(workflow: Workflow) -> Iterator[str]:
    """States the clock would lead round and round without any time passing."""
    at_once = {
        key: next((m.to for m in state.moves if CLOCK in m.by and m.after == "immediate"), None)
        for key, state in workflow.states.items()
    }
    for key in workflow.states:
        seen, at = [key], at_once[key]
        while at is not None and at not in seen:
            seen.append(at)
            at = at_once[at]
        if at is not None and at != seen[-1]:
            yield " → ".join([*seen, at])
