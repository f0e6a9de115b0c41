"""The command map: figures that open their records, who answers, and nobody's name on the wall."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from linli.domains.matters.models import Matter
from linli.domains.matters.rules import PlaceGiven
from linli.domains.matters.testing import (
    a_report,
    file_and_route,
    make_cast,
    make_matter,
    take,
)
from linli.domains.matters.tests.desks import desk_of, elsewhere
from linli.engines.workflow.models import Work
from linli.ground.accounts.testing import make_actor, make_post
from linli.ground.territory.testing import SIDE, SOUTH, WEST
from linli.kernel import clock
from linli.outer.analytics.queries import figures_by_area
from linli.outer.analytics.rules import Figure, Figures, legend, mark_of

pytestmark = pytest.mark.django_db


def _in_grid(number: int) -> Matter:
    lng = WEST + (number + 0.5) * SIDE
    return make_matter(a_report(place=PlaceGiven(lng, SOUTH + SIDE / 2, "EPSG:4490")))


def _late(matter: Matter) -> None:
    Work.objects.filter(pk=matter.work_id).update(due_at=clock.now() - timedelta(hours=5))


def _page(client: Client, **query: str) -> str:
    answer = client.get(f"{reverse('command')}?{urlencode(query)}")
    assert answer.status_code == 200
    return answer.content.decode()


def _figures(client: Client, figure: str) -> dict[str, list[object]]:
    answer = client.get(reverse("command_figures"), {"figure": figure})
    grids: dict[str, list[object]] = json.loads(answer.content)["grids"]
    return grids


def test_a_map_of_numbers_says_what_is_open_late_returned_and_came_today() -> None:
    cast = make_cast()
    one, other = _in_grid(1), _in_grid(0)
    _late(one)
    file_and_route(other, cast)
    take(other, "send_back", cast.department, reason="不归我们。")
    hub = desk_of(cast.hub)
    second, first = (grid.path for grid in cast.town.grids[:2])

    assert _figures(hub, "open") == {first: [1, "B"], second: [1, "B"]}
    assert _figures(hub, "late") == {first: [1, "B"], second: [0, "A"]}
    assert _figures(hub, "returned") == {first: [0, "A"], second: [1, "B"]}
    assert _figures(hub, "triage") == {first: [0, "A"], second: [1, "B"]}
    assert _figures(hub, "today")[first] == [1, "B"]
    assert _figures(hub, "rate") == {first: [0, "E"], second: [0, "E"]}
    take(one, "void", cast.community, reason="重复。")
    assert _figures(hub, "rate")[first] == [100, "A"]
    assert first not in _figures(hub, "late") or _figures(hub, "late")[first] == [0, "A"]


def test_every_number_opens_exactly_the_records_it_counts() -> None:
    cast = make_cast()
    _late(_in_grid(0))
    _in_grid(0)
    _in_grid(1)
    hub, grid = desk_of(cast.hub), cast.town.grids[0].path
    own = figures_by_area(seen_by=cast.hub, at=clock.now())[grid]

    page = _page(hub, figure="late", grid=grid)

    for queue, count in (("late", own.late), ("open", own.open), ("today", own.today)):
        listed = hub.get("/desk/", {"queue": queue, "area": grid})
        assert listed.context["count"] == count > 0
    assert f"/desk/?queue=late&amp;area={cast.town.communities[0].path}" in page


def test_the_street_next_door_is_neither_counted_nor_named() -> None:
    cast = make_cast()
    other, matter = elsewhere()
    hub = desk_of(cast.hub)

    page = _page(hub, grid=other.town.grids[0].path, area=other.town.street.path)

    assert _figures(hub, "open") == {}
    assert other.town.street.name not in page
    assert other.town.grids[0].path not in page
    assert str(matter.id) not in page
    city = desk_of(make_actor("city_desk", cast.town.city))
    assert _figures(city, "open") == {other.town.grids[0].path: [1, "B"]}


def test_who_answers_is_named_beside_the_map_a_hole_is_said_and_the_wall_names_nobody() -> None:
    cast = make_cast()
    make_post("grid_worker", cast.town.grids[1])
    _late(_in_grid(0))
    hub = desk_of(cast.hub)
    holder = cast.grid_worker.name

    beside = _page(hub, grid=cast.town.grids[0].path)
    hole = _page(hub, grid=cast.town.grids[1].path)
    wall = _page(hub, grid=cast.town.grids[0].path, screen="large")

    assert "Who answers" in beside
    assert holder in beside
    assert "Nobody sits here" in hole
    assert holder not in wall
    assert "Who answers" not in wall
    assert "路灯不亮，晚上" not in wall
    assert "ll-user" not in wall


@pytest.mark.parametrize("matters", [1, 3])
def test_the_map_costs_the_same_however_much_is_open(
    matters: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cast = make_cast()
    for number in range(matters):
        _late(_in_grid(number))
    hub = desk_of(cast.hub)
    _page(hub, grid=cast.town.grids[0].path)

    with django_assert_num_queries(PAGE_QUERIES):
        _page(hub, grid=cast.town.grids[0].path)


PAGE_QUERIES = 16


def test_outlines_stand_under_the_name_of_their_content_and_nothing_else_does() -> None:
    cast = make_cast()
    hub = desk_of(cast.hub)
    page = _page(hub)
    address = page.split('data-outlines="')[1].split('"')[0]

    answer = Client().get(address)

    assert "immutable" in answer.headers["Cache-Control"]
    codes = {one["properties"]["code"] for one in json.loads(answer.content)["features"]}
    assert {grid.path for grid in cast.town.grids} <= codes
    assert Client().get(address[:-4] + "abc/").status_code == 404


def test_without_the_permission_there_is_no_map() -> None:
    cast = make_cast()
    for actor in (cast.grid_worker, cast.department):
        assert desk_of(actor).get(reverse("command")).status_code == 404
        assert desk_of(actor).get(reverse("command_figures")).status_code == 404


def test_a_mark_is_read_from_its_legend() -> None:
    assert [mark_of(Figure.OPEN, n) for n in (0, 1, 4, 5, 9, 19, 20)] == list("ABBCCDE")
    assert [mark_of(Figure.RATE, n) for n in (100, 95, 94, 80, 60, 59)] == list("AABCDE")
    assert mark_of(Figure.RATE, Figures().rate) == "-"
    for figure in Figure:
        assert [mark for mark, _ in legend(figure)] == list("ABCDE")
    assert dict(legend(Figure.OPEN))["C"] == "5–9"
    assert dict(legend(Figure.RATE))["B"] == "85–94%"
