"""What the house stands on: the database, its tables, the disks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder

from linli.config.cluster.binaries import OLDEST
from linli.config.cluster.folders import free_mb
from linli.config.doctor.finding import Finding, fault, ok, remark
from linli.config.environment import Places, Settings
from linli.config.health import SCARCE_MB
from linli.config.places import RESTORING
from linli.config.rights import is_divided
from linli.config.upgrading import known_migrations
from linli.kernel.errors import _

LITTLE_MB = 1024
# What makes an acknowledged write last; a hurried administrator may have switched one off.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def database() -> Iterator[Finding]:
    """New enough, and keeping its word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (major,) = cursor.fetchone()
        off = [name for name in DURABLE if _setting(cursor, name) == "off"]
        checked = _setting(cursor, "data_checksums") == "on"
    if major < OLDEST:
        yield fault(
            "database",
            _("PostgreSQL {major} is too old."),
            _("Move to {oldest} or newer: linli backup, then linli restore."),
            major=major,
            oldest=OLDEST,
        )
    for name in off:
        yield fault(
            "database",
            _("{name} is off: what was acknowledged may be lost when the power fails."),
            _("Set {name} = on in postgresql.conf and reload."),
            name=name,
        )
    if not checked:
        yield remark(
            "database",
            _("Pages carry no checksums: a rotting disk is not noticed."),
            _("Stop the server and run pg_checksums --enable."),
        )
    yield ok("database", _("PostgreSQL {major} answers."), major=major)


def _setting(cursor: CursorWrapper, name: str) -> str:
    cursor.execute("SELECT current_setting(%s, true)", [name])
    return str(cursor.fetchone()[0])


def rights() -> Iterator[Finding]:
    """The house's role is nobody's master: neither of the server nor of the trail."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (is_super,) = cursor.fetchone()
    if is_super:
        yield fault(
            "rights",
            _("The house works as a superuser of the database."),
            _("Give it a role that owns its database and nothing else."),
        )
    elif not is_divided(Places.from_env()):
        yield remark(
            "rights",
            _(
                "The house's role owns the trail it writes: only a trigger keeps it from changes."
            ),
            _("Give it a role that owns nothing, and the owner's address as OWNER_URL."),
        )
    else:
        yield ok("rights", _("The house's role is no superuser and owns nothing."))


def tables() -> Iterator[Finding]:
    """The tables are those of this code."""
    applied = {
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    }
    known = known_migrations()
    if missing := len(known - applied):
        yield fault(
            "tables",
            _("{count} migrations are missing."),
            _("Stop the house and run linli upgrade."),
            count=missing,
        )
    elif newer := len(applied - known):
        yield fault(
            "tables",
            _("The database was made by newer code ({count} migrations unknown here)."),
            _("Put that code back in place."),
            count=newer,
        )
    elif lacking := _columns_lacking():
        yield fault(
            "tables",
            _("The column {column} is not there, though its migration is applied."),
            _(
                "The tables were changed by hand, or by code that was never released: linli restore."
            ),
            column=lacking[0],
        )
    else:
        yield ok("tables", _("All {count} migrations are applied."), count=len(known))


def _columns_lacking() -> list[str]:
    """Columns this code reads and writes that no table has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname || '.' || attname FROM pg_attribute "
            "JOIN pg_class ON pg_class.oid = attrelid "
            "WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped"
        )
        there = {str(name) for (name,) in cursor.fetchall()}
    wanted = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
    }
    return sorted(wanted - there)


def cut_restore() -> Iterator[Finding]:
    """A restore that was cut leaves old files beside new rows."""
    if (Settings.from_env().places.home / RESTORING).exists():
        yield fault(
            "restore",
            _("A restore was cut short."),
            _("Run the same linli restore once more; it goes on where it was cut."),
        )


def room() -> Iterator[Finding]:
    """Each disk has room, and the database's has something aside for the day it has not."""
    settings = Settings.from_env()
    folders = {"data": settings.data_dir, "files": settings.media_dir}
    if settings.backup_dir:
        folders["backups"] = settings.backup_dir
    yield from (_room_of(name, folder) for name, folder in folders.items())
    if settings.places.database_url is None:
        if (settings.places.home / "ballast").exists():
            yield ok("ballast", _("Space is kept aside for a full disk."))
        else:
            yield remark(
                "ballast",
                _("No space is kept aside for a full disk."),
                _("Make room; it is kept again at the next start."),
            )


def _room_of(name: str, folder: Path) -> Finding:
    near = next(path for path in (folder, *folder.parents) if path.is_dir())
    free = free_mb(near)
    said, values = _("{free} MB are free in {folder}."), {"free": free, "folder": folder}
    what = f"room for {name}"
    if free < SCARCE_MB:
        todo = _("Make room now: linli db free-ballast gives minutes of air.")
        return fault(what, said, todo, **values)
    if free < LITTLE_MB:
        return remark(
            what, said, _("Make room, or move the folder to a larger disk."), **values
        )
    return ok(what, said, **values)
