from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linli.outer.packs.rules.sense.places import Places

if TYPE_CHECKING:
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.spec import Pack


def about_faults(pack: Pack, places: Places, *, folder: str) -> Iterator[Fault]:
    """A pack is called as its folder, or nobody finds what another one extends."""
    if pack.about.name != folder:
        yield places.fault("pack", "name", found=pack.about.name, expected=folder)
