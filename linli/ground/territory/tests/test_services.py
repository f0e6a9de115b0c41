from __future__ import annotations

import io
import json
import os
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Polygon, box, mapping, shape

from linli.ground.audit.models import Entry
from linli.ground.territory import queries, services
from linli.ground.territory.models import Area, AreaCode, MapVersion, Membership, Place, Scheme
from linli.ground.territory.rules.divisions import WrongParent
from linli.ground.territory.rules.outlines import LeavesGap, Overlaps, ReachesBeyond, Unsound
from linli.ground.territory.services import (
    PlaceRow,
    add_places,
    import_divisions,
    publish_grids,
)
from linli.ground.territory.testing import (
    MORNING,
    OPENED,
    SIDE,
    SOUTH,
    WEST,
    Town,
    make_town,
    surveyor,
    two_squares,
)
from linli.kernel.actor import Actor, Grant
from linli.kernel.crs import Crs, NoPosition, from_cgcs2000, to_cgcs2000
from linli.kernel.errors import Forbidden, Refusal
from linli.kernel.ids import uuid7

pytestmark = pytest.mark.django_db

REAL = (
    Path(os.environ.get("SAMPLE_DATA", "../shared/data"))
    / "divisions_6cities_village_level.csv"
)
HEAD = "code12,name,street_code,street,area_code,area,city_code,city,province\n"
ROW = "230803007001,安民社区居委会,230803007,西林街道,230803,向阳区,2308,佳木斯市,黑龙江省\n"
ROW_2 = "230803007002,光明社区居委会,230803007,西林街道,230803,向阳区,2308,佳木斯市,黑龙江省\n"
YEAR_2025, YEAR_2026 = date(2025, 1, 1), date(2026, 1, 1)
SPRING = date(2026, 4, 1)


def bring(text: str, *, valid_from: date = YEAR_2025, scheme: str = "statistical") -> Any:
    return import_divisions(
        io.BytesIO(text.encode()),
        scheme=scheme,
        valid_from=valid_from,
        by=surveyor(),
        at=MORNING,
    )


# --- divisions ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason=f"the sample data are not here: {REAL}")
def test_six_real_cities_are_imported_in_one_go(capsys: pytest.CaptureFixture[str]) -> None:
    began = time.perf_counter()
    with REAL.open("rb") as file:
        done = import_divisions(
            file, scheme="statistical", valid_from=YEAR_2025, by=surveyor(), at=MORNING
        )
    seconds = time.perf_counter() - began
    counted = Counter(Area.objects.values_list("level", flat=True))
    with capsys.disabled():
        print(f"\n{done.new} areas in {seconds:.1f} s: {dict(sorted(counted.items()))}")  # noqa: T201

    assert done.new == sum(counted.values()) == AreaCode.objects.count()
    assert counted[queries.CITY] == 6
    assert counted[queries.COMMUNITY] == len(REAL.read_bytes().splitlines()) - 1
    assert not Area.objects.filter(level__gt=1, parent=None).exists()
    assert set(AreaCode.objects.values_list("scheme", "valid_from", "valid_to").distinct()) == {
        ("statistical", YEAR_2025, None)
    }
    assert seconds < 60
    with REAL.open("rb") as file:
        again = import_divisions(
            file, scheme="statistical", valid_from=YEAR_2025, by=surveyor(), at=MORNING
        )
    assert (again.new, again.renamed, again.same) == (0, 0, done.new)


def test_a_rename_keeps_the_old_name_with_its_span() -> None:
    bring(HEAD + ROW)
    before = Area.objects.get(path="230803007001")

    done = bring(HEAD + ROW.replace("安民社区", "新民社区"), valid_from=YEAR_2026)

    assert (done.new, done.renamed, done.same) == (0, 1, 3)
    area = queries.area_at("230803007001")
    assert (area.id, area.name) == (before.id, "新民社区居委会")
    assert [(c.name, c.valid_from, c.valid_to) for c in queries.codes_of(area)] == [
        ("新民社区居委会", YEAR_2026, None),
        ("安民社区居委会", YEAR_2025, YEAR_2026),
    ]
    assert queries.find_areas("xinmin").first() == area
    assert not queries.find_areas("安民")


