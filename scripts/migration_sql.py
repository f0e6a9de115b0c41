"""Write the SQL of this project's migrations into a folder, one file each, for the SQL linter.

python scripts/migration_sql.py FOLDER
"""

from __future__ import annotations

import os
import sys
from io import StringIO
from pathlib import Path

from linli.config.database import running_database
from linli.config.environment import Places


def main(folder: Path) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")
    import django

    with running_database(Places.from_env()):
        django.setup()
        for label, name in ours():
            (folder / f"{label}_{name}.sql").write_text(sql_of(label, name))
    return 0


def ours() -> list[tuple[str, str]]:
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    labels = {app.label for app in apps.get_app_configs() if app.name.startswith("linli.")}
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    return sorted(key for key in disk if key[0] in labels)


def sql_of(label: str, name: str) -> str:
    from django.core.management import call_command

    out = StringIO()
    call_command("sqlmigrate", label, name, stdout=out, no_color=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
