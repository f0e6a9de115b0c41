"""The database of this process: the server given by DATABASE_URL, or a cluster of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from linli.config.cluster import Cluster, ClusterError
from linli.config.cluster.binaries import OLDEST
from linli.config.environment import Places


class Database(Protocol):
    """What the house needs of a database: that it is there, and that it can be left."""

    def ensure_running(self) -> str: ...

    def is_running(self) -> bool: ...

    def release(self) -> None: ...


class GivenServer:
    """A server somebody else runs: looked at, never started or stopped."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def ensure_running(self) -> str:
        """The address, once the server has answered and is new enough."""
        version = self._version()
        if version // 10000 < OLDEST:
            raise ClusterError(
                f"The server of DATABASE_URL is PostgreSQL {version // 10000}; "
                f"{OLDEST} or newer is needed."
            )
        return self._dsn

    def is_running(self) -> bool:
        # Whoever runs the server watches it; the pages say so themselves when it is away.
        return True

    def release(self) -> None:
        """Nothing to leave: we never came."""

    def _version(self) -> int:
        import psycopg  # not needed, and not quick, where the cluster is our own

        try:
            with psycopg.connect(self._dsn, connect_timeout=10) as connection:
                return connection.info.server_version
        except psycopg.OperationalError as error:
            # The first line names host and reason; the address itself may hold a password.
            reason = str(error).strip().splitlines()[0]
            raise ClusterError(
                f"The server of DATABASE_URL does not answer: {reason}"
            ) from None


def database_of(places: Places) -> Database:
    """The server given, else our own."""
    if places.database_url is not None:
        return GivenServer(places.database_url)
    return Cluster(places=places)


@contextmanager
def running_database(places: Places) -> Iterator[Database]:
    """The database, there for as long as the block runs."""
    database = database_of(places)
    database.ensure_running()
    try:
        yield database
    finally:
        database.release()
