from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Final

from linli.domains.matters.spec import FACTS
from linli.engines.workflow.spec import (
    CLOCK,
    NOT_ROLES,
    OF_THE_CLASS,
    OWNER,
    REPORTER,
    RETURNED,
    STAYS,
)
from linli.engines.workflow.spec import UNIT as THE_UNIT
from linli.kernel.errors import _
from linli.outer.packs.rules.faults import one_of
from linli.outer.packs.rules.sense.places import Places
from linli.outer.packs.rules.sense.posts import held_by

if TYPE_CHECKING:
    from linli.engines.workflow.spec import Move, State, Workflow
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.spec import Pack

_ACTORS: Final = frozenset({OWNER, REPORTER, CLOCK})
_SEATS: Final = frozenset({THE_UNIT, STAYS})
_PRESS: Final = "press"
# Of each pair exactly one is the case; what has no opposite may be the case or not.
_EITHER_OR: Final = (
    ("sampled", "not_sampled"),
    ("self_found", "reported"),
    ("inspects", "inspects_not"),
    ("on_the_spot", ""),
    RETURNED,
)


def workflow_faults(pack: Pack, places: Places) -> Iterator[Fault]:
    """Every post exists and may act, every limit counts, every kind of matter finds its end."""
    for name, workflow in pack.workflows.items():
        section = f"workflows/{name}"
        yield from _start_faults(workflow, places, section)
        yield from _step_faults(workflow, places, section)
        limit = workflow.resident_limit
        if limit != OF_THE_CLASS:
            yield from places.limit_faults(section, "resident_limit", limit=limit)
        for key, state in workflow.states.items():
            yield from _state_faults(pack, key, state, places, section)
            for at, move in enumerate(state.moves):
                yield from _move_faults(move, places, section, ("states", key, "moves", at))
                yield from _actor_faults(pack, state, at, places, section, key)
        yield from _stuck_faults(workflow, places, section)
        yield from _unchosen_faults(workflow, places, section)


def _start_faults(workflow: Workflow, places: Places, section: str) -> Iterator[Fault]:
    start, here = workflow.states[workflow.start], ("states", workflow.start)
    if start.phase != "new":
        yield places.fault(section, *here, "phase", found=start.phase, expected="new")
    if STAYS in start.owner:
        expected = _("roles, because nobody had it before")
        yield places.fault(section, *here, "owner", found=STAYS, expected=expected)


def _step_faults(workflow: Workflow, places: Places, section: str) -> Iterator[Fault]:
    numbers = [step.number for step in workflow.steps]
    for at, number in enumerate(numbers):
        if number in numbers[:at]:
            once = _("each number once")
            yield places.fault(section, "steps", at, "number", found=number, expected=once)
    expected = one_of(map(str, sorted(numbers)), near="")
    for key, state in workflow.states.items():
        if state.step is not None and state.step not in numbers:
            place = ("states", key, "step")
            yield places.fault(section, *place, found=state.step, expected=expected)
        for at, move in enumerate(state.moves):
            if move.step is not None and move.step not in numbers:
                where = ("states", key, "moves", at, "step")
                yield places.fault(section, *where, found=move.step, expected=expected)


def _state_faults(
    pack: Pack, key: str, state: State, places: Places, section: str
) -> Iterator[Fault]:
    here = ("states", key)
    if state.limit is not None and state.limit != OF_THE_CLASS:
        yield from places.limit_faults(section, *here, "limit", limit=state.limit)
    if len(state.owner) > 1 and _SEATS & set(state.owner):
        expected = _("`unit` or `stays` alone, or roles")
        found = ", ".join(state.owner)
        yield places.fault(section, *here, "owner", found=found, expected=expected)
    for at, owner in enumerate(state.owner):
        place = (*here, "owner", at)
        if owner not in pack.posts.roles and owner not in _SEATS:
            names = one_of({*pack.posts.roles, *_SEATS}, near=owner)
            yield places.fault(section, *place, found=owner, expected=names)
    yield from _alarm_faults(pack, key, state, places, section)
    clocks = [at for at, move in enumerate(state.moves) if CLOCK in move.by]
    for at in clocks[1:]:
        expected = _("one move by the clock in a state")
        place = (*here, "moves", at)
        yield places.fault(section, *place, "by", found=CLOCK, expected=expected)
    yield from _owner_right_faults(pack, key, state, places, section)


def _alarm_faults(
    pack: Pack, key: str, state: State, places: Places, section: str
) -> Iterator[Fault]:
    """Warnings and escalations count in limits of their own, and tell roles that exist."""
    here = ("states", key)
    if state.warn is not None:
        yield from places.limit_faults(section, *here, "warn", limit=state.warn)
    for at, told in enumerate(state.escalate):
        place = (*here, "escalate", at)
        yield from places.limit_faults(section, *place, "after", limit=told.after)
        if told.to not in pack.posts.roles:
            expected = one_of(pack.posts.roles, near=told.to)
            yield places.fault(section, *place, "to", found=told.to, expected=expected)


