"""Photos of a matter: what was reported, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Matter
from linli.domains.matters.rules import PHOTOS, TooManyPhotos
from linli.engines.files.models import Upload
from linli.engines.files.queries import files_of
from linli.engines.files.services import keep_photo
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref


@transaction.atomic
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
    matter = queries.matter_locked(matter.id)
    subject = Ref("matter", matter.id)
    kept = files_of(subject, kinds=(kind,)).exclude(id=request_id).count()
    if kept >= PHOTOS:
        raise TooManyPhotos(field="photos", most=PHOTOS)
    return keep_photo(content, of=subject, kind=kind, by=by, at=at, request_id=request_id)
