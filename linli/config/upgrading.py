"""An upgrade: looked at first, backed up, and taken back whole when a step fails."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from linli.config.backups import BackupError
from linli.config.backups.house import House
from linli.config.backups.manifest import DUMP
from linli.config.backups.restore import as_counted
from linli.config.backups.take import Taken
from linli.config.cluster.folders import MB, free_mb

SIZE = "SELECT pg_database_size(current_database())"
SPARE_MB = 256


@dataclass(frozen=True, slots=True)
class Step:
    """One thing an upgrade does."""

    name: str
    run: Callable[[], object]


def check_room(house: House, backup_dir: Path) -> None:
    """The dump and a rewritten table must fit; nothing begins that cannot end. Raises BackupError."""
    with house.connected() as connection:
        row = connection.execute(SIZE).fetchone()
    needed = (row[0] if row else 0) // MB + SPARE_MB
    for folder in (backup_dir, house.places.home):
        near = next(path for path in (folder, *folder.parents) if path.is_dir())
        if free_mb(near) < needed:
            raise BackupError(
                f"The upgrade needs {needed} MB at {near}, {free_mb(near)} MB are free. "
                "Make room first; nothing was changed."
            )


def known_migrations() -> frozenset[str]:
    """Every migration this code brings; the applications must be loaded."""
    from django.db.migrations.loader import MigrationLoader

    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    return frozenset(f"{app}.{name}" for app, name in found)


def check_not_newer(applied: Sequence[str], *, known: frozenset[str]) -> None:
    """This code must know every table that is there. Raises BackupError."""
    if unknown := sorted(set(applied) - known):
        raise BackupError(
            f"The database was made by newer code: this code does not know {unknown[0]}. "
            "Fetch that code; nothing was changed."
        )


def run_or_undo(
    steps: Sequence[Step],
    *,
    house: House,
    taken: Taken,
    static: Path,
    tell: Callable[[str], None],
) -> None:
    """Take every step, or give back the rows, the styles and the keys as they were.

    Raises BackupError naming the step and why.
    """
    _set_aside(static)
    for step in steps:
        tell(step.name)
        try:
            step.run()
        except BaseException as error:
            _undo(house, taken, static)
            raise BackupError(
                f"{step.name} failed: {_first_line(error)}. Everything is as it was before "
                f"(from {taken.folder}). Put the former code back and start it."
            ) from error
    shutil.rmtree(_aside(static), ignore_errors=True)


def _undo(house: House, taken: Taken, static: Path) -> None:
    connections.close_all()  # a step that failed may have left a table locked
    house.tools.restore(taken.folder / DUMP, provided=as_counted(taken.manifest.rows))
    shutil.rmtree(static, ignore_errors=True)
    if _aside(static).is_dir():
        _aside(static).rename(static)


def _set_aside(static: Path) -> None:
    shutil.rmtree(_aside(static), ignore_errors=True)
    if static.is_dir():
        shutil.copytree(static, _aside(static))


def _aside(static: Path) -> Path:
    return static.with_name(f"{static.name}.before")


def _first_line(error: BaseException) -> str:
    said = str(error).strip().splitlines()
    return said[0] if said else type(error).__name__
