"""What the house's role may do with the owner's tables, said anew after each migration and restore.

It reads and writes rows. It changes no table, and of the trail it may only read and add: no
update, no delete, no truncate, whatever a fault or an injected statement asks for.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from linli.config.environment import Places

# What only grows, and what only its owner writes.
GROWING: Final = ("audit_entry", "audit_seal")
OWNERS: Final = ("audit_month", "django_migrations")

_RIGHTS: Final = """
DO $rights$
DECLARE
    house CONSTANT text := {role};
    growing CONSTANT text[] := {growing};
    owners CONSTANT text[] := {owners};
    one text;
BEGIN
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', house);
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', house);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', house);
    FOREACH one IN ARRAY growing || owners LOOP
        CONTINUE WHEN to_regclass('public.' || one) IS NULL;
        EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC, %I', one, house);
        EXECUTE format('GRANT SELECT ON public.%I TO %I', one, house);
        IF one = ANY (growing) THEN
            EXECUTE format('GRANT INSERT ON public.%I TO %I', one, house);
        END IF;
    END LOOP;
    -- To count rows for the planner is a right of its own from PostgreSQL 17 on.
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE format('GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO %I', house);
    END IF;
END $rights$;
"""


def role_of(dsn: str) -> str:
    """The role an address signs in as."""
    parts = urlsplit(dsn)
    asked = parse_qs(parts.query).get("user", [""])[0]
    return asked or unquote(parts.username or "")


def is_divided(places: Places) -> bool:
    """Whether the house runs as another role than the one that owns its tables."""
    return role_of(places.dsn) != role_of(places.owner_dsn)


def rights_of(role: str) -> str:
    """The statement that gives a role exactly its rights; the owner tells it."""
    return _RIGHTS.format(
        role=_quoted(role),
        growing=f"ARRAY[{', '.join(map(_quoted, GROWING))}]",
        owners=f"ARRAY[{', '.join(map(_quoted, OWNERS))}]",
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
