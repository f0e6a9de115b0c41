"""How far each role reaches: pages, lists, exports, API and live stream, from every seat.

What is expected follows from the pack's own words (role, permission, scope) and from where the
seat stands: in the record's street, in another one, beside it in another organisation, or no longer
held. Nothing is compared with a list of what happened once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from conftest import INSTALLED_AT
from linli.config.api import api
from linli.domains.matters.models import MatterQuerySet
from linli.domains.matters.rules import ReporterGiven
from linli.domains.matters.testing import (
    Cast,
    a_report,
    file_and_route,
    make_cast,
    make_matter,
)
from linli.domains.matters.tests.calling import Caller, a_body
from linli.engines.workflow.queries import Change
from linli.ground.accounts.models import Account, Holding
from linli.ground.accounts.queries import actor_for
from linli.ground.accounts.spec import RoleSpec
from linli.ground.accounts.testing import make_token
from linli.kernel import clock
from linli.outer.packs.queries import check_pack, find_folder
from linli.web.live import Batch, message
from tests.test_routes import Door, address, ask, doors, page_of, seated

pytestmark = pytest.mark.django_db
CANARY, SEARCHED = "金丝雀", "路灯"
NAME, PHONE = "金丝雀甲", "13912345678"
SEATS = ("own", "other_organisation", "other_street", "no_longer")
# What each operation of the API asks for: a permission, "" for anybody with a token, None for all.
OPERATIONS: dict[str, str | None] = {
    "GET /api/areas": None,
    "GET /api/areas/grid-at": None,
    "GET /api/matters": "matters.view",
    "POST /api/matters": "matters.report",
    "GET /api/matters/classes": "",
    "GET /api/matters/published": None,
    "GET /api/matters/{matter_id}": "matters.view",
    "GET /api/matters/{matter_id}/archive": "matters.view_archive",
    "GET /api/matters/{matter_id}/moves": "matters.view",
    "POST /api/matters/{matter_id}/moves": "matters.view",
    "GET /api/matters/{matter_id}/photos": "matters.view",
    "POST /api/matters/{matter_id}/photos": "matters.view",
    "GET /api/matters/{matter_id}/photos/{photo_id}": "matters.view",
}


@cache
def roles() -> dict[str, RoleSpec]:
    """The roles as the pack's files name them."""
    pack = check_pack(find_folder("jiamusi"), today=INSTALLED_AT.date()).passed()
    return dict(pack.posts.roles)


def covers(role: str, permission: str, seat: str) -> bool:
    """Whether the pack lets this role, from this seat, use the permission on the record."""
    spec = roles()[role]
    if seat in {"other_street", "no_longer"}:
        return False
    if permission in spec.area:
        return True
    return seat == "own" and permission in (*spec.assigned, *spec.own)


@dataclass(frozen=True, slots=True)
class Scene:
    """A record with a canary in it, and the street beside."""

    home: Cast
    beside: Cast
    matter_id: Any
    area_path: str

    def account(self, role: str, seat: str) -> Account:
        """Somebody of this role in this seat."""
        if seat == "other_street":
            return seated(role, self.beside)
        if seat == "own" and roles()[role].unit:
            return Account.objects.get(pk=str(self.home.department.account_id))
        account = seated(role, self.home)
        if seat == "no_longer":
            Holding.objects.filter(account=account).update(to_at=clock.now())
        return account


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr("linli.web.middleware.is_mfa_enabled", lambda _account: True)
    home = make_cast()
    beside = make_cast(first="230803008", name="保卫街道", west=130.40)
    report = a_report(
        description=f"{CANARY}旁边的路灯不亮", reporter=ReporterGiven("named", NAME, PHONE)
    )
    matter = make_matter(report)
    file_and_route(matter, home)
    return Scene(home, beside, matter.id, matter.area.path)


def wrong(scene: Scene, role: str, seat: str) -> list[str]:
    """Everything this seat reaches that it may not, or may and does not."""
    account = scene.account(role, seat)
    found = [*_pages(scene, role, seat, account)] if seat != "no_longer" else []
    return [
        *found,
        *_programs(scene, role, seat, account),
        *_stream(scene, role, seat, account),
    ]


def _pages(scene: Scene, role: str, seat: str, account: Account) -> Iterator[str]:
    client = page_of(account)
    sees = covers(role, "matters.view", seat)
    for door in doors():
        reaches = any(covers(role, permission, seat) for permission in door.needs)
        url = address(
            door.name, door.converters, scene.matter_id, scene.home.town.communities[0].id
        )
        if "matter_id" in door.converters:
            status, body = ask(client, url)
            if not reaches and status != 404:
                yield f"{url} answers {status}"
        elif door.converters or not _held(role, door):
            continue
        else:
            _status, body = ask(client, f"{url}?queue=all&q={SEARCHED}")
        shown = CANARY in _text(body)
        if shown and not (reaches or sees):
            yield f"{url} shows the record"
        if sees and door.name in {"matters:matter", "matters:export"} and not shown:
            yield f"{url} does not show the record"


