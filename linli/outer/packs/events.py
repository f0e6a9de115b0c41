from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from linli.kernel.events import Event


@dataclass(frozen=True, slots=True)
class PackInstalled(Event):
    """Another way of working is in force; new work begins with it."""

    installed_id: UUID
