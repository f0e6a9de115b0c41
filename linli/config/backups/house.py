"""What a backup is made of: the database, the folder of files, the folder of keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from linli.config.cluster.dumps import Tools
from linli.config.environment import Places, Settings

# Tables of the cache are emptied by a crash anyway, and are not kept.
TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpersistence = 'p'
    ORDER BY relname
"""


@dataclass(frozen=True, slots=True)
class House:
    """One house on this machine."""

    places: Places
    media_dir: Path
    keys_dir: Path
    secret_key: str

    @classmethod
    def from_env(cls) -> House:
        """The house the environment names."""
        found = Settings.from_env()
        return cls(found.places, found.media_dir, found.keys_dir, found.secret_key)

    @property
    def tools(self) -> Tools:
        return Tools(self.places)

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection]:
        """A connection of our own, outside Django: the tables may not be those of this code."""
        with psycopg.connect(self.places.owner_dsn, autocommit=True) as connection:
            yield connection


def counted(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows each table holds."""
    names = [str(name) for (name,) in connection.execute(TABLES).fetchall()]
    return {name: _count(connection, name) for name in names}


def _count(connection: psycopg.Connection, table: str) -> int:
    asked = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    row = connection.execute(asked).fetchone()
    assert row is not None
    return int(row[0])


def has_table(connection: psycopg.Connection, name: str) -> bool:
    """Whether there is such a table; an old database may lack one."""
    row = connection.execute("SELECT to_regclass(%s)", (f"public.{name}",)).fetchone()
    return row is not None and row[0] is not None


def migrations(connection: psycopg.Connection) -> tuple[str, ...]:
    """The migrations that made these tables."""
    if not has_table(connection, "django_migrations"):
        return ()
    rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return tuple(str(name) for (name,) in rows.fetchall())
