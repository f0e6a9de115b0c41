"""The tests' own database, up before Django reads its settings, left when the run ends."""

from __future__ import annotations

import atexit
import os

from linli.config.database import database_of
from linli.config.environment import Places


def start() -> str:
    """Put this process into the test profile and bring its database up.

    Runs side by side share the server; the last to end stops it.
    """
    os.environ.pop("LINLI_DEMO", None)
    os.environ["LINLI_TESTING"] = "1"
    database = database_of(Places.from_env())
    dsn = database.ensure_running()
    atexit.register(database.release)
    return dsn


# Named with `-p`, so that it runs before pytest-django reads the settings.
start()
