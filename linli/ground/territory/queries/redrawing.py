"""One grid drawn anew by hand: what becomes of its neighbours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping, shape

from linli.ground.territory.rules.outlines import MOST_POINTS
from linli.kernel.errors import Invalid, _

_GRAIN = 1e-7  # the seven decimals that are stored
Feature = dict[str, Any]
Shapes = NDArray[Any]


class NotDrawn(Invalid):
    """The text under the map is no outline."""

    message = _("Draw an outline of at least three corners that does not cross itself.")


class OutsideCommunity(Invalid):
    """A grid lies in its community."""

    message = _("The outline you drew lies outside this community.")


def redraw(
    features: Sequence[Feature],
    drawn: str,
    *,
    chosen: int | None,
    properties: dict[str, str],
    community: shapely.Geometry | None,
) -> list[Feature]:
    """The grids after one of them (or a new one) was given the drawn outline.

    Neighbours give up what the new outline covers, and what the old one leaves goes to the
    neighbour with the longest common edge, as does a piece that the drawn outline cuts off:
    nobody can draw the same edge twice by hand, so the map is kept seamless here. A grid that is
    left nothing is gone.
    """
    outline = _read(drawn)
    if community is not None:
        outline = shapely.intersection(outline, community)
        if outline.is_empty or outline.area < _GRAIN**2:
            raise OutsideCommunity(field="outline")
    before = [shape(feature["geometry"]) for feature in features]
    cells = _divided(before, outline, chosen, community)
    new = {"type": "Feature", "properties": properties, "geometry": None}
    rows = [new if n == chosen else feature for n, feature in enumerate(features)]
    rows += [new] if chosen is None else []
    return [
        {**row, "geometry": json.loads(json.dumps(mapping(cell)))}
        for row, cell in zip(rows, cells, strict=True)
        if cell is not None
    ]


def _read(drawn: str) -> shapely.Geometry:
    try:
        read = json.loads(drawn)
        outline = shapely.force_2d(shape(read.get("geometry", read)))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, IndexError):
        raise NotDrawn(field="outline") from None
    except shapely.errors.ShapelyError:
        raise NotDrawn(field="outline") from None
    sound = outline.geom_type in {"Polygon", "MultiPolygon"} and outline.is_valid
    if not sound or outline.is_empty or shapely.get_num_coordinates(outline) > MOST_POINTS:
        raise NotDrawn(field="outline")
    return outline


def _divided(
    before: list[shapely.Geometry],
    outline: shapely.Geometry,
    chosen: int | None,
    community: shapely.Geometry | None,
) -> list[shapely.Geometry | None]:
    """Every border is cut with every other once, so that neighbours share each corner."""
    own = len(before) if chosen is None else chosen
    borders = [shapely.boundary(s) for s in [*before, outline, community] if s is not None]
    noded = shapely.union_all(np.array(borders), grid_size=_GRAIN)
    faces = np.asarray(shapely.get_parts(shapely.polygonize([noded])))
    middles = shapely.point_on_surface(faces)
    owner = np.full(len(faces), -1)
    for n, old in enumerate(before):
        if n != own:
            owner[(owner < 0) & shapely.intersects(old, middles)] = n
    inside = shapely.intersects(outline, middles)
    owner[inside] = own
    left = owner < 0
    if own < len(before):
        left &= shapely.intersects(before[own], middles)
    if community is not None:
        left = (owner < 0) & shapely.intersects(community, middles)
    elif chosen is None:
        left[:] = False
    _give_away(faces, owner, np.flatnonzero(left), own)
    for n in range(len(before)):
        if n != own and before[n].geom_type == "Polygon":
            _give_away(faces, owner, _cut_off(faces, owner, n), own)
    return [_joined(faces[owner == n]) for n in range(max(len(before), own + 1))]


def _cut_off(faces: Shapes, owner: NDArray[np.intp], n: int) -> list[int]:
    """The pieces of a neighbour that the drawn outline parts from its largest part."""
    mine = np.flatnonzero(owner == n)
    whole = _joined(faces[mine])
    if whole is None or whole.geom_type == "Polygon":
        return []
    largest = max(shapely.get_parts(whole), key=shapely.area)
    apart = mine[~shapely.intersects(largest, shapely.point_on_surface(faces[mine]))]
    owner[apart] = -1
    return [int(n) for n in apart]


def _give_away(faces: Shapes, owner: NDArray[np.intp], left: Iterable[int], own: int) -> None:
    """Each piece left over goes to the neighbour it shares most edge with, never back."""
    waiting = [int(n) for n in left]
    while waiting:
        settled = [n for n in waiting if _settle(faces, owner, n, own)]
        if not settled:
            owner[waiting] = own
            return
        waiting = [n for n in waiting if n not in settled]


def _settle(faces: Shapes, owner: NDArray[np.intp], piece: int, own: int) -> bool:
    edges = shapely.length(shapely.intersection(faces, faces[piece]))
    shared: dict[int, float] = {}
    for n in np.flatnonzero((edges > 0) & (owner >= 0) & (owner != own)):
        shared[int(owner[n])] = shared.get(int(owner[n]), 0.0) + float(edges[n])
    if shared:
        owner[piece] = max(shared, key=lambda n: (shared[n], -n))
    return bool(shared)


def _joined(pieces: Shapes) -> shapely.Geometry | None:
    if not len(pieces):
        return None
    return pieces[0] if len(pieces) == 1 else shapely.coverage_union_all(pieces)
