"""Callers who report over HTTP and try again, with the same request id, until they have an answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from uuid import uuid4

from bench.house import House

PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = 0.2


@dataclass(slots=True)
class Seen:
    """What the callers saw: what was acknowledged, how often they had to try, what was said."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    cut_off: int = 0
    faults: list[str] = field(default_factory=list)

    def note(self, status: int) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1


async def report_all(
    house: House, seen: Seen, *, reports: int, connections: int, gap: float = 0.0
) -> None:
    """So many reports, each sent until it is acknowledged; a gap between two paces them."""
    numbers = iter(range(len(seen.acknowledged), len(seen.acknowledged) + reports))
    callers = [_caller(house, seen, numbers, gap) for _ in range(connections)]
    await asyncio.gather(*callers)


async def _caller(house: House, seen: Seen, numbers: object, gap: float) -> None:
    for number in numbers:  # type: ignore[attr-defined] # one iterator, shared by all callers
        key, body = str(uuid4()), body_of(number)
        while key not in seen.acknowledged and len(seen.faults) < 20:
            status, answer = await send(house, seen, key, body)
            if status == 201:
                seen.acknowledged[key] = json.loads(answer)["number"]
            elif status in {0, 503}:
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                seen.faults.append(f"{status} {answer[:200].decode(errors='replace')}")
        await asyncio.sleep(gap)


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


async def send(house: House, seen: Seen, key: str, body: bytes) -> tuple[int, bytes]:
    """One try on a connection of its own: its status and answer, or 0 when it was cut off."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            status, answer = await _post(house, key, body)
    except (OSError, EOFError, TimeoutError, ValueError, IndexError):
        seen.cut_off += 1
        return 0, b""
    seen.note(status)
    return status, answer


async def _post(house: House, key: str, body: bytes) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = (
        f"POST /api/matters HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {house.token}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    try:
        writer.write(head.encode() + body)
        told = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(told.split("content-length: ", 1)[1].split("\r\n", 1)[0])
        return int(told.split(" ", 2)[1]), await reader.readexactly(length)
    finally:
        writer.close()
