"""One process of the house, started by the watcher: python -m linli.config.processes web."""

from __future__ import annotations

import logging.config
import os
import sys

from linli.config.environment import Settings
from linli.config.logs import logging_config
from linli.config.processes.child import end_with_parent


def main() -> None:
    end_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")
    settings = Settings.from_env()
    logging.config.dictConfig(logging_config(settings.log_level))
    name = sys.argv[1]
    if name == "worker":
        from linli.config.processes.worker import work

        work()
        return
    from linli.config.processes import servers

    serve = {"web": servers.serve_pages, "events": servers.serve_events}[name]
    serve(settings)


if __name__ == "__main__":
    main()