def _owner_right_faults(
    pack: Pack, key: str, state: State, places: Places, section: str
) -> Iterator[Fault]:
    """Who owns work must be able to act on it."""
    if not any(OWNER in move.by for move in state.moves):
        return
    if state.owner == (THE_UNIT,):
        owners = [name for name, role in pack.posts.roles.items() if role.unit]
        if not owners:
            expected = _("a role with `unit = true` in posts.toml")
            place = ("states", key, "owner")
            yield places.fault(section, *place, found=THE_UNIT, expected=expected)
    else:
        owners = [name for name in state.owner if name in pack.posts.roles]
    for name in owners:
        if "matters.handle" not in held_by(pack.posts.roles[name]):
            yield _without_right(places, name, "matters.handle", f"states.{key}.owner")


def _move_faults(
    move: Move, places: Places, section: str, here: tuple[str | int, ...]
) -> Iterator[Fault]:
    if move.after is not None and move.after != OF_THE_CLASS:
        yield from places.limit_faults(section, *here, "after", limit=move.after)
    if move.within is not None:
        yield from places.limit_faults(section, *here, "within", limit=move.within)
    for at, fact in enumerate(move.when):
        if fact not in FACTS:
            expected = one_of(FACTS, near=fact)
            yield places.fault(section, *here, "when", at, found=fact, expected=expected)


def _actor_faults(
    pack: Pack, state: State, number: int, places: Places, section: str, key: str
) -> Iterator[Fault]:
    """Whoever may take a move exists and holds the right to."""
    move, here = state.moves[number], ("states", key, "moves", number)
    for at, name in enumerate(move.by):
        place = (*here, "by", at)
        if name in pack.posts.roles:
            right = "matters.press" if move.key == _PRESS else "matters.handle"
            if right not in held_by(pack.posts.roles[name]):
                yield _without_right(places, name, right, f"{section} {move.key}")
        elif name not in _ACTORS:
            names = one_of({*pack.posts.roles, *_ACTORS}, near=name)
            yield places.fault(section, *place, found=name, expected=names)
    if state.ended and {OWNER, CLOCK} & set(move.by):
        expected = _("roles, because ended work has no owner and no clock")
        found = ", ".join(move.by)
        yield places.fault(section, *here, "by", found=found, expected=expected)


def _without_right(places: Places, role: str, right: str, where: str) -> Fault:
    expected = str(_("{right}, because the role acts in {where}"))
    expected = expected.format(right=right, where=where)
    return places.fault("posts", "roles", role, found=_("a role without it"), expected=expected)


def _stuck_faults(workflow: Workflow, places: Places, section: str) -> Iterator[Fault]:
    """Whatever the facts, and though the reporter never answers, every state can end."""
    told: set[str] = set()
    for choice in product(*_EITHER_OR):
        facts = frozenset(choice) - {""}
        for key in sorted(_stuck(workflow, facts) - told):
            told.add(key)
            expected = str(_("a way to an end, without the reporter, when: {facts}"))
            yield places.fault(
                section,
                "states",
                key,
                "moves",
                found=_("no way out"),
                expected=expected.format(facts=", ".join(sorted(facts))),
            )


def _stuck(workflow: Workflow, facts: frozenset[str]) -> set[str]:
    """The states these facts lead to that cannot reach an end, unless the reporter helps."""
    ahead = {
        key: {move.to for move in state.moves if set(move.when) <= facts}
        for key, state in workflow.states.items()
    }
    alone = {
        key: {
            move.to
            for move in state.moves
            if set(move.when) <= facts and set(move.by) != {REPORTER}
        }
        for key, state in workflow.states.items()
    }
    ending = {key for key, state in workflow.states.items() if state.ended}
    while more := {key for key in alone if key not in ending and alone[key] & ending}:
        ending |= more
    return _reached(ahead, workflow.start) - ending


def _reached(ahead: dict[str, set[str]], start: str) -> set[str]:
    found, edge = {start}, {start}
    while edge:
        edge = set().union(*(ahead[key] for key in edge)) - found
        found |= edge
    return found


def _unchosen_faults(workflow: Workflow, places: Places, section: str) -> Iterator[Fault]:
    """Nobody stands in a unit's state before a unit was chosen."""
    ahead = {
        key: {move.to for move in state.moves if "unit" not in move.needs}
        for key, state in workflow.states.items()
    }
    for key in sorted(_reached(ahead, workflow.start)):
        if THE_UNIT in workflow.states[key].owner:
            expected = _("that every way to it has a move that needs `unit`")
            place = ("states", key, "owner")
            yield places.fault(section, *place, found=THE_UNIT, expected=expected)


assert NOT_ROLES == _ACTORS | _SEATS, "a name in `by` or `owner` that is neither"
