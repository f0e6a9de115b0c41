"""A program that calls the API with a token, as the tests play it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client

from linli.domains.matters.models import Matter, Reporter
from linli.domains.matters.testing import LAMP, Cast
from linli.engines.files.models import Upload
from linli.engines.forms.models import Record
from linli.engines.workflow.models import Assignment, Clock, Move, Work
from linli.ground.accounts.models import Account
from linli.ground.accounts.testing import make_token
from linli.ground.audit.models import Entry, Reply
from linli.ground.territory.testing import SIDE, SOUTH, WEST
from linli.kernel.actor import Actor
from linli.kernel.ids import uuid7

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

WRITTEN: tuple[type[Model], ...] = (
    Matter,
    Reporter,
    Work,
    Move,
    Clock,
    Assignment,
    Record,
    Entry,
    Reply,
    Upload,
)
Body = dict[str, Any]


def token_of(actor: Actor) -> str:
    """A token of the account behind an actor."""
    return make_token(Account.objects.get(pk=str(actor.account_id)))


def middle(grid: int = 0) -> Body:
    """The middle of one of the town's grids, west to east."""
    return {"lng": WEST + SIDE * (grid + 0.5), "lat": SOUTH + SIDE / 2, "crs": "EPSG:4490"}


def a_body(**changed: Any) -> Body:
    """The report of a lamp, as a program sends it."""
    body: Body = {
        "description": "3幢门口的路灯不亮，晚上看不见。",
        "class_code": LAMP,
        "place": middle(),
        "reporter": {"kind": "named", "name": "李梅", "phone": "13800000001"},
        "answers": {"how_many": "one"},
    }
    return body | changed


class Caller:
    """One program with its token; a fault of ours is an answer of 500, not a traceback."""

    def __init__(self, token: str) -> None:
        self.client = Client(
            raise_request_exception=False, headers={"Authorization": f"Bearer {token}"}
        )

    @classmethod
    def of(cls, actor: Actor) -> Caller:
        return cls(token_of(actor))

    def get(self, path: str, **asked: Any) -> Answer:
        """A read; what is asked stands in the query."""
        return self.client.get(f"/api{path}", asked)

    def send(
        self,
        path: str,
        body: object,
        *,
        key: object = None,
        kind: str = "application/json",
    ) -> Answer:
        """A write with a request id; bytes and text are sent as they are."""
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(
            f"/api{path}",
            raw,
            content_type=kind,
            headers={"Idempotency-Key": str(key or uuid7())},
        )

    def report(self, body: object = None, *, key: object = None) -> Answer:
        return self.send("/matters", a_body() if body is None else body, key=key)

    def move(
        self, matter_id: object, step: str, version: int, *, key: object = None, **given: Any
    ) -> Answer:
        body = {"key": step, "seen_version": version, **given}
        return self.send(f"/matters/{matter_id}/moves", body, key=key)

    def photo(self, matter_id: object, content: bytes, *, key: object = None) -> Answer:
        file = SimpleUploadedFile("photo.jpg", content, content_type="image/jpeg")
        return self.client.post(
            f"/api/matters/{matter_id}/photos",
            {"photo": file},
            headers={"Idempotency-Key": str(key or uuid7())},
        )


def reported(caller: Caller, **changed: Any) -> UUID:
    """A matter that has just come in by the API."""
    answer = caller.report(a_body(**changed))
    assert answer.status_code == 201, answer.content.decode()
    return UUID(answer.json()["id"])


def taken(caller: Caller, matter_id: UUID, step: str, **given: Any) -> Body:
    """One step of a matter as the caller now sees it, which succeeds."""
    seen = caller.get(f"/matters/{matter_id}").json()
    answer = caller.move(matter_id, step, seen["version"], **given)
    assert answer.status_code == 201, answer.content.decode()
    made: Body = answer.json()
    return made


def filed_and_routed(cast: Cast, matter_id: UUID) -> None:
    """Steps one and two, by whose they are."""
    worker = Caller.of(cast.grid_worker)
    condition = worker.get("/matters/classes").json()
    lamp = next(one for one in condition if one["code"] == LAMP)
    taken(
        worker,
        matter_id,
        "file",
        matter_class=LAMP,
        filing_condition=lamp["conditions"][0]["key"],
    )
    taken(Caller.of(cast.hub), matter_id, "route", unit=str(cast.unit_id))


def problem_of(answer: Answer, status: int) -> Body:
    """The problem an answer tells, in the one shape all of them have."""
    assert answer.status_code == status, answer.content.decode()[:500]
    assert answer["Content-Type"] == "application/problem+json"
    told: Body = json.loads(answer.content)
    assert set(told) - {"errors"} == {"type", "title", "status"}
    assert told["type"].startswith("urn:linli:")
    assert told["title"]
    assert told["status"] == status
    for error in told.get("errors", []):
        assert error.keys() == {"field", "message"}
        assert error["message"]
    return told


def fields_of(told: Body) -> set[str]:
    """The fields a problem stands beside."""
    return {error["field"] for error in told.get("errors", [])}


def counted() -> dict[str, int]:
    """How many rows each table holds that a report or a step writes to."""
    return {model.__name__: model._default_manager.count() for model in WRITTEN}
