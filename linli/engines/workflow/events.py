"""What loops tell the house."""

from __future__ import annotations

from dataclasses import dataclass

from linli.kernel.events import Event


@dataclass(frozen=True, slots=True)
class AlarmsSounded(Event):
    """The clock warned owners or told the tree: all alarms that bear this very time."""
