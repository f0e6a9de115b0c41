"""The same settings for the role that owns the tables: `linli migrate` runs with these."""

from __future__ import annotations

from psycopg.conninfo import conninfo_to_dict

from linli.config.settings import *  # noqa: F403 - the same settings
from linli.config.settings import DATABASES, HOUSE, server_of

DATABASES["default"] |= server_of(conninfo_to_dict(HOUSE.places.owner_dsn))
