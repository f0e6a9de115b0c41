"""Who acts, and on which ground: built once per request, passed as `by=` and `seen_by=`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from linli.kernel.errors import Forbidden

Scope = Literal["area", "assigned", "own"]


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission as one post gives it: over an area, over what is assigned, or over one's own."""

    permission: str
    scope: Scope
    area_path: str
    post_id: UUID
    organisation_id: UUID | None = None

    def covers(self, area_path: str) -> bool:
        """Only the area scope opens records by place alone."""
        return self.scope == "area" and area_path.startswith(self.area_path)


@dataclass(frozen=True, slots=True)
class Seat:
    """A post the actor holds now."""

    post_id: UUID
    role: str
    name: str
    area_path: str
    organisation_id: UUID | None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in their posts, a program with a token, the clock, or an unnamed resident.

    Whoever is `looking` sees the house as a post does, and changes nothing.
    """

    kind: Literal["person", "token", "clock", "resident", "looking"]
    account_id: UUID | None = None
    name: str = ""
    seats: tuple[Seat, ...] = ()
    grants: tuple[Grant, ...] = ()

    @property
    def post_ids(self) -> frozenset[UUID]:
        return frozenset(seat.post_id for seat in self.seats)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(seat.role for seat in self.seats)

    @property
    def organisation_ids(self) -> frozenset[UUID]:
        return frozenset(s.organisation_id for s in self.seats if s.organisation_id)

    def grants_for(self, permission: str) -> tuple[Grant, ...]:
        """Every grant of this permission, whatever its scope."""
        return tuple(grant for grant in self.grants if grant.permission == permission)

    def may(self, permission: str, area_path: str | None = None) -> bool:
        """Whether any post gives the permission (here, when an area is named)."""
        grants = self.grants_for(permission)
        if area_path is None:
            return bool(grants)
        return any(grant.covers(area_path) for grant in grants)

    def require(self, permission: str, area_path: str | None = None) -> None:
        """Nothing, or Forbidden."""
        if not self.may(permission, area_path):
            raise Forbidden

    def seat_with(self, roles: Iterable[str], area_path: str) -> Seat | None:
        """The actor's closest seat of one of these roles whose area contains the place."""
        wanted = set(roles)
        fitting = [
            s for s in self.seats if s.role in wanted and area_path.startswith(s.area_path)
        ]
        return max(fitting, key=lambda s: len(s.area_path), default=None)


CLOCK = Actor(kind="clock", name="clock")
RESIDENT = Actor(kind="resident", name="resident")
