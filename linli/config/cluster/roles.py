"""Who may do what in our own cluster: one role owns the tables, another works in them.

`linli` is the house as it runs; it owns nothing. `linli_owner` owns the database, migrates it and
drops what has served its term. `postgres` is for whoever set the machine up.
"""

from __future__ import annotations

from typing import Final

ROLES_VERSION: Final = 1
# Each line may be told again. A cluster from before there was an owner hands everything over.
ROLES: Final = """\
SELECT 'CREATE ROLE linli LOGIN' WHERE to_regrole('linli') IS NULL \\gexec
SELECT 'CREATE ROLE linli_owner LOGIN' WHERE to_regrole('linli_owner') IS NULL \\gexec
ALTER ROLE linli NOCREATEDB NOCREATEROLE;
ALTER ROLE linli_owner CREATEDB;
GRANT linli TO linli_owner;
SELECT 'CREATE DATABASE linli OWNER linli_owner'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'linli') \\gexec
SELECT format('ALTER DATABASE %I OWNER TO linli_owner', datname) FROM pg_database
    WHERE datdba = 'linli'::regrole \\gexec
\\connect linli
REASSIGN OWNED BY linli TO linli_owner;
"""
