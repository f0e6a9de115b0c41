"""Callers who report over HTTP and try again, with the same request id, until they have an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from bench.house import House
from proofs._pictures import noise

PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = 0.2
MOST_FAULTS = 20
PICTURE = noise(width=64, height=48, seed=1)


@dataclass(slots=True)
class Seen:
    """What the callers saw: what was acknowledged, how often they had to try, what was said."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    # What was done to a matter after it came in: the request, the matter and the step.
    steps: dict[str, tuple[str, str]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    cut_off: int = 0
    faults: list[str] = field(default_factory=list)

    def note(self, status: int) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1


async def report_all(
    house: House,
    seen: Seen,
    *,
    reports: int,
    connections: int,
    gap: float = 0.0,
    follow: bool = False,
) -> None:
    """So many reports, each sent until it is acknowledged; a gap between two paces them.

    With `follow`, every second one is filed, dispatched and given a photo, or closed.
    """
    numbers = iter(range(len(seen.acknowledged), len(seen.acknowledged) + reports))
    callers = [_caller(house, seen, numbers, gap, follow=follow) for _ in range(connections)]
    await asyncio.gather(*callers)


async def _caller(
    house: House, seen: Seen, numbers: Iterator[int], gap: float, *, follow: bool
) -> None:
    for number in numbers:
        key = str(uuid4())
        answer = await _until_taken(house, seen, "/matters", key, body_of(number), house.token)
        if answer is not None:
            made = json.loads(answer)
            seen.acknowledged[key] = made["number"]
            if follow and number % 2:
                await _follow(house, seen, made["id"], closes=number % 4 == 1)
        await asyncio.sleep(gap)


async def _follow(house: House, seen: Seen, matter_id: str, *, closes: bool) -> None:
    """Close a matter, or file it, give it a photo and dispatch it; each step once acknowledged."""
    moves = f"/matters/{matter_id}/moves"
    if closes:
        await _step(
            house, seen, matter_id, moves, "void", {"seen_version": 1, "reason": "重复"}
        )
        return
    filed = {"seen_version": 1, "matter_class": "01-03", "filing_condition": "one_out"}
    await _step(house, seen, matter_id, moves, "file", filed)
    await _step(house, seen, matter_id, f"/matters/{matter_id}/photos", "photo", None)
    await _step(house, seen, matter_id, moves, "route", {"seen_version": 2, "unit": house.unit})


async def _step(
    house: House,
    seen: Seen,
    matter_id: str,
    path: str,
    step: str,
    given: dict[str, object] | None,
) -> None:
    key = str(uuid4())
    body = photo_form(PICTURE) if given is None else json.dumps({"key": step, **given}).encode()
    if await _until_taken(house, seen, path, key, body, house.hub_token) is not None:
        seen.steps[key] = (matter_id, step)


async def _until_taken(
    house: House, seen: Seen, path: str, key: str, body: bytes, token: str
) -> bytes | None:
    """The answer once it is acknowledged; None when it was refused, which is a fault."""
    while len(seen.faults) < MOST_FAULTS:
        status, answer = await send(house, seen, key, body, path=path, token=token)
        if status == 201:
            return answer
        if status not in {0, 503}:
            seen.faults.append(f"{status} {path} {answer[:200].decode(errors='replace')}")
            return None
        await asyncio.sleep(PAUSE_SECONDS)
    return None


def photo_form(content: bytes) -> bytes:
    """A form with one photo, its parts divided by `x`."""
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'
    return head + b"Content-Type: image/jpeg\r\n\r\n" + content + b"\r\n--x--\r\n"


def body_of(number: int) -> bytes:
    """A lamp somewhere in the street; the words name the report, so that a second one shows."""
    lng = 130.301 + 0.038 * (number * 7919 % 1000) / 1000
    body = {
        "description": f"楼道口的路灯不亮，夜里看不清台阶。第{number}件",
        "class_code": "01-03",
        "place": {"lng": lng, "lat": 46.805, "crs": "EPSG:4490"},
        "reporter": {"kind": "named", "name": "李梅", "phone": f"138{number % 10**8:08d}"},
        "answers": {"how_many": "one"},
    }
    return json.dumps(body).encode()


async def send(
    house: House,
    seen: Seen,
    key: str,
    body: bytes,
    *,
    path: str = "/matters",
    token: str = "",
) -> tuple[int, bytes]:
    """One try on a connection of its own: its status and answer, or 0 when it was cut off."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            status, answer = await _post(house, path, key, body, token or house.token)
    except (OSError, EOFError, TimeoutError, ValueError, IndexError):
        seen.cut_off += 1
        return 0, b""
    seen.note(status)
    return status, answer


async def _post(
    house: House, path: str, key: str, body: bytes, token: str
) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    kind = "multipart/form-data; boundary=x" if body.startswith(b"--x") else "application/json"
    head = (
        f"POST /api{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: {kind}\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    try:
        writer.write(head.encode() + body)
        told = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(told.split("content-length: ", 1)[1].split("\r\n", 1)[0])
        return int(told.split(" ", 2)[1]), await reader.readexactly(length)
    finally:
        writer.close()