def test_an_older_file_does_not_overwrite_a_later_name() -> None:
    bring(HEAD + ROW, valid_from=YEAR_2026)

    with pytest.raises(services.OlderFile, match="2026-01-01"):
        bring(HEAD + ROW.replace("安民", "新民"), valid_from=YEAR_2025)

    assert Area.objects.get(path="230803007001").name == "安民社区居委会"


def test_a_wrong_file_is_refused_by_line_and_column_and_nothing_is_written() -> None:
    wrong = ROW_2.replace("230803007,", "230804007,")

    with pytest.raises(WrongParent) as refused:
        bring(HEAD + ROW + wrong)

    assert (refused.value.values["line"], refused.value.values["column"]) == (3, "street_code")
    assert not Area.objects.exists()
    assert not Entry.objects.filter(verb="territory.import").exists()
    assert bring(HEAD + ROW + ROW_2).new == 5  # the control: the right file is taken


def test_the_same_digits_name_different_streets_in_two_schemes() -> None:
    bring(HEAD + ROW + ROW_2)
    anmin, guangming = Area.objects.filter(level=4).order_by("path")

    services.add_code(
        guangming,
        scheme="civil_affairs",
        code=anmin.path,
        valid_from=YEAR_2025,
        by=surveyor(),
        at=MORNING,
    )

    assert queries.area_by_code("statistical", anmin.path, on=SPRING) == anmin
    assert queries.area_by_code("civil_affairs", anmin.path, on=SPRING) == guangming
    with pytest.raises(Refusal):
        queries.area_by_code("civil_affairs", anmin.path, on=date(2024, 12, 31))


def test_a_file_of_another_scheme_is_refused_beside_the_scheme() -> None:
    with pytest.raises(services.OtherScheme) as refused:
        bring(HEAD + ROW, scheme="civil_affairs")

    assert refused.value.field == "scheme"
    assert not Area.objects.exists()


def test_who_may_not_import_does_not() -> None:
    reader = Actor(kind="person", account_id=uuid7(), name="reader")
    with pytest.raises(Forbidden):
        import_divisions(
            io.BytesIO((HEAD + ROW).encode()),
            scheme="statistical",
            valid_from=YEAR_2025,
            by=reader,
            at=MORNING,
        )
    assert not Area.objects.exists()


# --- publishing -----------------------------------------------------------------------------


