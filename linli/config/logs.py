"""Logs: one JSON object a line, with nothing about people in it.

A log is read by whoever runs the machine, and kept longer than many records.
So it names routes, not paths; the kind of an error, not its words, which may
quote a row; and only the extra fields listed here.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

FIELDS = (
    "request",
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
            "_granian": {"level": level, "handlers": ["lines"], "propagate": False},
            "granian.access": {"level": "WARNING", "propagate": False},
        },
    }
