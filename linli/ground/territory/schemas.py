"""Areas for programs."""

from __future__ import annotations

from uuid import UUID

from ninja import Schema


class AreaOut(Schema):
    """An area; its path is its code in the installation's scheme."""

    id: UUID
    path: str
    level: int
    name: str
    kind: str


class GridAtOut(Schema):
    """The grid a point lies in; null outside every grid."""

    grid: AreaOut | None
    map_version: int | None
