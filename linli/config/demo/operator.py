"""Who fills the demo: the person at the machine, who may set up everything and reads no matter."""

from __future__ import annotations

from typing import Final

from linli.kernel.actor import Actor, Grant
from linli.kernel.ids import uuid7

_MAY: Final = (
    "territory.import",
    "territory.publish",
    "people.manage",
    "accounts.manage",
)
_SEAT: Final = uuid7()
OPERATOR: Final = Actor(
    kind="person",
    name="operator",
    grants=tuple(Grant(permission, "area", "", _SEAT) for permission in _MAY),
)
