"""What privacy tells the house."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from linli.kernel.events import Event


@dataclass(frozen=True, slots=True)
class TermsEnded(Event):
    """A run has gone through all terms."""

    run_id: UUID
