"""Puts a pack's territory section into its table."""

from __future__ import annotations

from datetime import datetime

from linli.ground.territory.models import Scheme
from linli.ground.territory.spec import TerritorySpec


def install_territory(spec: TerritorySpec, *, at: datetime) -> None:
    """Name the scheme whose digits are the paths, and the sizes a grid should have."""
    Scheme.objects.update_or_create(
        id=1,
        defaults={
            "name": spec.scheme,
            "grid_sizes": {kind: size.model_dump() for kind, size in spec.grid_sizes.items()},
            "installed_at": at,
        },
    )
