"""One flat system in metres for everything that is brought, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.kernel.crs import Crs, parse_crs, to_cgcs2000_many
from linli.solvers.zoning.refusals import MixedCrs, TooWide

METRES = "metres"  # already flat: a plan of the place itself, or a projection
WIDEST = 300_000.0  # metres; beyond, the flat system bends and it is not one town
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a point of CGCS2000; none for what came in metres."""

    longitude: float | None = None
    latitude: float = 0.0

    def to_metres(self, degrees: Floats) -> Floats:
        if self.longitude is None:
            return degrees
        origin = np.array([self.longitude, self.latitude])
        metres: Floats = (degrees - origin) * self._scale()
        return metres

    def to_degrees(self, shapes: Any) -> Any:
        """Shapes in CGCS2000, a tenth of a millimetre fine."""
        if self.longitude is None:
            return shapes
        origin, scale = np.array([self.longitude, self.latitude]), self._scale()
        return shapely.transform(shapes, lambda xy: (xy / scale + origin).round(9))

    def _scale(self) -> Floats:
        """Metres in a degree of longitude and of latitude, on the ellipsoid of 2000."""
        axis, squared = 6_378_137.0, 0.00669438002290
        latitude = np.radians(self.latitude)
        bend = 1 - squared * np.sin(latitude) ** 2
        east = axis * np.cos(latitude) / np.sqrt(bend)
        north = axis * (1 - squared) / bend**1.5
        return np.array([east, north], np.float64) * float(np.radians(1.0))


def one_system(names: Iterable[str]) -> Crs | None:
    """The system all layers are in, None for metres; refused when they differ."""
    found = {METRES if name == METRES else parse_crs(name, field="crs").value for name in names}
    flat = {Crs.WGS84.value: Crs.CGCS2000.value}  # the two count as one
    if len({flat.get(name, name) for name in found}) > 1:
        raise MixedCrs("crs", found=", ".join(sorted(found)))
    name = found.pop()
    return None if name == METRES else Crs(name)


def plane_of(points: Floats, crs: Crs | None) -> Plane:
    """A plane in the middle of these points, in their own system; refused when they lie far apart."""
    if crs is None:
        plane = Plane()
    else:
        longitudes, latitudes = to_cgcs2000_many(points[:, 0], points[:, 1], crs, field="crs")
        plane = Plane(float(np.median(longitudes)), float(np.median(latitudes)))
    flat = flattened(points, crs, plane)
    width = float(np.ptp(flat, axis=0).max())
    if width > WIDEST:
        raise TooWide("buildings", kilometres=round(width / 1000))
    return plane


def flattened(points: Floats, crs: Crs | None, plane: Plane) -> Floats:
    """Points of a system as metres of the plane."""
    if crs is None or not len(points):
        return points
    converted = to_cgcs2000_many(points[:, 0], points[:, 1], crs, field="crs")
    return plane.to_metres(np.column_stack(converted))


def flat_shapes(shapes: Any, crs: Crs | None, plane: Plane) -> Any:
    """Shapes of a system in metres of the plane."""
    return shapely.transform(shapes, lambda xy: flattened(xy, crs, plane))
