"""What everybody may read: settled matters without persons and doors, and who does what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linli.domains.matters import queries
from linli.domains.matters.rules import blurred, days_between
from linli.ground.territory.queries import GRID
from linli.kernel.errors import _

if TYPE_CHECKING:
    from linli.domains.matters.models import Matter, MatterClass
    from linli.ground.territory.models import Area

DUTIES = ("street", "committee")


def public_view(matter: Matter) -> dict[str, object]:
    """A published matter as everybody may see it: public text, area, a blurred point."""
    assert matter.published_at is not None
    days = round(days_between(matter.work.opened_at, matter.published_at))
    point = None
    if matter.lng is not None and matter.lat is not None:
        point = blurred(matter.lng, matter.lat)
    return {
        "number": matter.number,
        "title": queries.title_of(matter.matter_class),
        "area": area_words(matter.area),
        "text": matter.public_text,
        "published_at": matter.published_at,
        "took": str(_("{days} days")).format(days=days) if days > 1 else _("within a day"),
        "point": point,
    }


def area_words(area: Area) -> str:
    """A grid is called by a number that means nothing without its community."""
    above = area.parent
    return f"{above.name} {area.name}" if area.level == GRID and above else area.name


@dataclass(frozen=True, slots=True)
class Item:
    """One class of matters on the list of who does what."""

    code: str
    title: str
    basis: str


@dataclass(frozen=True, slots=True)
class Side:
    """All that one side answers for, by major class."""

    key: str
    groups: list[tuple[str, list[Item]]]

    @property
    def count(self) -> int:
        return sum(len(items) for _major, items in self.groups)


def sides_of(classes: Iterable[MatterClass], *, wanted: str) -> list[Side]:
    """The street's work and the residents' committee's own, narrowed to some words."""
    found = [c for c in classes if wanted.casefold() in _words_of(c)]
    sides = []
    for duty in DUTIES:
        groups: dict[str, list[Item]] = {}
        for c in (c for c in found if c.duty == duty):
            item = Item(c.code, queries.title_of(c), c.basis)
            groups.setdefault(queries.in_language(c.major_zh, c.major_en), []).append(item)
        sides.append(Side(duty, list(groups.items())))
    return sides


def _words_of(c: MatterClass) -> str:
    return f"{c.title_zh} {c.title_en} {c.major_zh} {c.major_en}".casefold()
