"""Matters for programs: the same queries and services as the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import File, Header, Query, Router, Status
from ninja.files import UploadedFile

from linli.domains.matters import queries
from linli.domains.matters.queries import Queue
from linli.domains.matters.rules import PHOTO_KINDS
from linli.domains.matters.schemas import (
    ArchiveOut,
    ClassOut,
    MatterOut,
    MattersOut,
    MatterWithMovesOut,
    MoveIn,
    MoveOut,
    OpenMoveOut,
    PhotoOut,
    PublishedOut,
    ReceiptOut,
    ReportIn,
    UnitOut,
)
from linli.domains.matters.services.moving import move_matter
from linli.domains.matters.services.photos import add_photo as add_photo_to
from linli.domains.matters.services.reporting import report_matter
from linli.engines.files.queries import files_of, get_file, path_of
from linli.engines.files.rules import check_size
from linli.engines.workflow.queries import moves_open, standing_of, story_of
from linli.engines.workflow.rules.moves import trusted_time
from linli.ground.accounts.queries import units_at
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Forbidden, Refusal
from linli.kernel.refs import Ref

router = Router(tags=["matters"])
Key = Annotated[UUID, Header(alias="Idempotency-Key")]
OFFLINE = timedelta(hours=72)
# A report is refused in the words of its form; a program looks for the field where it sent it.
_IN_THE_BODY = {
    "matter_class": "class_code",
    "place_text": "place.text",
    "crs": "place.crs",
    "place_id": "place.place_id",
    "area_id": "place.area_id",
    "phone": "reporter.phone",
}


def _actor(request: HttpRequest) -> Actor:
    actor = getattr(request, "actor", None)
    assert isinstance(actor, Actor)
    return actor


@router.post("", response={201: ReceiptOut})
def report(request: HttpRequest, body: ReportIn, key: Key) -> Status[ReceiptOut]:
    """Take a matter in. The same key and body again, also at once, get the same receipt."""
    actor, heard_at = _actor(request), clock.now()
    actor.require("matters.report")
    at, doubtful = trusted_time(
        body.happened_at or heard_at, heard_at=heard_at, last_contact=heard_at - OFFLINE
    )
    try:
        matter = report_matter(
            body.report(), by=actor, at=at, request_id=key, at_doubtful=doubtful
        )
    except Refusal as refusal:
        refusal.field = _IN_THE_BODY.get(refusal.field or "", refusal.field)
        raise
    receipt = ReceiptOut(
        id=matter.id,
        number=matter.number,
        query_code=queries.query_code_of(matter),
        place_quality=matter.place_quality,
        area_path=matter.area.path,
        received_at=matter.work.opened_at,
    )
    return Status(201, receipt)


@router.get("", response=MattersOut)
def matters(
    request: HttpRequest,
    queue: Queue = Queue.ALL,
    q: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
    cursor: Annotated[str, Query(max_length=300)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> MattersOut:
    """One queue, first what is due first, page by page."""
    found = queries.search(queries.desk(queue, seen_by=_actor(request), at=clock.now()), q)
    page = queries.page_of(found, cursor=cursor, limit=limit)
    return MattersOut(items=[MatterOut.of(matter) for matter in page.items], next=page.next)


@router.get("/classes", response=list[ClassOut])
def classes(request: HttpRequest) -> list[ClassOut]:
    """Every class new matters may be filed under."""
    return [ClassOut.of(matter_class) for matter_class in queries.current_classes()]


@router.get("/published", response=list[PublishedOut], auth=None)
def published(
    request: HttpRequest, limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> list[PublishedOut]:
    """What everybody may read, the latest first."""
    return [PublishedOut.of(matter) for matter in queries.published()[:limit]]


@router.get("/{uuid:matter_id}", response=MatterWithMovesOut)
def matter(request: HttpRequest, matter_id: UUID) -> MatterWithMovesOut:
    """One matter, with the steps the caller may take now."""
    actor = _actor(request)
    found = queries.get_matter(matter_id, seen_by=actor)
    standing = standing_of(actor, found.work, permission="matters.handle")
    facts = queries.facts_about(found)
    moves = moves_open(found.work, facts=facts, standing=standing, at=clock.now())
    asked = {need for move in moves for need in move.needs}
    units = units_at(found.area.path) if {"unit", "units"} & asked else []
    return MatterWithMovesOut(
        **MatterOut.of(found).model_dump(),
        moves=[
            OpenMoveOut(
                key=m.key,
                title=queries.in_language(m.title.zh, m.title.en),
                needs=list(m.needs),
            )
            for m in moves
        ],
        units=[UnitOut(id=unit.id, name=unit.name) for unit in units],
    )


@router.get("/{uuid:matter_id}/moves", response=list[MoveOut])
def story(request: HttpRequest, matter_id: UUID) -> list[MoveOut]:
    """Every step of a matter in order."""
    found = queries.get_matter(matter_id, seen_by=_actor(request))
    return [MoveOut.of(move) for move in story_of(found.work)]


@router.post("/{uuid:matter_id}/moves", response={201: MoveOut})
def move(request: HttpRequest, matter_id: UUID, body: MoveIn, key: Key) -> Status[MoveOut]:
    """Take one step. The same key again gets the step it took."""
    actor = _actor(request)
    found = queries.get_matter(matter_id, seen_by=actor)
    made = move_matter(
        found,
        key=body.key,
        answered=body.answered(),
        by=actor,
        at=clock.now(),
        seen_version=body.seen_version,
        request_id=key,
    )
    return Status(201, MoveOut.of(made.move))


@router.get("/{uuid:matter_id}/photos", response=list[PhotoOut])
def photos(request: HttpRequest, matter_id: UUID) -> list[PhotoOut]:
    """The photos kept of a matter."""
    found = queries.get_matter(matter_id, seen_by=_actor(request))
    kept = files_of(Ref("matter", found.id), kinds=PHOTO_KINDS)
    return [PhotoOut.from_orm(upload) for upload in kept]


@router.post("/{uuid:matter_id}/photos", response={201: PhotoOut})
def add_photo(
    request: HttpRequest, matter_id: UUID, key: Key, photo: File[UploadedFile]
) -> Status[PhotoOut]:
    """Add one photo; it is checked, re-encoded and stripped of its metadata."""
    actor = _actor(request)
    found = queries.get_matter(matter_id, seen_by=actor)
    if not (actor.may("matters.report") or actor.may("matters.handle")):
        raise Forbidden  # who may only look adds nothing
    check_size(photo.size or 0, field="photo")
    upload = add_photo_to(
        found, photo.read(), kind="photo", by=actor, at=clock.now(), request_id=key
    )
    return Status(201, PhotoOut.from_orm(upload))


@router.get("/{uuid:matter_id}/photos/{uuid:photo_id}")
def photo(request: HttpRequest, matter_id: UUID, photo_id: UUID) -> FileResponse:
    """The picture itself."""
    found = queries.get_matter(matter_id, seen_by=_actor(request))
    upload = get_file(photo_id, of=Ref("matter", found.id), kinds=PHOTO_KINDS)
    return FileResponse(path_of(upload.id).open("rb"), content_type=upload.media_type)


@router.get("/{uuid:matter_id}/archive", response=ArchiveOut)
def archive(request: HttpRequest, matter_id: UUID) -> ArchiveOut:
    """The case part of an archived matter as data."""
    kept = queries.get_archive(matter_id, seen_by=_actor(request))
    return ArchiveOut(
        matter=MatterOut.of(kept.matter),
        story=[MoveOut.of(move) for move in story_of(kept.matter.work)],
        answers=queries.answers_of(kept.matter),
        case_sha256=bytes(kept.case_sha256).hex(),
        annex_sha256=bytes(kept.annex_sha256).hex() if kept.annex_sha256 else None,
        archived_at=kept.archived_at,
    )
