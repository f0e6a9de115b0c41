"""Logs: one JSON object a line, with nothing about people in it.

A log is read by whoever runs the machine, and kept longer than many records.
So it names routes, not paths; the kind of an error, not its words, which may
quote a row; and only the extra fields listed here.
"""

from __future__ import annotations

import json
import logging
import re
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FIELDS = (
    "method",
    "route",
    "status",
    "ms",
    "child",
    "pid",
    "code",
    "reason",
    "task",
    "job_id",
    "count",
    "kind",
)
# Their messages quote paths, values or arguments; the sentence without its values is enough.
QUOTING = ("django.", "asyncio", "procrastinate.")
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

# So that every line written while a request is answered names it.
request_id: ContextVar[str] = ContextVar("request_id", default="")
logger = logging.getLogger("linli.requests")


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        if answering := request_id.get():
            line["request"] = answering
        given = record.__dict__
        line |= {name: given[name] for name in FIELDS if given.get(name) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = _frames(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    if not record.name.startswith(QUOTING):
        return record.getMessage()
    # A message made before it reached us cannot be told from its values: only its kind is kept.
    action = getattr(record, "action", None)
    return str(action) if action else str(record.msg) if record.args else record.name


def _frames(trace: TracebackType | None) -> list[str]:
    """Where it happened, without the words of the error."""
    frames = traceback.extract_tb(trace)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def logging_config(level: str) -> dict[str, Any]:
    """The configuration for logging.config, the same in every process."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "linli.config.logs.JsonLines"}},
        "handlers": {
            "lines": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
            }
        },
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            # Ours says the same with the route instead of the path.
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "ERROR"},
            "django.db.backends": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            # It would write whole addresses, and with them tokens and secrets of providers.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "_granian": {"level": level, "handlers": ["lines"], "propagate": False},
            "granian.access": {"level": "WARNING", "propagate": False},
        },
    }


class RequestLog:
    """The outermost middleware: names each request and writes one line about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = _name_of(request)
        setattr(request, "request_id", name)  # noqa: B010 - LinliRequest declares it
        token = request_id.set(name)
        begun = time.perf_counter()
        try:
            response = self._get_response(request)
            _write_line(request, response, ms=(time.perf_counter() - begun) * 1000)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = name
        return response


def _name_of(request: HttpRequest) -> str:
    """The number a proxy gave it, if it is one; else a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if REQUEST_ID.fullmatch(given) else str(uuid4())


def _write_line(request: HttpRequest, response: HttpResponse, *, ms: float) -> None:
    match = request.resolver_match
    logger.info(
        "request",
        extra={
            "method": request.method,
            # The name, not even the pattern: an unknown path may hold what somebody pasted.
            "route": (match.view_name or match.route) if match else "",
            "status": response.status_code,
            "ms": round(ms, 1),
        },
    )
