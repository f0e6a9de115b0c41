from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from linli.engines.files.models import Upload
from linli.kernel.errors import Gone, NotFound
from linli.kernel.refs import Ref


def files_of(subject: Ref, *, kinds: tuple[str, ...] = ()) -> QuerySet[Upload]:
    """What is kept about a record, oldest first."""
    found = Upload.objects.filter(
        subject_kind=subject.kind, subject_id=subject.id, erased_at=None
    )
    return (found.filter(kind__in=kinds) if kinds else found).order_by("created_at", "id")


def get_file(upload_id: UUID, *, of: Ref, kinds: tuple[str, ...]) -> Upload:
    """One file of one record; the caller has made sure that the record may be seen.

    The kinds are asked for because they are not open to the same readers: a photo is, the
    annex with the reporter's name is not.
    """
    try:
        upload = Upload.objects.get(
            id=upload_id, subject_kind=of.kind, subject_id=of.id, kind__in=kinds
        )
    except Upload.DoesNotExist:
        raise NotFound from None
    if upload.erased_at is not None:
        raise Gone
    return upload


def path_of(upload_id: UUID, *, small: bool = False) -> Path:
    """Where the bytes lie: spread over folders by the id's last two signs, which are random."""
    name = f"{upload_id}{'.small' if small else ''}"
    return Path(settings.MEDIA_DIR) / upload_id.hex[-2:] / name
