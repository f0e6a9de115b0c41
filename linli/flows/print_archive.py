"""When a matter comes to its end, its case part and its personal annex are printed and kept."""

from __future__ import annotations

from linli.domains.matters.events import MatterArchived
from linli.domains.matters.services.archiving import archive_matter
from linli.kernel.actor import CLOCK
from linli.kernel.events import on


@on(MatterArchived)
def print_archive(event: MatterArchived) -> None:
    archive_matter(event.matter_id, by=CLOCK, at=event.at)
