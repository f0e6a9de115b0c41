"""The worker: takes jobs out of the database and keeps the clocks."""

from __future__ import annotations

import asyncio
from threading import Event, Thread

# Polling, not LISTEN: the notification on each insert would make commits wait for each other.
POLL_SECONDS = 0.5
ABORT_POLL_SECONDS = 5.0
JOBS_AT_ONCE = 4
DRAIN_SECONDS = 15.0


def work() -> None:
    """Run jobs until told to stop; then let those under way end."""
    import django

    django.setup()
    from procrastinate.contrib.django import app

    from linli.ground.audit.jobs import seal_each_second

    stop = Event()
    sealer = Thread(target=seal_each_second, args=(stop,), name="sealer", daemon=True)
    sealer.start()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined] # Django's
    with app.replace_connector(connector) as own:

        async def run() -> None:
            async with own.open_async():
                await own.run_worker_async(
                    fetch_job_polling_interval=POLL_SECONDS,
                    abort_job_polling_interval=ABORT_POLL_SECONDS,
                    listen_notify=False,
                    concurrency=JOBS_AT_ONCE,
                    shutdown_graceful_timeout=DRAIN_SECONDS,
                )

        try:
            asyncio.run(run())
        finally:
            stop.set()
            sealer.join(DRAIN_SECONDS)
