from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from linli.engines.workflow.rules.clocks import Limit, LimitUnreadable
from linli.outer.packs.rules.faults import Fault, dotted, say, shown
from linli.outer.packs.rules.merge import Source


@dataclass(frozen=True, slots=True)
class Places:
    """Knows in which file every value of the pack was written."""

    sections: Mapping[str, Source]

    def fault(self, section: str, *place: str | int, found: object, expected: object) -> Fault:
        """The fault at this place of a section."""
        source = self.sections[section]
        key = dotted(source.data, place)
        return Fault(source.file_of(place), key, shown(found), say(str(expected)))

    def limit_faults(self, section: str, *place: str | int, limit: str) -> list[Fault]:
        """Nothing, or that nobody can count this limit."""
        try:
            Limit.parse(limit)
        except LimitUnreadable as refusal:
            expected = refusal.values["expected"]
            return [self.fault(section, *place, found=limit, expected=expected)]
        return []
