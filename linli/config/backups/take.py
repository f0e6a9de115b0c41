"""Makes a backup: one moment of the database, the files it names, the keys beside or elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import psycopg

from linli.config.backups import copying, store
from linli.config.backups.errors import BackupError
from linli.config.backups.house import House, counted, has_table, migrations
from linli.config.backups.manifest import (
    DUMP,
    FILES,
    KEYS,
    MANIFEST,
    Manifest,
    fingerprint,
    keys_in,
    write_sums,
)

STAMP = "linli-%Y%m%dT%H%M%SZ"
SEALED_HEAD = "SELECT seq::text, encode(chain, 'hex') FROM audit_seal ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made."""

    folder: Path
    keys: Path | None
    manifest: Manifest
    removed: list[str] = field(default_factory=list)
    keys_wanting: list[str] = field(default_factory=list)


def take_backup(
    house: House, folder: Path, *, keys_to: Path | None, keep: int | None, at: datetime
) -> Taken:
    """Write a whole set, or nothing; while the house works.

    The keys are copied last: a key that was destroyed meanwhile must not come back. The set gets
    its name after its keys have theirs, so no set is without. Raises BackupError.
    """
    name = at.strftime(STAMP)
    with store.alone_in(folder):
        if (folder / name).exists():
            raise BackupError(f"{folder / name} is there already; wait a second.")
        part = folder / f"{name}{store.PART}"
        copying.make_folder(part)
        manifest = _fill(house, part, before=next(iter(store.sets_in(folder)), None), at=at)
        keys = _take_keys(house, keys_to, name) if keys_to else None
        whole = store.publish(part, name)
        removed = store.keep_newest(folder, most=keep) if keep else []
        wanting = store.keep_newest_keys(keys_to) if keys_to and keep else []
        return Taken(whole, keys, manifest, removed, wanting)


def _fill(house: House, part: Path, *, before: Path | None, at: datetime) -> Manifest:
    digests: dict[str, str] = {}
    with house.connected() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        manifest = _described(house, connection, at=at)
        house.tools.dump(part / DUMP, snapshot=_snapshot(connection))
        named = _files_named(connection)
    digests[DUMP] = copying.sha256_of(part / DUMP)
    digests |= _copy_files(house.media_dir, part / FILES, before=before)
    kept = {Path(name).name for name in digests}
    manifest = replace(
        manifest,
        file_count=len(digests),
        file_bytes=sum((part / name).stat().st_size for name in digests),
        absent=tuple(sorted(set(named) - kept)),
        keys=keys_in(house.keys_dir),
    )
    copying.write(part / MANIFEST, manifest.written())
    digests[MANIFEST] = copying.sha256_of(part / MANIFEST)
    write_sums(part, digests)
    return manifest


def _described(house: House, connection: psycopg.Connection, *, at: datetime) -> Manifest:
    return Manifest(
        id=str(uuid4()),
        made_at=at.isoformat(timespec="seconds"),
        profile=house.places.profile,
        postgresql=connection.info.server_version // 10000,
        migrations=migrations(connection),
        packs=tuple(_packs(connection)),
        rows=counted(connection),
        secret=fingerprint(house.secret_key.encode()),
        chain_head=_chain_head(connection),
    )


def _snapshot(connection: psycopg.Connection) -> str:
    """The moment the rows were counted at is the moment that is dumped."""
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    return str(row[0])


def _packs(connection: psycopg.Connection) -> Iterable[str]:
    if not has_table(connection, "packs_installed"):
        return []
    rows = connection.execute(
        "SELECT DISTINCT ON (name) name || ' ' || version FROM packs_installed "
        "ORDER BY name, installed_at DESC"
    )
    return [str(said) for (said,) in rows.fetchall()]


def _chain_head(connection: psycopg.Connection) -> dict[str, str]:
    """Where the seal of the trail stood: an anchor outside the database."""
    if not has_table(connection, "audit_seal"):
        return {}
    row = connection.execute(SEALED_HEAD).fetchone()
    return {} if row is None else {"seq": str(row[0]), "chain": str(row[1])}


def _files_named(connection: psycopg.Connection) -> list[str]:
    if not has_table(connection, "files_upload"):
        return []
    rows = connection.execute("SELECT id::text FROM files_upload WHERE erased_at IS NULL")
    return [str(name) for (name,) in rows.fetchall()]


def _copy_files(media: Path, target: Path, *, before: Path | None) -> dict[str, str]:
    """Every file but those half-written; one that is erased meanwhile is left out."""
    digests: dict[str, str] = {}
    copying.make_folder(target)
    for source in copying.files_below(media):
        inside = source.relative_to(media)
        if inside.name.endswith(store.PART):
            continue
        copying.make_folder((target / inside).parent)
        same = before / FILES / inside if before else None
        try:
            digests[f"{FILES}/{inside}"] = copying.copy(source, target / inside, same=same)
        except FileNotFoundError:
            continue
    return digests


def _take_keys(house: House, folder: Path, name: str) -> Path:
    copying.make_folder(folder)
    part = folder / f"{name}-keys{store.PART}"
    copying.make_folder(part / KEYS)
    digests = {
        f"{KEYS}/{source.name}": copying.copy(source, part / KEYS / source.name)
        for source in sorted(house.keys_dir.glob("*.key"))
    }
    write_sums(part, digests)
    return store.publish(part, f"{name}-keys")
