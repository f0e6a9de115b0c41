"""Coordinates: everything is kept in CGCS2000; what comes in another system is converted here.

Maps sold on the mainland shift every point by up to 700 m (GCJ-02), one of them by as much
again (BD-09). An unconverted point lands in another grid: an unknown system is refused, never
guessed. The usual one-step inverse leaves up to 2.4 m; the one here is iterated until it is
exact. CGCS2000 and WGS-84 differ by less than a phone can measure and count as the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from linli.kernel.errors import Invalid, _

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


class Crs(StrEnum):
    """The systems a point may come in."""

    CGCS2000 = "EPSG:4490"
    WGS84 = "EPSG:4326"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


class UnknownCrs(Invalid):
    """Nobody said which system the point is in, or it is one we cannot convert."""

    message = _("Unknown coordinate system: {found}. Expected one of: {expected}.")


class NoPosition(Invalid):
    """A device that has no fix sends nothing, not-a-number or 0/0."""

    message = _("This is not a position.")


class OutsideChina(Invalid):
    """A slip of the decimal point, swapped numbers, or projected metres."""

    message = _("This point does not lie in China.")


DECIMALS: Final = 7  # about one centimetre
WEST, SOUTH, EAST, NORTH = 73.0, 3.0, 136.0, 54.0

_SPELLINGS: Final = {
    "epsg4490": Crs.CGCS2000,
    "cgcs2000": Crs.CGCS2000,
    "epsg4326": Crs.WGS84,
    "wgs84": Crs.WGS84,
    "crs84": Crs.WGS84,
    "gcj02": Crs.GCJ02,
    "bd09": Crs.BD09,
    "bd09ll": Crs.BD09,
}


def parse_crs(text: str, *, field: str | None = None) -> Crs:
    """The system somebody named, in any of the usual spellings."""
    name = re.sub(r"^urn:ogc:def:crs:(ogc:[\d.]*:|(?=epsg))", "", text.strip().lower())
    known = _SPELLINGS.get(re.sub(r"[\s:_-]+", "", name))
    if known is None:
        expected = ", ".join(crs.value for crs in Crs)
        raise UnknownCrs(field, found=text[:60], expected=expected)
    return known


def to_cgcs2000(
    lng: float, lat: float, crs: Crs, *, field: str | None = None
) -> tuple[float, float]:
    """The point as it is kept: CGCS2000, seven decimals."""
    lngs, lats = to_cgcs2000_many([lng], [lat], crs, field=field)
    return float(lngs[0]), float(lats[0])


def to_cgcs2000_many(
    lngs: ArrayLike, lats: ArrayLike, crs: Crs, *, field: str | None = None
) -> Pair:
    """Many points at once; one that is no position, or lies abroad, refuses them all."""
    xs, ys = np.asarray(lngs, np.float64), np.asarray(lats, np.float64)
    _require_position(xs, ys, field)
    if forward := _FROM_WGS84.get(crs):
        xs, ys = _undo(forward, xs, ys)
    return xs.round(DECIMALS), ys.round(DECIMALS)


def from_cgcs2000(lng: float, lat: float, crs: Crs) -> tuple[float, float]:
    """A kept point in the system of somebody else's map."""
    xs, ys = np.array([lng]), np.array([lat])
    if forward := _FROM_WGS84.get(crs):
        xs, ys = forward(xs, ys)
    return float(xs[0]), float(ys[0])


def _require_position(xs: Floats, ys: Floats, field: str | None) -> None:
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()) or ((xs == 0) & (ys == 0)).any():
        raise NoPosition(field)
    if not ((xs >= WEST) & (xs <= EAST) & (ys >= SOUTH) & (ys <= NORTH)).all():
        raise OutsideChina(field)


def _undo(forward: Callable[[Floats, Floats], Pair], xs: Floats, ys: Floats) -> Pair:
    """The point the shift would have moved here: each round cuts the error a thousandfold."""
    guess_x, guess_y = xs, ys
    for _round in range(10):
        moved_x, moved_y = forward(guess_x, guess_y)
        off_x, off_y = moved_x - xs, moved_y - ys
        guess_x, guess_y = guess_x - off_x, guess_y - off_y
        if max(np.abs(off_x).max(initial=0), np.abs(off_y).max(initial=0)) < 1e-10:
            break
    return guess_x, guess_y


# The shift is defined on the Krasovsky ellipsoid, with no official publication: these are the
# constants of the formula in general use.
_AXIS: Final = 6_378_245.0
_ECCENTRICITY: Final = 0.00669342162296594323


def _wave(x: Floats, *terms: tuple[float, float]) -> Floats:
    """A sum of sines, amplitude and frequency each, by two thirds of a metre."""
    total = np.zeros_like(x)
    for amplitude, frequency in terms:
        total += amplitude * np.sin(frequency * np.pi * x)
    return total * 2 / 3


def _gcj02(lngs: Floats, lats: Floats) -> Pair:
    x, y = lngs - 105.0, lats - 35.0
    root, ripple = np.sqrt(np.abs(x)), _wave(x, (20, 6), (20, 2))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += _wave(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += _wave(x, (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30))
    latitude = np.radians(lats)
    squash = 1 - _ECCENTRICITY * np.sin(latitude) ** 2
    per_north = _AXIS * (1 - _ECCENTRICITY) / squash**1.5
    per_east = _AXIS / np.sqrt(squash) * np.cos(latitude)
    return lngs + np.degrees(east / per_east), lats + np.degrees(north / per_north)


def _bd09(lngs: Floats, lats: Floats) -> Pair:
    x, y = _gcj02(lngs, lats)
    turn = np.pi * 3000 / 180
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * turn)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * turn)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


_FROM_WGS84: Final = {Crs.GCJ02: _gcj02, Crs.BD09: _bd09}
