"""Reading drawn outlines: GeoJSON from any tool, taken over only when nothing is wrong with it.

First every outline by itself, then all those of one parent against each other. A slip names the
number of the feature, counted from one as people count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeGuard

import numpy as np
import shapely
from numpy.typing import NDArray

from linli.ground.territory.rules.codes import NotAnAreaCode, parse_code
from linli.kernel.crs import (
    Crs,
    NoPosition,
    OutsideChina,
    parse_crs,
    to_cgcs2000_many,
)
from linli.kernel.errors import Invalid, TooLarge, _

Kind = Literal["basic", "dedicated"]
Json = Mapping[str, object]
Shapes = NDArray[Any]

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

    message = _("This is not a GeoJSON feature collection: {found}.")


class OutlineRefused(Invalid):
    """One outline, or one beside its neighbours, cannot be right."""

    message = _("Feature {feature} ({name}) is not an outline.")


class Nameless(OutlineRefused):
    message = _("Feature {feature} has neither a code nor a name.")


class CodeUnreadable(OutlineRefused):
    message = _("Feature {feature} ({name}): “{found}” is not a division or grid code.")


class CodeTwice(OutlineRefused):
    message = _("Feature {feature} ({name}): feature {other} bears the same code.")


class KindUnknown(OutlineRefused):
    message = _("Feature {feature} ({name}): “{found}” is neither basic nor dedicated.")


class NotAPolygon(OutlineRefused):
    message = _("Feature {feature} ({name}) is not a readable Polygon or MultiPolygon.")


class TooManyPoints(OutlineRefused):
    message = _("Feature {feature} ({name}) has {found} points; at most {most} are taken.")


class OutOfPlace(OutlineRefused):
    message = _(
        "Feature {feature} ({name}) does not lie in China if its coordinates are {crs}."
    )


class Unsound(OutlineRefused):
    message = _("Feature {feature} ({name}) crosses itself or is broken: {found}.")


class WithoutArea(OutlineRefused):
    message = _("Feature {feature} ({name}) encloses no area.")


class ReachesBeyond(OutlineRefused):
    message = _("Feature {feature} ({name}) reaches beyond the area it belongs to.")


class Overlaps(OutlineRefused):
    message = _("Feature {feature} ({name}) overlaps feature {other} by {area} m².")


class LeavesGap(OutlineRefused):
    message = _("Beside feature {feature} ({name}), {area} m² near {at} belong to no outline.")


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
        raise NotGeoJson(found="features: []")
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
    except (ValueError, RecursionError) as error:
        raise NotGeoJson(found=str(error)[:120]) from None
    if not _is_object(read) or read.get("type") != "FeatureCollection":
        kind = read.get("type") if _is_object(read) else type(read).__name__
        raise NotGeoJson(found=f"type: {kind}"[:60])
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
    whole: Json = feature if _is_object(feature) else {}
    properties = whole.get("properties")
    said: Json = properties if _is_object(properties) else {}
    name = str(said.get("name") or "").strip()[:120]
    code = _code(number, name, said.get("code"))
    if not name and not code:
        raise Nameless(feature=number)
    kind = _kind(number, code or name, said.get("kind"))
    shape = _shape(number, code or name, whole.get("geometry"), crs, most_points)
    return Outline(number, code, name, kind, shape, square_metres(shape))


def _code(number: int, name: str, said: object) -> str:
    if said is None or said == "":
        return ""
    try:
        return parse_code(str(said))
    except NotAnAreaCode:
        raise CodeUnreadable(feature=number, name=name, found=str(said)[:40]) from None


def _kind(number: int, name: str, said: object) -> Kind:
    if said is not None and (not isinstance(said, str) or said not in _KINDS):
        raise KindUnknown(feature=number, name=name, found=str(said)[:40])
    return _KINDS[said]


def _shape(
    number: int, name: str, geometry: object, crs: Crs, most_points: int
) -> shapely.Geometry:
    if not _is_object(geometry) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise NotAPolygon(feature=number, name=name)
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.errors.GEOSException, ValueError):
        raise NotAPolygon(feature=number, name=name) from None
    points = shapely.get_num_coordinates(shape)
    if points > most_points:
        raise TooManyPoints(
            feature=number, name=name, found=f"{points:,}", most=f"{most_points:,}"
        )
    return _sound(number, name, _converted(number, name, shape, crs))


def _converted(number: int, name: str, shape: shapely.Geometry, crs: Crs) -> shapely.Geometry:
    def convert(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_cgcs2000_many(points[:, 0], points[:, 1], crs))

    try:
        return shapely.transform(shape, convert)
    except (NoPosition, OutsideChina):
        raise OutOfPlace(feature=number, name=name, crs=crs.value) from None


def _sound(number: int, name: str, shape: shapely.Geometry) -> shapely.Geometry:
    """Validity first: the checks of neighbours pass over a self-crossing outline."""
    if not shape.is_valid:
        found = shapely.is_valid_reason(shape)[:100]
        raise Unsound(feature=number, name=name, found=found)
    if shape.is_empty or square_metres(shape) < 1:
        raise WithoutArea(feature=number, name=name)
    parts = shapely.get_parts(shape)
    return shapely.normalize(parts[0] if len(parts) == 1 else shape)


def _require_own_codes(outlines: Sequence[Outline]) -> None:
    seen: dict[str, int] = {}
    for outline in outlines:
        if not outline.code:
            continue
        if outline.code in seen:
            raise CodeTwice(
                feature=outline.feature, name=outline.code, other=seen[outline.code]
            )
        seen[outline.code] = outline.feature


# All outlines of one parent


def _require_inside(
    outlines: Sequence[Outline], shapes: Shapes, parent: shapely.Geometry, width: float
) -> None:
    roomy = parent.buffer(width)
    shapely.prepare(roomy)
    for n in np.flatnonzero(~shapely.covers(roomy, shapes)):
        raise ReachesBeyond(**_of(outlines[int(n)]))


def _require_apart(outlines: Sequence[Outline], shapes: Shapes, width: float) -> None:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    shared = shapely.intersection(shapes[left], shapes[right])
    for n in np.flatnonzero(~shapely.is_empty(shapely.buffer(shared, -width / 2))):
        raise Overlaps(
            **_of(outlines[int(right[n])]),
            other=outlines[int(left[n])].feature,
            area=f"{square_metres(shared[n]):,.0f}",
        )


def _require_no_gap(
    outlines: Sequence[Outline],
    shapes: Shapes,
    parent: shapely.Geometry | None,
    width: float,
) -> None:
    covered = shapely.union_all(shapes)
    whole = _without_holes(covered) if parent is None else parent
    gaps = shapely.get_parts(shapely.difference(whole, covered))
    for n in np.flatnonzero(~shapely.is_empty(shapely.buffer(gaps, -width / 2))):
        nearest = outlines[int(shapely.distance(shapes, gaps[n]).argmin())]
        at = gaps[n].representative_point()
        raise LeavesGap(
            **_of(nearest),
            area=f"{square_metres(gaps[n]):,.0f}",
            at=f"{at.x:.5f}, {at.y:.5f}",
        )


def _without_holes(covered: shapely.Geometry) -> shapely.Geometry:
    filled = [shapely.Polygon(part.exterior) for part in shapely.get_parts(covered)]
    return shapely.union_all(filled)


def _of(outline: Outline) -> dict[str, Any]:
    return {"feature": outline.feature, "name": outline.code or outline.name}
