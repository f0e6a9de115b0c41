"""What a program may send and what it is told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator

from linli.domains.matters.queries import in_language, title_of
from linli.domains.matters.rules import (
    PlaceGiven,
    Report,
    ReporterGiven,
    blurred,
    days_between,
)
from linli.domains.matters.services.moving import Answered
from linli.kernel.spec import Line, Words

if TYPE_CHECKING:
    from linli.domains.matters.models import Matter, MatterClass
    from linli.engines.workflow.models import Move

Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Strict(Schema):
    """Unknown keys are refused: a misspelt one would silently be lost."""

    model_config = ConfigDict(extra="forbid")


class PlaceIn(Strict):
    """A point, an address by its id, or words with the community they belong to."""

    lng: Degrees | None = None
    lat: Degrees | None = None
    crs: Literal["EPSG:4490", "EPSG:4326", "GCJ02", "BD09"] = "EPSG:4326"
    place_id: UUID | None = None
    area_id: UUID | None = None
    text: Line = ""

    @model_validator(mode="after")
    def _point_is_whole(self) -> Self:
        if (self.lng is None) != (self.lat is None):
            raise ValueError("a point needs both lng and lat")
        return self


class ReporterIn(Strict):
    kind: Literal["named", "confidential", "anonymous"] = "anonymous"
    name: Annotated[Line, Field(max_length=60)] = ""
    phone: Annotated[Line, Field(max_length=30)] = ""


class ReportIn(Strict):
    """One report. The `Idempotency-Key` header becomes the matter's id."""

    description: Words
    place: PlaceIn
    reporter: ReporterIn = ReporterIn()
    class_code: Annotated[Line, Field(max_length=12)] = ""
    answers: dict[Annotated[Line, Field(max_length=60)], Words | bool | float | list[Line]] = {}
    happened_at: datetime | None = None

    @model_validator(mode="after")
    def _time_has_a_zone(self) -> Self:
        if self.happened_at is not None and self.happened_at.tzinfo is None:
            raise ValueError("happened_at needs its time zone")
        return self

    def report(self) -> Report:
        """The values as the service takes them."""
        return Report(
            description=self.description,
            place=PlaceGiven(**self.place.model_dump()),
            reporter=ReporterGiven(**self.reporter.model_dump()),
            channel="api",
            class_code=self.class_code,
            answers=dict(self.answers),
        )


class ReceiptOut(Schema):
    """The same for every copy of a report."""

    id: UUID
    number: str
    query_code: str
    place_quality: str
    area_path: str
    received_at: datetime


class MoveIn(Strict):
    """One step: its key, the version that was seen, and what the step needs."""

    key: Annotated[Line, Field(max_length=60)]
    seen_version: Annotated[int, Field(ge=1, le=2_147_483_647)]
    reason: Words = ""
    question: Words = ""
    reply: Words = ""
    matter_class: Annotated[Line, Field(max_length=12)] = ""
    filing_condition: Annotated[Line, Field(max_length=60)] = ""
    unit: UUID | None = None
    units: Annotated[tuple[UUID, ...], Field(max_length=20)] = ()
    note: Words = ""
    result: Words = ""
    answer: Words = ""
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    public_text: Words = ""

    def answered(self) -> Answered:
        """The values as the service takes them."""
        return Answered(**self.model_dump(exclude={"key", "seen_version"}))


class MoveOut(Schema):
    """A step that was taken."""

    number: int
    key: str
    step: int | None
    from_state: str
    to_state: str
    at: datetime
    heard_at: datetime
    post: str | None
    unit: str | None
    note: str

    @classmethod
    def of(cls, move: Move) -> MoveOut:
        """A move read with its posts."""
        return cls(
            **{name: getattr(move, name) for name in _STEP},
            post=move.post.name if move.post else None,
            unit=move.unit.name if move.unit else None,
        )


_STEP = ("number", "key", "step", "from_state", "to_state", "at", "heard_at", "note")


class OpenMoveOut(Schema):
    """A step the caller may take now."""

    key: str
    title: str
    needs: list[str]


class UnitOut(Schema):
    id: UUID
    name: str


class MatterOut(Schema):
    """A matter as its desk sees it; no reporter, no contact."""

    id: UUID
    number: str
    class_code: str
    class_title: str
    summary: str
    description: str
    area_path: str
    area_name: str
    place_text: str
    place_quality: str
    lng: float | None
    lat: float | None
    channel: str
    phase: str
    state: str
    owner: str | None
    due_at: datetime | None
    version: int
    reported_at: datetime
    result: str
    answer: str
    score: int | None
    public_text: str
    published_at: datetime | None

    @classmethod
    def of(cls, matter: Matter) -> MatterOut:
        """The columns of a matter read with its work, class and area."""
        work, owner = matter.work, matter.work.owner
        return cls(
            **{name: getattr(matter, name) for name in _OWN},
            class_code=matter.matter_class.code,
            class_title=title_of(matter.matter_class),
            area_path=matter.area.path,
            area_name=matter.area.name,
            phase=work.phase,
            state=work.state,
            owner=owner.name if owner else None,
            due_at=work.due_at,
            version=work.version,
        )


_OWN = (
    "id",
    "number",
    "summary",
    "description",
    "place_text",
    "place_quality",
    "lng",
    "lat",
    "channel",
    "reported_at",
    "result",
    "answer",
    "score",
    "public_text",
    "published_at",
)


class MatterWithMovesOut(MatterOut):
    """One matter with the steps the caller may take now."""

    moves: list[OpenMoveOut]
    units: list[UnitOut]


class MattersOut(Schema):
    """A page of a queue; `next` leads on and is null on the last page."""

    items: list[MatterOut]
    next: str | None


class ClassOut(Schema):
    """A class new matters may be filed under."""

    code: str
    major: str
    title: str
    duty: str
    severity: int
    limit: str
    on_the_spot: bool
    stop_notice: str
    conditions: list[dict[str, object]]

    @classmethod
    def of(cls, matter_class: MatterClass) -> ClassOut:
        """A class in the reader's language."""
        return cls(
            **{name: getattr(matter_class, name) for name in _CLASS},
            major=in_language(matter_class.major_zh, matter_class.major_en),
            title=title_of(matter_class),
            stop_notice=in_language(matter_class.stop_notice_zh, matter_class.stop_notice_en),
        )


_CLASS = ("code", "duty", "severity", "limit", "on_the_spot", "conditions")


class PublishedOut(Schema):
    """What everybody may read of a settled matter."""

    number: str
    class_title: str
    area_name: str
    public_text: str
    published_at: datetime
    days: float
    lng: float | None
    lat: float | None

    @classmethod
    def of(cls, matter: Matter) -> PublishedOut:
        """The public part alone: the place is blurred, the text is the one written for it."""
        lng, lat = (None, None)
        if matter.lng is not None and matter.lat is not None:
            lng, lat = blurred(matter.lng, matter.lat)
        assert matter.published_at is not None
        return cls(
            number=matter.number,
            class_title=title_of(matter.matter_class),
            area_name=matter.area.name,
            public_text=matter.public_text,
            published_at=matter.published_at,
            days=days_between(matter.work.opened_at, matter.published_at),
            lng=lng,
            lat=lat,
        )


class PhotoOut(Schema):
    id: UUID
    kind: str
    width: int | None
    height: int | None


class ArchiveOut(Schema):
    """The case part of a closed matter as data, with the digests of the printed papers."""

    matter: MatterOut
    story: list[MoveOut]
    answers: dict[str, object]
    case_sha256: str
    annex_sha256: str | None
    archived_at: datetime
