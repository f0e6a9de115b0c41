"""A log line is JSON, and holds nothing about people."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from linli.config.logs import JsonLines


def line(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(JsonLines().format(record))
    return found


def record(name: str, message: str, *values: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.INFO, __file__, 1, message, values, None)
    made.__dict__.update(extra)
    return made


def test_a_line_tells_when_who_and_what() -> None:
    told = line(record("linli.web", "request", route="matters:report", status=201, ms=12.5))

    assert told["message"] == "request"
    assert (told["route"], told["status"], told["ms"]) == ("matters:report", 201, 12.5)
    assert told["at"].endswith("+00:00")
    assert told["level"] == "info"


def test_a_field_nobody_listed_is_left_out() -> None:
    assert "13800138000" not in JsonLines().format(record("linli", "x", phone="13800138000"))


@pytest.mark.parametrize("name", ["django.request", "django.security.csrf", "asyncio"])
def test_what_a_framework_quotes_is_left_out(name: str) -> None:
    told = record(name, "Not Found: %s", "/matters/13800138000/")

    assert "13800138000" not in JsonLines().format(told)


def test_a_message_a_framework_has_already_made_is_left_out() -> None:
    assert "张三" not in JsonLines().format(record("procrastinate.worker", "Job note(张三)"))


def test_an_error_tells_its_kind_and_place_but_not_its_words() -> None:
    made = record("linli.web", "failed")
    try:
        raise ValueError("13800138000")
    except ValueError:
        made.exc_info = sys.exc_info()

    told = line(made)

    assert told["error"] == "ValueError"
    assert any("test_logs.py" in frame for frame in told["trace"])
    assert "13800138000" not in json.dumps(told)
