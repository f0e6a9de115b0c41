"""Choosing a post: plain decisions over what is already read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that might own a piece of work."""

    post_id: UUID
    role: str
    area_path: str
    is_held: bool


def closest_post(roles: Sequence[str], candidates: Iterable[Candidate]) -> Candidate | None:
    """A held post before a hole, an earlier role before a later one, the smaller area before the larger.

    Work given to a seat nobody sits in would lie there; it goes to the next one that is held.
    """
    return min(
        (c for c in candidates if c.role in roles),
        key=lambda c: (not c.is_held, roles.index(c.role), -len(c.area_path), c.post_id.int),
        default=None,
    )
