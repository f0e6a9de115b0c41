"""What every channel promises, and what can become of a sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol, runtime_checkable

Reaches = Literal["phone", "email", "wecom", "dingtalk"]


Arrival = Literal["delivered", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a line, a text, and a number the provider may know it by."""

    title: str
    text: str
    id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try.

    `later` only when it surely did not go: then it is tried again. `uncertain` when it may have
    gone: then nobody but a person sends it again.
    """

    state: Literal["sent", "refused", "later", "uncertain"]
    answer: str = ""
    provider_id: str = ""
    wait: timedelta | None = None
    is_channels_fault: bool = False


class Channel(Protocol):
    """One way out of the house."""

    reaches: Reaches

    def send(self, message: Message, *, to: str) -> Outcome:
        """Try once, within seconds, and say what became of it; never raise for the network."""
        ...


@runtime_checkable
class TellsArrival(Protocol):
    """A channel whose provider can be asked afterwards what became of a message."""

    def arrived(self, provider_id: str, *, to: str) -> Arrival:
        """What the provider knows by now; never raise for the network."""
        ...


def unreachable(reason: str) -> Outcome:
    """Nobody was there: it did not go, and it is the channel's fault."""
    return Outcome("later", reason, is_channels_fault=True)


def unanswered(reason: str) -> Outcome:
    """It was handed over and nothing that can be understood came back."""
    return Outcome("uncertain", reason, is_channels_fault=True)


def busy(answer: str, wait: timedelta = timedelta(minutes=1)) -> Outcome:
    """The provider took too many for now and said so: it did not go."""
    return Outcome("later", answer, wait=wait, is_channels_fault=True)
