"""Brings a house back from a backup: everything is looked at first, then the database at once."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from linli.config.backups import copying
from linli.config.backups.errors import BackupError
from linli.config.backups.house import House, counted, has_table
from linli.config.backups.manifest import DUMP, FILES, Manifest
from linli.config.places import RESTORING
from linli.config.processes.turns import serving

# A house with a row in one of these has been lived in.
LIVED_IN = ("accounts_account", "territory_area", "people_person", "audit_entry")
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'linli%'
      AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A set that was verified, and its keys."""

    folder: Path
    keys: Path
    manifest: Manifest
    digests: Mapping[str, str]


def require_nobody_serves(house: House) -> None:
    """A house that works must not change under its own feet. Raises BackupError."""
    if pids := serving(house.places.home):
        raise BackupError(f"The house is served by process {pids[0]}. Stop it (linli stop).")
    with house.connected() as connection:
        row = connection.execute(OTHERS).fetchone()
    if row is not None and row[0]:
        raise BackupError(
            f"{row[0]} connections of this house are open on its database. "
            "Stop its processes on every machine."
        )


def is_lived_in(house: House) -> bool:
    """Whether anything would be lost: rows, files, or a restore of another set that was cut."""
    with house.connected() as connection:
        rows = any(_has_rows(connection, table) for table in LIVED_IN)
    return rows or any(True for _ in copying.files_below(house.media_dir))


def _has_rows(connection: psycopg.Connection, table: str) -> bool:
    if not has_table(connection, table):
        return False
    asked = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    row = connection.execute(asked).fetchone()
    return row is not None and bool(row[0])


def cut_restore(house: House) -> str:
    """The id of the set whose restore was cut; empty when none was."""
    marker = house.places.home / RESTORING
    return marker.read_text().strip() if marker.exists() else ""


def restore(house: House, source: Source, *, at: datetime) -> dict[str, int]:
    """Put the set in place of what is here; how many rows each table has now.

    Until the database has taken the whole dump, with the rows that were counted when it was made,
    nothing is changed. From there on a marker says that the restore is under way, and the same
    command ends it. Raises BackupError or ClusterError.
    """
    try:
        staged = _stage(source.folder / FILES, house.media_dir)
        if any(source.digests[f"{FILES}/{name}"] != is_now for name, is_now in staged.items()):
            raise BackupError("The backup changed while it was read. Verify it again.")
        _stage(source.keys, house.keys_dir)
        marker = house.places.home / RESTORING
        marker.unlink(missing_ok=True)
        copying.write(marker, f"{source.manifest.id}\n".encode())
        try:
            house.tools.restore(source.folder / DUMP, provided=as_counted(source.manifest.rows))
        except BaseException:
            marker.unlink()  # the database has changed nothing, and so have we
            raise
        _swap(house.media_dir, aside=".before")
        shutil.rmtree(house.media_dir / ".before")
        _swap(house.keys_dir, aside=f"before-{at:%Y%m%dT%H%M%SZ}")
        marker.unlink()
    except OSError as error:
        raise BackupError(f"{error.filename}: {error.strerror}.") from error
    with house.connected() as connection:
        return counted(connection)


def as_counted(rows: Mapping[str, int]) -> str:
    """A statement that fails unless every table holds the rows it held."""
    checks = [
        sql.SQL(
            "IF (SELECT count(*) FROM public.{table}) <> {rows} THEN "
            "RAISE EXCEPTION 'the table % has other rows than were dumped', {name}; END IF;"
        ).format(table=sql.Identifier(table), rows=sql.Literal(count), name=sql.Literal(table))
        for table, count in rows.items()
    ]
    text = sql.SQL(" ").join(checks).as_string(None)
    return f"DO $linli$ BEGIN {text} END $linli$;"


def _stage(source: Path, folder: Path) -> dict[str, str]:
    """Copy everything beside, on the volume where it will be used; the digests of the copies."""
    digests: dict[str, str] = {}
    staged = folder / ".restored"
    shutil.rmtree(staged, ignore_errors=True)
    copying.make_folder(staged)
    for path in copying.files_below(source):
        target = staged / path.relative_to(source)
        copying.make_folder(target.parent)
        digests[str(path.relative_to(source))] = copying.copy(path, target)
    copying.sync_folders(staged)
    return digests


def _swap(folder: Path, *, aside: str) -> None:
    """What was there goes aside, what was staged comes into its place.

    Inside the folder, which may be a volume of its own and then cannot be renamed.
    """
    shutil.rmtree(folder / aside, ignore_errors=True)
    (folder / aside).mkdir(mode=0o700)
    for old in [p for p in folder.iterdir() if not p.name.startswith((".", "before-"))]:
        old.rename(folder / aside / old.name)
    staged = folder / ".restored"
    for new in list(staged.iterdir()):
        new.rename(folder / new.name)
    staged.rmdir()
    copying.sync_folder(folder)
