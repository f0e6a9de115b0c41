"""One question to a running house, and what it answered."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

from bench.house import House
from proofs._reports import body_of, photo_form

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, kind and words; status 0 is no answer at all."""

    status: int
    kind: str
    text: str
    cookies: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether it says in the API's own shape what is the case."""
        if self.kind != PROBLEM:
            return False
        told = json.loads(self.text)
        return bool(told["title"] and told["type"].startswith("urn:linli:"))


def ask(
    house: House,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """A read, or a write when there is a body."""
    line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=40)
    try:
        line.request("GET" if body is None else "POST", path, body, dict(headers or {}))
        answer = line.getresponse()
        cookies = "; ".join(
            cookie.partition(";")[0] for cookie in answer.headers.get_all("Set-Cookie", [])
        )
        kind = answer.headers.get("Content-Type", "")
        return Answer(answer.status, kind, answer.read().decode(errors="replace"), cookies)
    except (TimeoutError, OSError, http.client.HTTPException):
        return Answer(0, "", "")
    finally:
        line.close()


def api(
    house: House, path: str, *, body: bytes | None = None, kind: str = "application/json"
) -> Answer:
    """The same by the API, with the house's token and a request id of its own."""
    headers = {"Authorization": f"Bearer {house.token}", "Content-Type": kind}
    headers["Idempotency-Key"] = str(uuid4())
    return ask(house, f"/api{path}", body=body, headers=headers)


def report(house: House, number: int) -> Answer:
    """One report by the API."""
    return api(house, "/matters", body=body_of(number))


def photo(house: House, matter_id: str, content: bytes) -> Answer:
    """One photo of a matter."""
    body = photo_form(content)
    return api(
        house, f"/matters/{matter_id}/photos", body=body, kind="multipart/form-data; boundary=x"
    )


def report_by_page(house: House, number: int) -> Answer:
    """One report by the residents' page, with the form it was shown."""
    shown = ask(house, "/report/")
    secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.text)
    typed = {
        "csrfmiddlewaretoken": secret[1] if secret else "",
        "request_id": str(uuid4()),
        "description": f"楼道口的路灯不亮，夜里看不清台阶。页面第{number}件",
        "class_code": "01-03",
        "answers.how_many": "one",
        "place_text": "安民路12号3幢",
        "kind": "anonymous",
    }
    headers = {"Cookie": shown.cookies, "Content-Type": "application/x-www-form-urlencoded"}
    headers["Referer"] = f"{house.base_url}/report/"
    return ask(house, "/report/", body=urlencode(typed).encode(), headers=headers)


def seconds_until(condition: Callable[[], bool], *, most: float) -> float | None:
    """How long it took to become true; None when it did not."""
    begun = time.monotonic()
    while time.monotonic() - begun < most:
        if condition():
            return round(time.monotonic() - begun, 1)
        time.sleep(0.3)
    return None
