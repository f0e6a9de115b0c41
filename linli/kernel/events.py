"""What happened, told to the house: a flow listens by name and runs as a job in its own time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, get_type_hints
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """The base of every event: frozen, ids only, never content."""

    at: datetime


EventT = TypeVar("EventT", bound=Event)
Reaction = Callable[[EventT], None]


class Deferrer(Protocol):
    """Whatever writes a job row on the caller's own connection."""

    def __call__(self, name: str, arguments: dict[str, str]) -> None: ...


_reactions: dict[type[Event], list[str]] = defaultdict(list)
_defer: list[Deferrer] = []


def defer_with(deferrer: Deferrer) -> None:
    """Name the job queue, once, when the house is put together."""
    _defer[:] = [deferrer]


def later(name: str, **arguments: object) -> None:
    """Start a named job when the present transaction commits; it vanishes with a rollback."""
    _defer[0](name, {key: _plain(value) for key, value in arguments.items()})


@dataclass(frozen=True, slots=True)
class Flow:
    """A function that runs, as a job of this name, whenever the event has happened."""

    name: str
    event: type[Event]
    run: Callable[[Any], None]


FLOWS: dict[str, Flow] = {}


def on(event: type[EventT]) -> Callable[[Reaction[EventT]], Reaction[EventT]]:
    """Let the function run, as a job, for every event of this type."""

    def register(run: Reaction[EventT]) -> Reaction[EventT]:
        name = f"{run.__module__.removeprefix('linli.')}.{run.__name__}"
        FLOWS[name] = Flow(name, event, run)
        _reactions[event].append(name)
        return run

    return register


def publish(event: Event) -> None:
    """Tell the house; an event nobody listens to writes no job."""
    for job in _reactions[type(event)]:
        later(job, **asdict(event))


def revive(event: type[EventT], arguments: dict[str, str]) -> EventT:
    """The event as it was, from a job's arguments."""
    hints = get_type_hints(event)
    typed: dict[str, Any] = {key: _typed(hints[key], arguments[key]) for key in arguments}
    return event(**typed)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _typed(kind: Any, value: str) -> object:
    if kind is datetime:
        return datetime.fromisoformat(value)
    return UUID(value) if kind is UUID else kind(value)
