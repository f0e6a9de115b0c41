from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, transaction

from linli.engines.files.models import Upload
from linli.engines.files.queries import path_of
from linli.engines.files.rules import ReadyPhoto
from linli.ground.audit.services import RequestIdReused, note
from linli.kernel.actor import Actor
from linli.kernel.errors import Unavailable, _
from linli.kernel.refs import Ref


class NoRoom(Unavailable):
    """The folder of the files takes no more."""

    message = _(
        "There is no room for files right now. Your matter is kept; send the photo later."
    )


@transaction.atomic
def keep_photo(
    photo: ReadyPhoto, *, of: Ref, kind: str, request_id: UUID, by: Actor, at: datetime
) -> Upload:
    """Keep a picture that was made ready; the same id again is the same picture.

    The bytes are on the disk before the row is committed, so that a row never points at nothing; a
    crash between the two leaves a file without a row, which the next try of the same id replaces.
    Raises RequestIdReused when the id names another picture, or one of another record.
    """
    picture = photo.picture
    if earlier := Upload.objects.filter(id=request_id).first():
        _require_same(earlier, of=of, kind=kind)
        if bytes(earlier.sha256).hex() != picture.sha256:
            raise RequestIdReused
        return earlier
    upload = Upload(
        id=request_id,
        subject_kind=of.kind,
        subject_id=of.id,
        kind=kind,
        media_type="image/jpeg",
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        sha256=bytes.fromhex(picture.sha256),
        created_at=at,
    )
    _claim(upload)
    write_through(path_of(request_id), picture.content)
    write_through(path_of(request_id, small=True), photo.small.content)
    note("files.keep", of, by=by, at=at, fields=[kind])
    return upload


def _require_same(earlier: Upload, *, of: Ref, kind: str) -> None:
    """An id that names a file of another record must neither show nor replace it."""
    if (earlier.subject_kind, earlier.subject_id, earlier.kind) != (of.kind, of.id, kind):
        raise RequestIdReused


def _claim(upload: Upload) -> None:
    """Insert the row before its files are written: of two at once, one waits here and is refused."""
    try:
        with transaction.atomic():
            upload.save(force_insert=True)
    except IntegrityError:
        raise RequestIdReused from None


@transaction.atomic
def keep_paper(
    content: bytes, *, of: Ref, kind: str, request_id: UUID, by: Actor, at: datetime
) -> Upload:
    """Keep a printed paper (PDF) the house made itself; the same id again is the same paper."""
    if earlier := Upload.objects.filter(id=request_id).first():
        _require_same(earlier, of=of, kind=kind)
        return earlier
    write_through(path_of(request_id), content)
    upload = Upload(
        id=request_id,
        subject_kind=of.kind,
        subject_id=of.id,
        kind=kind,
        media_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        created_at=at,
    )
    upload.save(force_insert=True)
    note("files.keep", of, by=by, at=at, fields=[kind])
    return upload


def erase_files(
    subjects: Iterable[UUID], *, kind: str, kinds: tuple[str, ...], at: datetime
) -> int:
    """Forget files of these kinds of these records: the bytes go, the row says since when.

    A paper's digest stays, so that a copy on paper can still be proved; a photo's goes. The bytes
    are unlinked once the rows are committed; should the machine stop in between, the next run of
    `unlink_erased` finds them. The caller leaves the trace.
    """
    rows = Upload.objects.filter(
        subject_kind=kind, subject_id__in=list(subjects), kind__in=kinds, erased_at=None
    )
    ids = list(rows.values_list("id", flat=True))
    erased = Upload.objects.filter(id__in=ids)
    erased.exclude(media_type="application/pdf").update(sha256=b"")
    erased.update(erased_at=at)
    transaction.on_commit(lambda: _unlink(ids))
    return len(ids)


def unlink_erased(*, since: datetime) -> int:
    """Unlink once more what was erased since then; return how many files were still there."""
    return _unlink(Upload.objects.filter(erased_at__gte=since).values_list("id", flat=True))


def _unlink(ids: Iterable[UUID]) -> int:
    paths = [path_of(one, small=small) for one in ids for small in (False, True)]
    there = [path for path in paths if path.exists()]
    for path in there:
        path.unlink(missing_ok=True)
    return len(there)


def write_through(path: Path, content: bytes) -> None:
    """Write a file so that it survives a power cut: the bytes, then its name, then its folder."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        _sync_folder(path.parent)
        _sync_folder(path.parent.parent)
    except OSError as error:
        for left in (aside, path):  # no row names it yet, and room is what is wanting
            with suppress(OSError):
                left.unlink(missing_ok=True)
        raise NoRoom(field="photos") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
