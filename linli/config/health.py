"""Two answers for whoever watches the machine: alive, and ready."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.config.cluster.folders import free_mb
from linli.config.environment import Settings

SCARCE_MB = 64  # below this a photo may not fit; the database fails much later


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view's first word
    """This process answers; nothing else is asked."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view's first word
    """Whether work can be done here, and if not, what stands in the way."""
    checks = _database() | _disk()
    ready = all(value == "ok" for value in checks.values())
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def _database() -> dict[str, str]:
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except Error:
        return {"database": "away", "migrations": "unknown"}
    missing = len(_wanted() - applied.keys())
    return {"database": "ok", "migrations": f"{missing} missing" if missing else "ok"}


@lru_cache(maxsize=1)
def _wanted() -> frozenset[tuple[str, str]]:
    """The migrations this code was shipped with; read once, they cannot change under it."""
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    assert disk is not None
    return frozenset(disk)


@lru_cache(maxsize=1)
def _folders() -> dict[str, Path]:
    settings = Settings.from_env()
    return {"disk_data": settings.data_dir, "disk_files": settings.media_dir}


def _disk() -> dict[str, str]:
    return {name: _room(folder) for name, folder in _folders().items()}


def _room(folder: Path) -> str:
    """`ok`, or the megabytes left where the folder is, or will be."""
    near = next(path for path in (folder, *folder.parents) if path.is_dir())
    free = free_mb(near)
    return "ok" if free >= SCARCE_MB else f"{free} MB left"
