"""Requests made up from the API's own description, by schemathesis: as described, and as not described."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.result import Ok

from linli.config.api import api
from linli.kernel.ids import uuid7

LONGEST_SECONDS = 5.0
MOST_KEPT = 20
QUIET = tuple(HealthCheck)


@dataclass(slots=True)
class Asked:
    """What was sent and what came back."""

    requests: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)

    def fault(self, words: str) -> None:
        if len(self.faults) < MOST_KEPT:
            self.faults.append(words)


def ask_everything(
    tokens: Sequence[str], *, requests: int, matter_ids: Sequence[str], number: int
) -> Asked:
    """So many requests, evenly over tokens, operations and both ways of making them up."""
    asked = Asked()
    schema = schemathesis.openapi.from_dict(
        json.loads(json.dumps(api.get_openapi_schema(), default=str))
    )
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    each = max(1, requests // (len(tokens) * len(operations) * len(modes)))
    for token in tokens:
        client = _client(token)
        for operation in operations:
            for mode in modes:
                _ask_one(client, operation, mode, each, matter_ids, number, asked)
    return asked


def _client(token: str) -> Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(raise_request_exception=False, headers=headers)


def _ask_one(
    client: Client,
    operation: Any,
    mode: GenerationMode,
    count: int,
    matter_ids: Sequence[str],
    number: int,
    asked: Asked,
) -> None:
    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=QUIET,
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        # Half of what is asked for is there: behind the first check stand others.
        if "matter_id" in (case.path_parameters or {}) and asked.requests % 2:
            case.path_parameters["matter_id"] = matter_ids[asked.requests % len(matter_ids)]
        _note(client, case, asked)

    send()


def _note(client: Client, case: Any, asked: Asked) -> None:
    begun = time.perf_counter()
    answer = client.generic(
        case.method.upper(), _url(case), **_body(case), headers=_headers(case)
    )
    took = time.perf_counter() - begun
    where = f"{case.method.upper()} {case.path}"
    asked.requests += 1
    asked.statuses[answer.status_code] = asked.statuses.get(answer.status_code, 0) + 1
    asked.slowest = max(asked.slowest, took)
    kind = answer.get("Content-Type", "")
    if answer.status_code >= 500:
        asked.fault(f"{answer.status_code} from {where}")
    elif took > LONGEST_SECONDS:
        asked.fault(f"{took:.1f} s for {where}")
    elif answer.status_code >= 400 and "json" not in kind and answer.status_code != 404:
        asked.fault(f"{answer.status_code} in no shape of ours from {where}: {kind}")


def _url(case: Any) -> str:
    query = urlencode(_plain(case.query or {}), doseq=True, errors="surrogatepass")
    return f"{case.formatted_path}?{query}" if query else str(case.formatted_path)


def _plain(query: Any) -> dict[str, Any]:
    """What is no list is one value; of an object its words."""
    return {
        str(name): value if isinstance(value, list) else str(value)
        for name, value in dict(query).items()
    }


def _headers(case: Any) -> dict[str, str]:
    given = {str(name): str(value) for name, value in dict(case.headers or {}).items()}
    given.setdefault("Idempotency-Key", str(uuid7()))
    # A server refuses these before we are asked.
    return {
        name: value
        for name, value in given.items()
        if name.isascii() and value.isascii() and value.isprintable()
    }


def _body(case: Any) -> dict[str, Any]:
    body, kind = case.body, case.media_type or "application/json"
    if isinstance(body, NotSet):
        return {"data": b""}
    if kind.startswith("multipart/"):
        return _form(body)
    if isinstance(body, bytes):
        return {"data": body, "content_type": kind}
    raw = json.dumps(body, default=str).encode("utf-8", "surrogatepass")
    return {"data": raw, "content_type": kind}


def _form(body: Any) -> dict[str, Any]:
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    parts = body if isinstance(body, dict) else {"photo": body}
    sent = {
        str(name): SimpleUploadedFile("a.jpg", value)
        if isinstance(value, bytes) and value
        else str(value)
        for name, value in parts.items()
    }
    return {"data": encode_multipart(BOUNDARY, sent), "content_type": MULTIPART_CONTENT}