def collection(*grids: tuple[dict[str, str], Any]) -> bytes:
    features = [
        {"type": "Feature", "properties": said, "geometry": mapping(outline)}
        for said, outline in grids
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def halves(town: Town, at: float = 1.0, **said: str) -> bytes:
    """The first community's two grids, parted so many sides from its west end."""
    middle, east = WEST + at * SIDE, WEST + 2 * SIDE
    return collection(
        ({"code": town.grids[0].path, **said}, box(WEST, SOUTH, middle, SOUTH + SIDE)),
        ({"code": town.grids[1].path}, box(middle, SOUTH, east, SOUTH + SIDE)),
    )


def publish(
    town: Town,
    drawn: bytes,
    *,
    on: date = SPRING,
    crs: Crs | None = None,
    by: Actor | None = None,
) -> MapVersion:
    return publish_grids(
        town.communities[0],
        drawn,
        crs=crs,
        valid_from=on,
        document="佳网格〔2026〕3号",
        source="import",
        by=by or surveyor(),
        at=MORNING,
    )


def grid_at(lng: float, lat: float, *, on: date = SPRING) -> str | None:
    known = queries.current_map(on=on)
    assert known
    return known.grids.locate(lng, lat)


def test_grids_change_from_their_day_on_and_the_earlier_map_stays() -> None:
    town = make_town()
    first = MapVersion.objects.order_by("-number")[0].number
    before = queries.geojson_of(first)
    point = (WEST + 0.75 * SIDE, SOUTH + SIDE / 2)

    publish(town, halves(town, 0.5))

    assert grid_at(*point, on=SPRING - timedelta(1)) == town.grids[0].path
    assert grid_at(*point, on=SPRING) == town.grids[1].path
    assert queries.geojson_of(first) == before
    assert Entry.objects.filter(verb="territory.publish", ground="佳网格〔2026〕3号").exists()


def test_a_building_moves_with_the_border_and_keeps_its_past() -> None:
    town = make_town()
    publish(town, halves(town, 0.25))

    assert queries.grid_of_place(town.building, on=SPRING - timedelta(1)) == town.grids[0]
    assert queries.grid_of_place(town.building, on=SPRING) == town.grids[1]


def test_a_border_point_goes_to_the_smaller_code_every_time() -> None:
    town = make_town()
    border = (WEST + SIDE, SOUTH + SIDE / 2)

    assert {grid_at(*border) for _ in range(50)} == {town.grids[0].path}
    assert grid_at(WEST - SIDE, SOUTH) is None


def test_outlines_in_gcj02_are_converted_before_they_are_kept() -> None:
    town = make_town()

    def shifted(outline: Any) -> Any:
        return Polygon([from_cgcs2000(x, y, Crs.GCJ02) for x, y in outline.exterior.coords])

    squares = [
        ({"code": town.grids[n].path}, shifted(box(west, SOUTH, west + SIDE, SOUTH + SIDE)))
        for n, west in enumerate((WEST, WEST + SIDE))
    ]
    publish(town, collection(*squares), crs=Crs.GCJ02)

    for n, span in enumerate(queries.grids_of(town.communities[0], on=SPRING)):
        wanted = box(WEST + n * SIDE, SOUTH, WEST + (n + 1) * SIDE, SOUTH + SIDE)
        assert shape(span.outline).symmetric_difference(wanted).area < 1e-6 * wanted.area
    with pytest.raises(ReachesBeyond):  # the control: without the conversion it lies elsewhere
        publish(town, collection(*squares))


def test_nothing_is_no_position() -> None:
    with pytest.raises(NoPosition):
        to_cgcs2000(0, 0, Crs.WGS84)


@pytest.mark.parametrize(
    ("outlines", "refusal"),
    [
        ([(0, 1.2), (1, 2)], Overlaps),
        ([(0, 0.8), (1, 2)], LeavesGap),
        ([(0, 1), (1, 2.5)], ReachesBeyond),
    ],
)
def test_grids_that_do_not_fit_are_refused_by_feature(
    outlines: list[tuple[float, float]], refusal: type[Refusal]
) -> None:
    town = make_town()
    versions = MapVersion.objects.count()
    drawn = collection(
        *(
            (
                {"name": f"{n}格"},
                box(WEST + west * SIDE, SOUTH, WEST + east * SIDE, SOUTH + SIDE),
            )
            for n, (west, east) in enumerate(outlines, start=1)
        )
    )
    with pytest.raises(refusal) as refused:
        publish(town, drawn)

    assert refused.value.values["feature"] in {1, 2}
    assert MapVersion.objects.count() == versions
    assert Area.objects.filter(level=5).count() == 4


def test_an_outline_that_crosses_itself_is_refused() -> None:
    town = make_town()
    bow = Polygon(
        [(WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (WEST + SIDE, SOUTH), (WEST, SOUTH + SIDE)]
    )
    with pytest.raises(Unsound) as refused:
        publish(town, collection(({"name": "1格"}, bow)))
    assert refused.value.values["feature"] == 1


def test_a_code_of_another_community_is_refused() -> None:
    town = make_town()
    foreign = town.grids[2].path
    with pytest.raises(services.ForeignCode, match=foreign):
        publish(
            town,
            collection(({"code": foreign}, box(WEST, SOUTH, WEST + 2 * SIDE, SOUTH + SIDE))),
        )


def test_a_published_day_is_never_changed_from_an_earlier_one() -> None:
    town = make_town()
    publish(town, halves(town, 0.5))
    with pytest.raises(services.TooEarly) as refused:
        publish(town, halves(town), on=SPRING - timedelta(1))
    assert refused.value.field == "valid_from"
    with pytest.raises(services.TooLate):
        publish(town, halves(town), on=date(2062, 4, 1))


def test_a_post_publishes_only_within_its_own_area() -> None:
    town = make_town()
    elsewhere = Actor(
        kind="person",
        account_id=uuid7(),
        grants=(Grant("territory.publish", "area", "230803008", uuid7()),),
    )
    with pytest.raises(Forbidden):
        publish(town, halves(town), by=elsewhere)


def test_a_grid_left_out_ends_and_its_code_comes_back_to_it_alone() -> None:
    town = make_town()
    whole = box(WEST, SOUTH, WEST + 2 * SIDE, SOUTH + SIDE)
    publish(town, collection(({"code": town.grids[0].path}, whole)))
    gone = Area.objects.get(id=town.grids[1].id)
    assert gone.closed_on == SPRING
    assert list(queries.children_of(town.communities[0], on=SPRING)) == [town.grids[0]]
    assert len(queries.children_of(town.communities[0], on=SPRING - timedelta(1))) == 2

    later = SPRING + timedelta(30)
    publish(town, halves(town), on=later)

    assert Area.objects.get(path=town.grids[1].path) == town.grids[1]
    assert [(c.valid_from, c.valid_to) for c in queries.codes_of(town.grids[1])] == [
        (later, None),
        (OPENED, SPRING),
    ]
    publish(town, two_squares(WEST), on=later + timedelta(1))
    codes = {
        s.area.path[-3:] for s in queries.grids_of(town.communities[0], on=later + timedelta(1))
    }
    assert codes == {"003", "004"}


def test_a_grid_of_the_very_day_can_still_be_taken_back() -> None:
    town = make_town()
    three = collection(
        *(
            ({"name": f"{n}格"}, box(WEST + w * SIDE, SOUTH, WEST + e * SIDE, SOUTH + SIDE))
            for n, (w, e) in enumerate([(0, 0.5), (0.5, 1), (1, 2)], start=1)
        )
    )
    publish(town, three)
    publish(town, halves(town))
    standing = queries.children_of(town.communities[0], on=SPRING)
    assert {area.path for area in standing} == {town.grids[0].path, town.grids[1].path}
    assert not Membership.objects.filter(grid__closed_on__isnull=False, valid_to=None).exists()


def test_a_grid_renamed_by_publishing_keeps_its_old_name_with_its_span() -> None:
    town = make_town()
    publish(town, halves(town, name="北格"))
    names = [(c.name, c.valid_to) for c in queries.codes_of(town.grids[0])]
    assert names == [("北格", None), ("1格", SPRING)]


# --- places ---------------------------------------------------------------------------------


def test_places_are_added_once_and_buildings_get_their_grid() -> None:
    town = make_town()
    rows = [
        PlaceRow("building", "1幢", "安民路1号1幢", WEST + 1.5 * SIDE, SOUTH + SIDE / 2),
        PlaceRow("unit", "1单元", "安民路1号1幢1单元", parent_address="安民路1号1幢"),
        PlaceRow("dwelling", "101", "安民路1号1幢1单元101", parent_address="安民路1号1幢1单元"),
        PlaceRow("building", "9幢", "外面9幢", WEST - SIDE, SOUTH),
    ]
    done = add_places(rows, community=town.communities[0], by=surveyor(), at=MORNING)
    again = add_places(rows, community=town.communities[0], by=surveyor(), at=MORNING)

    assert (done.new, done.same, again.new, again.same) == (4, 0, 0, 4)
    dwelling = Place.objects.select_related("parent").get(kind="dwelling")
    today = MORNING.date()
    assert queries.grid_of_place(dwelling, on=today) == town.grids[1]
    assert queries.households_by_grid(town.communities[0], on=today)[town.grids[1].id] == 1
    outside = Place.objects.get(name="9幢")
    assert queries.grid_of_place(outside, on=today) is None


def test_a_dwelling_without_its_building_is_refused_by_row() -> None:
    town = make_town()
    rows = [PlaceRow("dwelling", "101", "x101", parent_address="nowhere")]
    with pytest.raises(services.PlaceWithoutParent) as refused:
        add_places(rows, community=town.communities[0], by=surveyor(), at=MORNING)
    assert refused.value.values["row"] == 1
    assert Place.objects.count() == 1


def test_the_home_is_named_with_a_trace() -> None:
    town = make_town()
    services.name_home(town.communities[0], by=surveyor(), at=MORNING)
    assert Scheme.objects.get().home == town.communities[0]
    assert Entry.objects.filter(verb="territory.home", ref_id=town.communities[0].id).exists()
