"""The two servers: pages and API over WSGI, the stream of events over ASGI."""

from __future__ import annotations

import importlib
import signal
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from linli.config.environment import Settings
from linli.config.logs import logging_config
from linli.config.processes.child import end_with_parent

# A stop gives requests that are under way this long, then cuts them.
DRAIN_SECONDS = 10
STREAM_DRAIN_SECONDS = 2  # streams never end by themselves; browsers come back


def serve_pages(settings: Settings) -> None:
    """Pages and API: two processes of four threads, as the ORM gains nothing from async."""
    server = Granian(
        "linli.config.wsgi:application",
        address=settings.bind,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=4,
        workers_kill_timeout=DRAIN_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels(settings.log_level.lower()),
        log_dictconfig=logging_config(settings.log_level),
    )
    server.serve(target_loader=load_application)


def serve_events(settings: Settings) -> None:
    """The stream of live events: one process, which holds a thousand listeners."""
    server = Granian(
        "linli.config.asgi:application",
        address=settings.bind,
        port=settings.port + 1,
        interface=Interfaces.ASGI,
        workers=1,
        workers_kill_timeout=STREAM_DRAIN_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels(settings.log_level.lower()),
        log_dictconfig=logging_config(settings.log_level),
    )
    server.serve(target_loader=load_application)


def load_application(target: str) -> Callable[..., Any]:
    """Called in each new worker of the server, before its first request."""
    end_with_parent(signal.SIGKILL)
    module, _, name = target.partition(":")
    application: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return application
