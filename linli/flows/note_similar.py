"""When a matter is reported, the open matters that look like it are noted beside it."""

from __future__ import annotations

from linli.domains.matters.events import MatterReported
from linli.domains.matters.services.reporting import remember_similar
from linli.kernel.events import on


@on(MatterReported)
def note_similar(event: MatterReported) -> None:
    remember_similar(event.matter_id)
