"""Reading drawn outlines: GeoJSON from any tool, taken over only when nothing is wrong with it.

First every outline by itself, then all those of one parent against each other. A slip names the
number of the feature, counted from one as people count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeGuard

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.ground.territory.rules.codes import NotAnAreaCode, parse_code
from linli.kernel.crs import (
    Crs,
    NoPosition,
    OutsideChina,
    UnknownCrs,
    parse_crs,
    to_cgcs2000_many,
)
from linli.kernel.errors import Invalid, TooLarge, _

Kind = Literal["basic", "dedicated"]
Json = Mapping[str, object]

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_FEATURES: Final = 20_000
MOST_POINTS: Final = 20_000
TOLERANCE_M: Final = 1.0
_METRES_PER_DEGREE: Final = 111_320.0
_KINDS: Final[Mapping[object, Kind]] = {
    None: "basic",
    "": "basic",
    "basic": "basic",
    "基础网格": "basic",
    "dedicated": "dedicated",
    "专属网格": "dedicated",
}


class OutlinesTooLarge(TooLarge):
    """More than anybody draws by hand."""

    message = _("The file is too large. At most {most} are taken at once.")


class NotGeoJson(Invalid):
    """The file itself cannot be read."""

    message = _("This is not a GeoJSON feature collection: {reason}")


class OutlineRefused(Invalid):
    """One outline, or one beside its neighbours, cannot be right."""

    message = _("Feature {feature} ({name}): {reason}")


@dataclass(frozen=True, slots=True)
class Outline:
    """One drawn area, in CGCS2000, with what its properties say of it."""

    feature: int
    code: str
    name: str
    kind: Kind
    shape: shapely.Geometry
    area_m2: float


def read_outlines(
    raw: bytes, *, crs: Crs | None = None, most_points: int = MOST_POINTS
) -> tuple[Outline, ...]:
    """Every outline of the file, each valid by itself.

    The system is the caller's word, else the file's `crs`, else WGS-84 as the standard says.
    """
    collection = _collection(raw)
    system = crs or _declared_crs(collection)
    features = collection.get("features")
    if not isinstance(features, list) or not features:
        raise NotGeoJson(reason=_("it holds no features."))
    if len(features) > MOST_FEATURES:
        raise OutlinesTooLarge(most=f"{MOST_FEATURES:,}")
    outlines = tuple(
        _outline(number, feature, system, most_points)
        for number, feature in enumerate(features, start=1)
    )
    _require_own_codes(outlines)
    return outlines


def check_siblings(
    outlines: Sequence[Outline],
    *,
    parent: shapely.Geometry | None = None,
    fills_parent: bool = True,
    tolerance_m: float = TOLERANCE_M,
) -> None:
    """Nothing, when the outlines of one parent leave no gap, do not overlap and lie inside it.

    Slivers narrower than the tolerance are drawing noise. A parent without an outline of its
    own is taken to be what the siblings cover, so that only holes between them are gaps.
    """
    width = tolerance_m / _METRES_PER_DEGREE
    shapes = np.array([outline.shape for outline in outlines], dtype=object)
    if parent is not None:
        _require_inside(outlines, shapes, parent, width)
    _require_apart(outlines, shapes, width)
    _require_no_gap(outlines, shapes, parent if fills_parent else None, width)


def square_metres(shape: shapely.Geometry) -> float:
    """The area on the ground, good to a thousandth for anything the size of a city."""
    flattening = float(np.cos(np.radians(shape.centroid.y)))
    return float(shape.area * flattening * _METRES_PER_DEGREE**2)


# One file


def _collection(raw: bytes) -> Json:
    if len(raw) > MOST_BYTES:
        raise OutlinesTooLarge(most=f"{MOST_BYTES // 1024**2} MB")
    try:
        read = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise NotGeoJson(reason=_("it is not UTF-8 text.")) from None
    except (ValueError, RecursionError) as error:
        raise NotGeoJson(reason=f"JSON: {error}"[:120]) from None
    if not _is_object(read) or read.get("type") != "FeatureCollection":
        raise NotGeoJson(reason=_("its type is not FeatureCollection."))
    return read


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _is_object(value: object) -> TypeGuard[Json]:
    return isinstance(value, dict)


def _declared_crs(collection: Json) -> Crs:
    declared = collection.get("crs")
    if declared is None:
        return Crs.WGS84
    properties = declared.get("properties") if _is_object(declared) else None
    name = properties.get("name") if _is_object(properties) else None
    return parse_crs(name if isinstance(name, str) else "?", field="crs")


# One feature


def _outline(number: int, feature: object, crs: Crs, most_points: int) -> Outline:
    properties = feature.get("properties") if _is_object(feature) else None
    said: Json = properties if _is_object(properties) else {}
    name = str(said.get("name") or "").strip()
    code = _code(number, name, said.get("code"))
    if not name and not code:
        raise _slip(number, "?", _("it has neither a code nor a name."))
    called = code or name
    kind = _KINDS.get(said.get("kind")) if isinstance(said.get("kind"), str | None) else None
    if kind is None:
        raise _slip(number, called, _("its kind is neither basic nor dedicated."))
    geometry = feature.get("geometry") if _is_object(feature) else None
    shape = _shape(number, called, geometry, crs, most_points)
    return Outline(number, code, name[:120], kind, shape, square_metres(shape))


def _code(number: int, name: str, said: object) -> str:
    if said is None or said == "":
        return ""
    try:
        return parse_code(str(said))
    except NotAnAreaCode as refusal:
        raise _slip(number, name or str(said)[:40], str(refusal)) from None


def _shape(
    number: int, called: str, geometry: object, crs: Crs, most_points: int
) -> shapely.Geometry:
    if not _is_object(geometry) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise _slip(number, called, _("it is not a Polygon or MultiPolygon."))
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.errors.GEOSException, TypeError, ValueError):
        raise _slip(number, called, _("its coordinates cannot be read.")) from None
    if shape.is_empty:
        raise _slip(number, called, _("it is empty."))
    if shapely.get_num_coordinates(shape) > most_points:
        raise _slip(
            number, called, _("it has more than {most} points."), most=f"{most_points:,}"
        )
    return _sound(number, called, _converted(number, called, shape, crs))


def _converted(number: int, called: str, shape: shapely.Geometry, crs: Crs) -> shapely.Geometry:
    def convert(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_cgcs2000_many(points[:, 0], points[:, 1], crs))

    try:
        return shapely.transform(shape, convert)
    except (NoPosition, OutsideChina):
        reason = _("it does not lie in China: is its coordinate system {crs}?")
        raise _slip(number, called, reason, crs=crs.value) from None


def _sound(number: int, called: str, shape: shapely.Geometry) -> shapely.Geometry:
    """Validity first: the checks of neighbours pass over a self-crossing outline."""
    if not shape.is_valid:
        reason = _("it is not a valid outline: {why}.")
        raise _slip(number, called, reason, why=shapely.is_valid_reason(shape)[:100])
    if square_metres(shape) < 1:
        raise _slip(number, called, _("it encloses no area."))
    parts = shapely.get_parts(shape)
    return shapely.normalize(parts[0] if len(parts) == 1 else shape)


def _require_own_codes(outlines: Sequence[Outline]) -> None:
    seen: dict[str, int] = {}
    for outline in outlines:
        if outline.code and (first := seen.setdefault(outline.code, outline.feature)) != (
            outline.feature
        ):
            reason = _("the same code stands at feature {other}.")
            raise _slip(outline.feature, outline.code, reason, other=first)


# All outlines of one parent


def _require_inside(
    outlines: Sequence[Outline],
    shapes: NDArray[np.object_],
    parent: shapely.Geometry,
    width: float,
) -> None:
    roomy = parent.buffer(width)
    shapely.prepare(roomy)
    for n in np.flatnonzero(~shapely.covers(roomy, shapes)):
        raise _slip_of(outlines[n], _("it reaches beyond the area it belongs to."))


def _require_apart(
    outlines: Sequence[Outline], shapes: NDArray[np.object_], width: float
) -> None:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    shared = shapely.intersection(shapes[left], shapes[right])
    for n in np.flatnonzero(~shapely.is_empty(shapely.buffer(shared, -width / 2))):
        other = outlines[left[n]]
        raise _slip_of(
            outlines[right[n]],
            _("it overlaps feature {other} by {area} m²."),
            other=other.feature,
            area=f"{square_metres(shared[n]):,.0f}",
        )


def _require_no_gap(
    outlines: Sequence[Outline],
    shapes: NDArray[np.object_],
    parent: shapely.Geometry | None,
    width: float,
) -> None:
    covered = shapely.union_all(shapes)
    whole = _without_holes(covered) if parent is None else parent
    gaps = shapely.get_parts(shapely.difference(whole, covered))
    for n in np.flatnonzero(~shapely.is_empty(shapely.buffer(gaps, -width / 2))):
        nearest = outlines[int(shapely.distance(shapes, gaps[n]).argmin())]
        at = gaps[n].representative_point()
        raise _slip_of(
            nearest,
            _("beside it {area} m² near {lng}, {lat} belong to no outline."),
            area=f"{square_metres(gaps[n]):,.0f}",
            lng=f"{at.x:.5f}",
            lat=f"{at.y:.5f}",
        )


def _without_holes(covered: shapely.Geometry) -> shapely.Geometry:
    filled = [shapely.Polygon(part.exterior) for part in shapely.get_parts(covered)]
    return shapely.union_all(filled)


def _slip_of(outline: Outline, reason: object, **values: object) -> OutlineRefused:
    return _slip(outline.feature, outline.code or outline.name, reason, **values)


def _slip(feature: int, name: str, reason: object, **values: object) -> OutlineRefused:
    told = str(reason).format(**values) if values else str(reason)
    return OutlineRefused(feature=feature, name=name, reason=told)
