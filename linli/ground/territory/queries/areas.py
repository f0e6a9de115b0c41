"""Areas by their place in the tree, by name, by sound, by code."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from linli.ground.audit.queries import remembered
from linli.ground.territory.models import Area, AreaCode, Scheme, in_force
from linli.ground.territory.rules.codes import without_filling
from linli.kernel.actor import Actor
from linli.kernel.errors import Invalid, NotFound, _
from linli.kernel.fields import holding
from linli.kernel.words import query_words

CITY, COUNTY, STREET, COMMUNITY, GRID, MICRO_GRID = 1, 2, 3, 4, 5, 6


class CursorWrong(Invalid):
    """A page address that this house did not make."""

    message = _("This page address is not valid. Start again from the first page.")


def get_area(area_id: UUID) -> Area:
    """The area, or NotFound."""
    try:
        return Area.objects.current().get(id=area_id)
    except Area.DoesNotExist:
        raise NotFound from None


def recorded_area(area_id: UUID) -> Area:
    """The area, even one that has ended: its history stays open; or NotFound."""
    try:
        return Area.objects.select_related("parent").get(id=area_id)
    except Area.DoesNotExist:
        raise NotFound from None


@remembered
def area_at(path: str) -> Area:
    """The area that stands at a path, or NotFound.

    A grid whose end is published for a later day stands until then, so an open row goes first
    and the one that ends last comes next.
    """
    standing = Area.objects.filter(path=path).order_by(F("closed_on").desc(nulls_first=True))
    area = standing.first()
    if area is None:
        raise NotFound
    return area


def area_by_code(scheme: str, code: str, *, on: date) -> Area:
    """What a scheme's digits name on a day: the same digits name other streets in other schemes."""
    found = AreaCode.objects.filter(in_force(on), scheme=scheme, code=code)
    row = found.select_related("area").first()
    if row is None:
        raise NotFound
    return row.area


def codes_of(area: Area) -> QuerySet[AreaCode]:
    """Every name and code an area bore, the present ones first."""
    rows = AreaCode.objects.filter(area=area)
    return rows.order_by(F("valid_to").desc(nulls_first=True), "scheme", "-valid_from", "id")


def _standing(on: date) -> Q:
    return Q(opened_on__lte=on) & (Q(closed_on=None) | Q(closed_on__gt=on))


def children_of(area: Area | None, *, on: date | None = None) -> QuerySet[Area]:
    """The areas directly below, by the sound of their names; those that stood on a day."""
    areas = Area.objects.filter(_standing(on)) if on else Area.objects.current()
    return areas.filter(parent=area).order_by("pinyin", "id")


def areas_seen_first(seen_by: Actor) -> QuerySet[Area]:
    """The areas the reader's own posts stand for: where a look at the territory begins."""
    paths = {g.area_path for g in seen_by.grants_for("territory.view")}
    return Area.objects.current().filter(path__in=paths).order_by("level", "pinyin", "id")


def child_counts(areas: Iterable[Area]) -> dict[UUID, int]:
    """How many areas lie directly below each of these; one query."""
    below = Area.objects.current().filter(parent__in=[area.id for area in areas])
    counted = below.order_by().values("parent").annotate(count=Count("id"))
    return {row["parent"]: row["count"] for row in counted if row["parent"]}


def counts_by_level() -> dict[int, int]:
    """How many areas of each level stand today; one query."""
    counted = Area.objects.current().order_by().values("level").annotate(count=Count("id"))
    return {row["level"]: row["count"] for row in counted}


def lineage(paths: Iterable[str]) -> dict[str, Area]:
    """Every area on the way down to these paths, by path; one query."""
    wanted = {path[:length] for path in paths for length in range(2, len(path) + 1)}
    return {area.path: area for area in Area.objects.current().filter(path__in=wanted)}


def find_areas(text: str, *, inside: str = "") -> QuerySet[Area]:
    """Areas by a piece of their name, its pinyin, its initials, or the beginning of their code."""
    wanted = text.strip().lower()
    if not wanted:
        return Area.objects.none()
    areas = Area.objects.current().inside(inside)
    if wanted.isdigit():
        return areas.filter(path__startswith=without_filling(wanted)).order_by("path")
    if wanted.isascii():
        by_sound = Q(pinyin__startswith=wanted) | Q(initials__startswith=wanted)
        return areas.filter(by_sound).order_by("level", "pinyin", "id")
    found = areas.filter(words=holding(query_words(wanted)), name__contains=text.strip())
    return found.order_by("level", "pinyin", "id")


@dataclass(frozen=True, slots=True)
class AreaPage:
    """Some areas of a list, and where the next ones begin."""

    items: list[Area]
    next: str


def page_of(areas: QuerySet[Area], *, cursor: str, limit: int) -> AreaPage:
    """The areas after a cursor, by level and the sound of their names."""
    areas = areas.order_by("level", "pinyin", "id")
    if cursor:
        areas = areas.filter(_beyond(cursor))
    rows = list(areas[: limit + 1])
    if len(rows) <= limit:
        return AreaPage(rows, "")
    last = rows[limit - 1]
    plain = f"{last.level}|{last.id}|{last.pinyin}"
    return AreaPage(rows[:limit], base64.urlsafe_b64encode(plain.encode()).decode().rstrip("="))


def _beyond(cursor: str) -> Q:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        level, last, sound = plain.split("|", 2)
        after, depth = UUID(last), int(level)
        if "\0" in sound or not CITY <= depth <= MICRO_GRID:
            raise ValueError(cursor)
    except ValueError:
        raise CursorWrong(field="cursor") from None
    same_level = Q(level=depth) & (Q(pinyin__gt=sound) | Q(pinyin=sound, id__gt=after))
    return Q(level__gt=depth) | same_level


@remembered
def home_area() -> Area:
    """The area this installation serves, or NotFound before somebody has named it."""
    scheme = Scheme.objects.select_related("home").filter(home__isnull=False).first()
    if scheme is None or scheme.home is None:
        raise NotFound
    return scheme.home


def home_communities() -> list[tuple[UUID, str]]:
    """The communities of the area this installation serves, to choose one from; none before it is named."""
    scheme = Scheme.objects.select_related("home").filter(home__isnull=False).first()
    if scheme is None or scheme.home is None:
        return []
    inside = Area.objects.current().inside(scheme.home.path).filter(level=COMMUNITY)
    return list(inside.order_by("pinyin", "id").values_list("id", "name"))