def _held(role: str, door: Door) -> bool:
    spec = roles()[role]
    return bool(door.needs & {*spec.area, *spec.assigned, *spec.own})


def _text(body: bytes) -> str:
    """What one reads: of a sheet its cells."""
    if body.startswith(b"PK"):
        sheet = CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_index(0)
        return str(sheet.to_python())
    return body.decode(errors="replace")


def _programs(scene: Scene, role: str, seat: str, account: Account) -> Iterator[str]:
    caller = Caller(make_token(account))
    for operation, permission in OPERATIONS.items():
        if not permission or operation == "POST /api/matters":
            continue
        method, _space, path = operation.partition(" /api")
        path = path.replace("{matter_id}", str(scene.matter_id))
        reaches = covers(role, permission, seat)
        answer = _answer(caller, method, path.replace("{photo_id}", str(uuid4())))
        if "{matter_id}" not in operation:
            reaches_list = CANARY in _said(answer)
            if reaches_list != reaches:
                yield f"{operation} {'shows' if reaches_list else 'lacks'} the record"
        elif (not reaches and answer.status_code != 404) or (
            operation.endswith("{matter_id}") and reaches != (answer.status_code == 200)
        ):
            yield f"{operation} answers {answer.status_code}"
        if not reaches and CANARY in _said(answer):
            yield f"{operation} shows the record"
    yield from _reporting(caller, role, seat)


def _said(answer: Any) -> str:
    """The words of an answer: JSON writes the signs of a canary as numbers."""
    return json.dumps(answer.json(), ensure_ascii=False)


def _answer(caller: Caller, method: str, path: str) -> Any:
    if method == "GET":
        return caller.get(path, **({"q": SEARCHED} if path == "/matters" else {}))
    if path.endswith("/photos"):
        return caller.photo(path.split("/")[2], b"no picture")
    return caller.send(path, {"key": "no_such_step", "seen_version": 1})


def _reporting(caller: Caller, role: str, seat: str) -> Iterator[str]:
    """Taking a matter in asks for the permission, wherever the matter lies."""
    spec = roles()[role]
    may = seat != "no_longer" and "matters.report" in {*spec.area, *spec.assigned, *spec.own}
    # Words that are no class: who may report is told so, who may not is told nothing.
    status = caller.report(a_body(class_code="00-00")).status_code
    if may == (status in {403, 404}):
        yield f"POST /api/matters answers {status}"


def _stream(scene: Scene, role: str, seat: str, account: Account) -> Iterator[str]:
    actor = actor_for(account, at=clock.now())
    posts = frozenset({scene.home.unit_id})
    told = message(Batch(7, (Change("matter", scene.area_path, posts, 1),)), actor)
    if (b"data:" in told) != covers(role, "matters.view", seat):
        yield f"the stream tells {told!r}"


@pytest.mark.parametrize("seat", SEATS)
@pytest.mark.parametrize("role", sorted(roles()))
def test_a_seat_reaches_what_the_pack_gives_it_and_nothing_else(
    role: str, seat: str, scene: Scene
) -> None:
    assert wrong(scene, role, seat) == []


def test_every_operation_of_the_api_says_what_it_asks_for() -> None:
    paths = api.get_openapi_schema()["paths"]
    known = {
        f"{method.upper()} {path}" for path, methods in paths.items() for method in methods
    }

    assert known == OPERATIONS.keys()


def test_who_has_no_token_is_refused_by_every_closed_operation(scene: Scene) -> None:
    for operation, permission in OPERATIONS.items():
        method, _space, path = operation.partition(" /api")
        path = path.replace("{matter_id}", str(scene.matter_id))
        answer = _answer(Caller("nobody"), method, path.replace("{photo_id}", str(uuid4())))
        assert (answer.status_code == 401) == (permission is not None), operation


def test_every_door_that_opens_a_record_is_asked_for_it() -> None:
    """A record's page that is not behind its id would slip through the matrix."""
    named = {door.name for door in doors() if "matter_id" in door.converters}

    assert reverse("matters:matter", args=[uuid4()])
    assert {"matters:matter", "matters:contact", "matters:archive"} <= named


def test_one_check_taken_away_is_seen_on_pages_in_the_export_and_in_the_api(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the look at the reader's posts, a neighbour reads everything."""
    monkeypatch.setattr(
        MatterQuerySet, "visible_to", lambda self, actor, permission="matters.view": self.all()
    )

    found = "\n".join(wrong(scene, "street_hub", "other_street"))

    assert f"/desk/matters/{scene.matter_id}/ answers 200" in found
    assert "export.xlsx shows the record" in found
    assert "GET /api/matters/{matter_id} answers 200" in found
    assert "GET /api/matters shows the record" in found


def test_a_stream_that_does_not_ask_is_seen(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.web.live.may_know", lambda actor, change: True)

    assert "the stream" in "\n".join(wrong(scene, "street_hub", "other_street"))
