"""The second gate: every name means something, every wait ends, every limit can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from linli.outer.packs.rules.merge import Source
from linli.outer.packs.rules.sense.about import about_faults
from linli.outer.packs.rules.sense.calendars import calendar_faults, calendar_warnings
from linli.outer.packs.rules.sense.classes import class_faults, class_warnings
from linli.outer.packs.rules.sense.forms import form_faults, form_warnings
from linli.outer.packs.rules.sense.notices import notice_faults, notice_warnings
from linli.outer.packs.rules.sense.places import Places
from linli.outer.packs.rules.sense.posts import post_faults
from linli.outer.packs.rules.sense.retention import retention_faults
from linli.outer.packs.rules.sense.workflows import workflow_faults

if TYPE_CHECKING:
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.spec import Pack

__all__ = ["sense_faults", "sense_warnings"]


def sense_faults(
    pack: Pack, sections: Mapping[str, Source], *, folder: str, today: date
) -> list[Fault]:
    """Everything that would fail once somebody works with the pack."""
    places = Places(sections)
    return [
        *about_faults(pack, places, folder=folder),
        *post_faults(pack, places),
        *retention_faults(pack, places),
        *calendar_faults(pack, places, today=today),
        *form_faults(pack, places),
        *class_faults(pack, places),
        *workflow_faults(pack, places),
        *notice_faults(pack, places),
    ]


def sense_warnings(pack: Pack, sections: Mapping[str, Source], *, today: date) -> list[Fault]:
    """What works now and deserves a look."""
    places = Places(sections)
    return [
        *calendar_warnings(pack, places, today=today),
        *form_warnings(pack, places),
        *class_warnings(pack, places),
        *notice_warnings(pack, places),
    ]
