"""Django's own checks, and that every address fits the view behind it."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from linli.config.database import running_database
from linli.config.environment import Places

# The API's views take what its own schemas say; checked there.
OPEN_SIGNATURES = {"ninja.*": "W001", "django.contrib.*": "W003", "*.View.as_view": "W001"}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")
    import django
    from django.conf import settings
    from django.core.management import CommandError, call_command

    with running_database(Places.from_env()):
        django.setup()
        settings.URLCONFCHECKS_SILENCED_VIEWS = OPEN_SIGNATURES
        import_module("django_urlconfchecks.check")  # importing it enters its check

        try:
            call_command("check", fail_level="WARNING")
        except CommandError as found:
            print(found, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
