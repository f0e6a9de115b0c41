"""What matters tell the house."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from linli.kernel.events import Event


@dataclass(frozen=True, slots=True)
class MatterReported(Event):
    """A matter came in."""

    matter_id: UUID


@dataclass(frozen=True, slots=True)
class MatterArchived(Event):
    """A matter came to its end and is struck off."""

    matter_id: UUID
