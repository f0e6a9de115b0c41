"""A log line is JSON, and holds nothing about people."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from linli.config.logs import JsonLines, RequestLog


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


def answered(path: str, caplog: pytest.LogCaptureFixture, **headers: str) -> dict[str, Any]:
    """The line that is written when a page is answered."""
    request = RequestFactory().get(path, headers=headers)
    request.resolver_match = resolve("/healthz")

    def answer(_request: object) -> HttpResponse:
        logging.getLogger("linli.test").info("meanwhile")
        return HttpResponse("x", status=201)

    with caplog.at_level(logging.INFO):
        caplog.handler.setFormatter(JsonLines())
        RequestLog(answer)(request)
    meanwhile, told = (json.loads(text) for text in caplog.text.splitlines())
    assert meanwhile["request"]
    return {**told, "meanwhile": meanwhile["request"]}


def test_each_request_writes_one_line_with_the_route_and_no_path(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = answered("/healthz?phone=13800138000", caplog)

    assert (told["method"], told["route"], told["status"]) == (
        "GET",
        "linli.config.health.healthz",
        201,
    )
    assert told["ms"] >= 0
    assert "13800138000" not in caplog.text


def test_lines_written_meanwhile_name_the_request(caplog: pytest.LogCaptureFixture) -> None:
    assert answered("/", caplog, x_request_id="0190-abcdef")["meanwhile"] == "0190-abcdef"


def test_a_request_number_that_is_none_is_not_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = answered("/", caplog, x_request_id="13800138000 张三")

    assert "张三" not in caplog.text
    assert len(told["meanwhile"]) == 36
