"""Whatever is sent to the API: an answer that names the field, and nothing half-written."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterator
from datetime import timedelta
from struct import pack

import pytest
from django.test import Client
from PIL import Image

from linli.domains.matters.models import Matter
from linli.domains.matters.testing import Cast, make_cast
from linli.domains.matters.tests.calling import (
    Body,
    Caller,
    a_body,
    counted,
    fields_of,
    middle,
    problem_of,
    reported,
    token_of,
)
from linli.engines.files.models import Upload
from linli.engines.files.queries import path_of
from linli.engines.files.services import keep_paper
from linli.ground.accounts.models import Token
from linli.ground.territory.testing import SIDE, SOUTH, WEST
from linli.kernel import clock
from linli.kernel.actor import CLOCK
from linli.kernel.crs import Crs, from_cgcs2000
from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def hub(cast: Cast) -> Caller:
    return Caller.of(cast.hub)


@pytest.fixture
def nothing_is_written(hub: Caller) -> Iterator[None]:
    hub.get("/matters")
    before = counted()
    yield
    assert counted() == before


# Fields

LONG = "长" * 2001


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"description": None}, "description"),
        ({"description": 7}, "description"),
        ({"description": "  \n\t "}, "description"),
        ({"description": LONG}, "description"),
        ({"description": "灯\x00不亮"}, "description"),
        ({"description": ["灯不亮"]}, "description"),
        ({"class_code": "99-99"}, "class_code"),
        ({"class_code": "01-03" * 9}, "class_code"),
        ({"class_code": 103}, "class_code"),
        ({"class_code": "\x00"}, "class_code"),
        ({"nickname": "小王"}, "nickname"),
        ({"place": None}, "place"),
        ({"place": {}}, "place.text"),
        ({"place": {"text": " "}}, "place.text"),
        ({"place": {"text": "路" * 201}}, "place.text"),
        ({"place": {"lng": WEST}}, "place"),
        ({"place": {"lng": "here", "lat": 46}}, "place.lng"),
        ({"place": {"lng": 1e300, "lat": 46}}, "place.lng"),
        ({"place": {"lng": 181, "lat": 46}}, "place.lng"),
        ({"place": {"lng": 10**400, "lat": 46}}, "place.lng"),
        ({"place": middle() | {"crs": "EPSG:3857"}}, "place.crs"),
        ({"place": middle() | {"text": "x", "height": 3}}, "place.height"),
        ({"place": {"place_id": "building"}}, "place.place_id"),
        ({"place": {"place_id": str(uuid7())}}, "place.place_id"),
        ({"place": {"area_id": str(uuid7()), "text": "x"}}, "place.area_id"),
        ({"place": {"lng": 0, "lat": 0}}, "place"),
        ({"place": {"lng": WEST, "lat": SOUTH + 1}}, "place"),
        ({"place": {"lng": SOUTH, "lat": WEST}}, "place"),
        ({"place": {"lng": 2.35, "lat": 48.85}}, "place"),
        ({"reporter": {"kind": "king"}}, "reporter.kind"),
        ({"reporter": {"kind": "worker"}}, "reporter.kind"),
        ({"reporter": {"kind": "named"}}, "reporter.phone"),
        ({"reporter": {"kind": "named", "phone": "12"}}, "reporter.phone"),
        ({"reporter": {"kind": "named", "phone": "1" * 31}}, "reporter.phone"),
        ({"reporter": {"kind": "anonymous", "phone": "13800000001"}}, "reporter.phone"),
        ({"reporter": {"kind": "named", "name": "梅" * 61}}, "reporter.name"),
        ({"answers": {}}, "answers.how_many"),
        ({"answers": {"how_many": "none"}}, "answers.how_many"),
        ({"answers": {"how_many": ["one"]}}, "answers.how_many"),
        ({"answers": {"how_many": "one", "wires_open": "perhaps"}}, "answers.wires_open"),
        ({"answers": {"how_many": "one", "pole_number": "7" * 31}}, "answers.pole_number"),
        ({"answers": {"how_many": "one", "pole_number": "\x00"}}, "answers.pole_number"),
        ({"answers": {"how_many": "one", "colour": "red"}}, "answers"),
        ({"answers": ["one"]}, "answers"),
        ({"happened_at": "yesterday"}, "happened_at"),
        ({"happened_at": "2026-03-04T09:00:00"}, ""),
    ],
)
@pytest.mark.usefixtures("nothing_is_written")
def test_a_report_that_does_not_fit_is_refused_beside_its_field(
    hub: Caller, changed: Body, field: str
) -> None:
    told = problem_of(hub.report(a_body(**changed)), 422)

    assert all(name.startswith(field) for name in fields_of(told)), told


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1e18", 10**30, -(10**30)]
)
def test_a_time_at_the_end_of_all_times_is_an_answer_of_ours_too(
    hub: Caller, at: object
) -> None:
    assert hub.report(a_body(happened_at=at)).status_code in {201, 422}


DEEP = "[" * 100_000 + "]" * 100_000
HALF_A_SIGN = '{"description": "\\ud800", "place": {"text": "x"}}'
HALF_AN_ANSWER = json.dumps(a_body()).replace('"one"', '"one", "pole_number": "\\ud800"')
NOT_A_NUMBER = json.dumps(a_body(place={"lng": float("nan"), "lat": 46}))
TWO_MEGABYTES = json.dumps(a_body(description="灯" * 400_000))


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"report"', 422),
        (b"\xff\xfe\x00", 400),
        (json.dumps(a_body(), ensure_ascii=False).encode("gb18030"), 400),
        (DEEP.encode(), 400),
        (HALF_A_SIGN.encode(), 422),
        (HALF_AN_ANSWER.encode(), 422),
        (NOT_A_NUMBER.encode(), 422),
        (TWO_MEGABYTES.encode(), 413),
        (b'{"description": ' + b"9" * 5000 + b"}", 400),
    ],
    ids=lambda value: value if isinstance(value, int) else value[:12],
)
@pytest.mark.usefixtures("nothing_is_written")
def test_a_body_that_is_no_report_is_refused(hub: Caller, raw: bytes, status: int) -> None:
    problem_of(hub.send("/matters", raw), status)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""]
)
def test_a_body_of_another_kind_is_read_as_what_it_is_or_refused(
    hub: Caller, kind: str
) -> None:
    assert hub.send("/matters", b"<report/>", kind=kind).status_code in {400, 415, 422}


@pytest.mark.parametrize("key", ["", "7", "not-a-key", "\x00", "ab" * 5000, "灯"])
@pytest.mark.usefixtures("nothing_is_written")
def test_a_request_id_that_is_none_is_refused(hub: Caller, key: str) -> None:
    answer = hub.client.post(
        "/api/matters",
        json.dumps(a_body()),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )

    assert fields_of(problem_of(answer, 422)) == {"Idempotency-Key"}


# Tokens


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer \x00灯"])
def test_without_a_token_that_counts_nothing_is_told(
    client: Client, hub: Caller, header: str
) -> None:
    reported(hub)
    nobody = Client(headers={"Authorization": header}, raise_request_exception=False)

    for answer in (
        nobody.get("/api/matters"),
        nobody.post("/api/matters", a_body(), content_type="application/json"),
    ):
        problem_of(answer, 401)


def test_a_token_counts_until_its_last_moment_and_not_once_revoked(cast: Cast) -> None:
    secret = token_of(cast.hub)
    caller = Caller(secret)
    assert caller.get("/matters").status_code == 200
    moment = clock.now()

    Token.objects.update(expires_at=moment)
    problem_of(caller.get("/matters"), 401)
    Token.objects.update(expires_at=moment + timedelta(hours=1))
    assert caller.get("/matters").status_code == 200
    Token.objects.update(revoked_at=moment)
    problem_of(caller.get("/matters"), 401)


def test_a_token_does_what_it_is_limited_to_and_no_more(cast: Cast) -> None:
    caller = Caller.of(cast.hub)
    matter_id = reported(caller)
    Token.objects.update(permissions=["matters.view"])

    assert caller.get(f"/matters/{matter_id}").status_code == 200
    problem_of(caller.report(), 403)
    problem_of(caller.move(matter_id, "void", 1, reason="重复"), 403)
    Token.objects.update(permissions=[])
    problem_of(caller.get(f"/matters/{matter_id}"), 404)


# Points


@pytest.mark.parametrize(
    "point",
    [
        {"lng": WEST + SIDE, "lat": SOUTH + SIDE / 2},  # between the first two grids
        {"lng": WEST + 2 * SIDE, "lat": SOUTH + SIDE / 2},  # and between two communities
        {"lng": WEST + 3 * SIDE, "lat": SOUTH},  # a corner
    ],
)
def test_a_point_on_a_border_falls_to_the_smaller_code_every_time(
    cast: Cast, hub: Caller, point: Body
) -> None:
    west = cast.town.grids[round((point["lng"] - WEST) / SIDE) - 1]

    found = {
        hub.report(a_body(place=point | {"crs": "EPSG:4490"})).json()["area_path"]
        for _ in range(50)
    }

    assert found == {west.path}


@pytest.mark.parametrize("crs", [Crs.WGS84, Crs.GCJ02, Crs.BD09])
def test_a_point_of_another_maps_system_lands_in_the_grid_it_was_pointed_at(
    cast: Cast, hub: Caller, crs: Crs
) -> None:
    at = middle(2)
    lng, lat = from_cgcs2000(at["lng"], at["lat"], crs)
    named = {Crs.WGS84: "EPSG:4326", Crs.GCJ02: "GCJ02", Crs.BD09: "BD09"}[crs]

    receipt = hub.report(a_body(place={"lng": lng, "lat": lat, "crs": named})).json()

    assert receipt["area_path"] == cast.town.grids[2].path
    kept = Matter.objects.get(pk=receipt["id"])
    assert kept.lng == pytest.approx(at["lng"], abs=2e-7)
    assert kept.lat == pytest.approx(at["lat"], abs=2e-7)
    # The control: the same numbers under the wrong name are another place.
    if crs == Crs.GCJ02:
        wrong = hub.report(a_body(place={"lng": lng, "lat": lat})).json()
        assert wrong["area_path"] != receipt["area_path"]


# Photos


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "#446688").save(target, kind)
    return target.getvalue()


def a_bomb() -> bytes:
    """Sixty megapixels in a few kilobytes: the header alone says how many."""
    head = pack(">IIBBBBB", 10_000, 6_000, 8, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * (10_001 * 6_000))
    parts = [(b"IHDR", head), (b"IDAT", lines), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "EmptyFile"),
        (b"not a photo at all", "NotAPhoto"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "NotAPhoto"),
        (b"%PDF-1.7\n1 0 obj", "NotAPhoto"),
        (picture("GIF"), "NotAPhoto"),
        (picture()[:-60], "DamagedPhoto"),
        (picture() + b"%PDF-1.7", "HidesAnotherFile"),
        (picture() + b"<script>alert(1)</script>", "HidesAnotherFile"),
        (a_bomb(), "TooManyPixels"),
        (b"\xff\xd8\xff" + b"\0" * (20 * 1024 * 1024), "FileTooLarge"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_photo_is_refused_with_the_reason_and_the_matter_is_kept(
    hub: Caller, content: bytes, kind: str
) -> None:
    matter_id = reported(hub)
    before = counted()

    answer = hub.photo(matter_id, content)

    told = problem_of(answer, 413 if kind == "FileTooLarge" else 422)
    assert told["type"] == f"urn:linli:{kind}"
    assert counted() == before
    assert hub.get(f"/matters/{matter_id}").status_code == 200


def test_a_photo_sent_twice_is_kept_once_and_without_what_it_carried(hub: Caller) -> None:
    matter_id, key = reported(hub), uuid7()
    first = hub.photo(matter_id, picture(), key=key)
    again = hub.photo(matter_id, picture(), key=key)

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert Upload.objects.count() == 1
    shown = hub.client.get(f"/api/matters/{matter_id}/photos/{key}")
    assert shown.getvalue()[:3] == b"\xff\xd8\xff"


def test_a_photos_id_opens_and_replaces_nothing_of_another_matter(hub: Caller) -> None:
    mine, other, key = reported(hub), reported(hub), uuid7()
    hub.photo(mine, picture(), key=key)
    before = path_of(key).read_bytes()

    problem_of(hub.photo(other, picture(size=(32, 32)), key=key), 409)

    assert path_of(key).read_bytes() == before
    problem_of(hub.get(f"/matters/{other}/photos/{key}"), 404)


def test_a_photos_door_does_not_open_the_annex_with_the_reporters_name(hub: Caller) -> None:
    matter_id, annex = reported(hub), uuid7()
    keep_paper(
        b"%PDF-1.7 Li Mei",
        of=Ref("matter", matter_id),
        kind="annex",
        request_id=annex,
        by=CLOCK,
        at=clock.now(),
    )

    problem_of(hub.get(f"/matters/{matter_id}/photos/{annex}"), 404)


def test_a_token_that_may_only_look_adds_no_photo(hub: Caller) -> None:
    matter_id = reported(hub)
    Token.objects.update(permissions=["matters.view"])

    problem_of(hub.photo(matter_id, picture()), 403)

    assert hub.get(f"/matters/{matter_id}/photos").json() == []


def test_nine_photos_are_kept_and_a_tenth_is_refused(hub: Caller) -> None:
    matter_id = reported(hub)
    answers = [hub.photo(matter_id, picture(size=(8, n + 1))) for n in range(10)]

    assert [answer.status_code for answer in answers] == [201] * 9 + [422]
    assert len(hub.get(f"/matters/{matter_id}/photos").json()) == 9


def test_a_photo_without_a_file_is_refused_beside_it(hub: Caller) -> None:
    matter_id = reported(hub)
    path = f"/matters/{matter_id}/photos"

    assert fields_of(problem_of(hub.send(path, {}), 422)) == {"photo"}
    problem_of(hub.send(path, b"x", kind="multipart/form-data"), 400)


# The description of it all


def test_the_api_describes_every_operation_and_answers_nothing_else(client: Client) -> None:
    told = client.get("/api/openapi.json").json()

    assert told["openapi"].startswith("3.")
    known = set(told["components"]["schemas"])
    operations = [
        (path, verb, one)
        for path, verbs in told["paths"].items()
        for verb, one in verbs.items()
    ]
    assert len(operations) >= 12
    for path, verb, one in operations:
        assert one.get("description"), f"{verb} {path} says nothing"
        assert one["responses"]
    used = {part.split('"')[0] for part in json.dumps(told).split("#/components/schemas/")[1:]}
    assert used <= known
