"""Photos of a matter: what was reported, and what was done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.domains.matters.rules import PHOTOS, TooManyPhotos
from linli.engines.files.models import Upload
from linli.engines.files.queries import files_of
from linli.engines.files.rules import ReadyPhoto, check_size, make_ready
from linli.engines.files.services import keep_photo
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.refs import Ref


def add_photo(
    matter: Matter,
    content: bytes,
    *,
    kind: Literal["photo", "result_photo"],
    by: Actor,
    at: datetime,
    request_id: UUID,
) -> Upload:
    """Keep one more photo of a matter; the same request id again is the same photo.

    At most nine of each kind. Raises TooManyPhotos, or what the picture itself is refused for:
    the matter is kept either way.
    """
    photo = make_ready(content)
    return _keep(matter, photo, kind=kind, by=by, at=at, request_id=request_id)


@transaction.atomic
def _keep(
    matter: Matter,
    photo: ReadyPhoto,
    *,
    kind: str,
    by: Actor,
    at: datetime,
    request_id: UUID,
) -> Upload:
    matter = queries.matter_locked(matter.id)
    subject = Ref("matter", matter.id)
    kept = files_of(subject, kinds=(kind,)).exclude(id=request_id).count()
    if kept >= PHOTOS:
        raise TooManyPhotos(field="photos", most=PHOTOS)
    return keep_photo(photo, of=subject, kind=kind, by=by, at=at, request_id=request_id)


def keep_photos(
    matter: Matter,
    files: Sequence[UploadedFile[bytes]],
    *,
    kind: Literal["photo", "result_photo"],
    by: Actor,
    at: datetime,
) -> str:
    """Keep what can be kept of several photos; return why the others were refused.

    Each photo's id follows from the matter, its kind and its bytes, so a form sent twice keeps it once. The
    matter stands, whatever becomes of its photos.
    """
    refused: list[str] = []
    for file in files:
        try:
            check_size(file.size or 0)
            content = file.read()
            request_id = uuid5(matter.id, kind + hashlib.sha256(content).hexdigest())
            add_photo(matter, content, kind=kind, by=by, at=at, request_id=request_id)
        except Refusal as refusal:
            refused.append(str(refusal))
    return " ".join(dict.fromkeys(refused))
