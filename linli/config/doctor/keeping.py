"""What must not be lost: keys, files, and the backups of both."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from django.conf import settings

from linli.config.backups import BackupError, store
from linli.config.backups.manifest import Manifest
from linli.config.backups.trial import sealed_values
from linli.config.doctor.finding import Finding, fault, ok, remark
from linli.config.environment import Settings
from linli.engines.files.models import Upload
from linli.engines.files.queries import path_of
from linli.kernel import clock
from linli.kernel.errors import _
from linli.kernel.keys import PURPOSES

NEWEST, RANDOM = 20, 30
BACKUP_LATE, BACKUP_LOST = timedelta(hours=26), timedelta(days=7)


def keys() -> Iterator[Finding]:
    """Each purpose has its key, nobody else reads it, and it opens what was sealed."""
    folder = settings.KEYS_DIR
    missing = [one for one in sorted(PURPOSES) if not (folder / f"{one}.key").is_file()]
    if missing:
        yield fault(
            "keys",
            _("There is no key for {names} in {folder}."),
            _(
                "Bring it back from a key set of linli backup. Only for a purpose never used: linli migrate."
            ),
            names=", ".join(missing),
            folder=folder,
        )
        return
    open_to_others = [
        path.name
        for path in (folder, *sorted(folder.glob("*.key")))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_to_others:
        yield fault(
            "keys",
            _("Others on this machine can read {names}."),
            "chmod -R go= {folder}",
            names=", ".join(open_to_others),
            folder=folder,
        )
    shut = list(sealed_values())
    for said in shut:
        yield fault(
            "keys",
            "{said}",
            _("The keys are of another house or another day: bring the right ones back."),
            said=said,
        )
    if not shut:
        yield ok("keys", _("{count} keys open what they sealed."), count=len(PURPOSES))


def files() -> Iterator[Finding]:
    """The newest files and some at random are there and are what they were."""
    kept = Upload.objects.filter(erased_at=None).only("id", "sha256")
    asked = {
        upload.id: upload
        for upload in chain(kept.order_by("-id")[:NEWEST], kept.order_by("?")[:RANDOM])
    }
    wrong = [str(upload.id) for upload in asked.values() if not _is_whole(upload)]
    if wrong:
        yield fault(
            "files",
            _("{count} of {asked} files looked at are missing or changed, such as {first}."),
            _("Is the right folder mounted at {folder}? Else copy them from a backup's files."),
            count=len(wrong),
            asked=len(asked),
            first=wrong[0],
            folder=settings.MEDIA_DIR,
        )
    else:
        yield ok("files", _("{asked} files looked at are whole."), asked=len(asked))


def _is_whole(upload: Upload) -> bool:
    try:
        with path_of(upload.id).open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == bytes(upload.sha256)
    except OSError:
        return False


def backup() -> Iterator[Finding]:
    """There is one from last night."""
    folder = Settings.from_env().backup_dir
    if folder is None:
        yield remark(
            "backup",
            _("LINLI_BACKUP_DIR is not set, so nobody knows of a backup."),
            _("Set it and LINLI_BACKUP_KEYS_DIR, and enable linli-backup.timer."),
        )
        return
    made = next((_made_at(one) for one in store.sets_in(folder)), None)
    if made is None:
        yield fault(
            "backup",
            _("There is no readable backup in {folder}."),
            _("Run linli backup now, and see why the timer did not."),
            folder=folder,
        )
        return
    age = clock.now() - made
    said, values = (
        _("The newest backup is of {at}."),
        {"at": f"{clock.local(made):%Y-%m-%d %H:%M}"},
    )
    todo = _("Run linli backup now, and see why the timer did not.")
    if age > BACKUP_LATE:
        yield (fault if age > BACKUP_LOST else remark)("backup", said, todo, **values)
    else:
        yield ok("backup", said, **values)


def _made_at(folder: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(Manifest.read(folder).made_at)
    except (BackupError, ValueError):
        return None
