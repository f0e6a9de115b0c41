"""The owner of the tables, for tests that do what the house itself never may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connection

from linli.ground.audit.models import Entry
from linli.ground.audit.queries import chain
from linli.kernel import clock


@contextmanager
def as_owner() -> Iterator[None]:
    """Within the block this connection may change tables; a rollback gives the rights back too."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW role")
        (role,) = cursor.fetchone()
        cursor.execute("SET ROLE NONE")
        yield
        cursor.execute("SELECT set_config('role', %s, false)", [role])


def sealed_at_once(patch: pytest.MonkeyPatch) -> None:
    """Let a sealer take what the running transaction has written: a test is one that never ends."""
    _waiting, _and, unsealed = chain._FINAL.rpartition("AND NOT")
    patch.setattr(chain, "_FINAL", f"NOT{unsealed}")


def written(count: int, *, at: datetime | None = None) -> list[Entry]:
    """So many entries about as many matters, heard when they happened."""
    at = at or clock.now()
    entries = [
        Entry(
            at=at,
            heard_at=at,
            actor_kind="person",
            actor_key=uuid4(),
            post_id=uuid4(),
            verb="matters.report",
            ref_kind="matter",
            ref_id=uuid4(),
            fields=["phone"],
            ground="回访",
        )
        for _ in range(count)
    ]
    return Entry.objects.bulk_create(entries)
