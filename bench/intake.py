"""Complete reports through the API, beside the same rows written by plain psycopg.

Thirty-two connections; database, servers and load generator share the machine's cores. A report is
validated, placed in its grid, filed under its class, given its first owner and its clocks, noted in
the trail, and starts a job, all in one transaction.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from multiprocessing import Pool
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from bench.house import House, a_house, stop

CONNECTIONS, SECONDS, WARM_UP = 32, 20.0, 3.0
DRAIN_LIMIT = 600
TARGETS = {"rps": ">= 300", "ratio": ">= 0.1", "p95_ms": "< 200", "drained_s": "<= 600"}
TABLES = {
    "workflow_work": "id = (SELECT work_id FROM matters_matter WHERE id = %(id)s)",
    "workflow_move": "work_id = (SELECT work_id FROM matters_matter WHERE id = %(id)s)",
    "workflow_clock": "work_id = (SELECT work_id FROM matters_matter WHERE id = %(id)s)",
    "workflow_assignment": "work_id = (SELECT work_id FROM matters_matter WHERE id = %(id)s)",
    "matters_matter": "id = %(id)s",
    "matters_reporter": "matter_id = %(id)s",
    "forms_record": "subject_id = %(id)s",
    "audit_entry": "ref_id = %(id)s",
    "audit_reply": "id = %(id)s",
}
Rows = list[tuple[str, dict[str, Any]]]


@dataclass(slots=True)
class Load:
    """What the callers saw."""

    took: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)


def main() -> dict[str, object]:
    """Run both and compare."""
    with a_house() as house:
        web = house.start("web")
        try:
            house.wait_ready()
            say("warming up")
            asyncio.run(load(house, WARM_UP))
            say(f"reports over {CONNECTIONS} connections, {SECONDS:.0f} s")
            seen = asyncio.run(load(house, SECONDS))
        finally:
            stop(web)
        if seen.refused:
            raise RuntimeError(seen.refused[0].decode())
        backlog = _backlog(house)
        say(f"{len(seen.took) / SECONDS:.0f} reports/s; backlog {backlog} jobs; draining")
        drained = _drain(house)
        say("the same rows by plain psycopg")
        rows = _rows_of(house, seen.ids[-1])
        plain = _plain(house, rows)
    return _result(seen, plain, rows, backlog, drained)


def _result(
    seen: Load, plain: float, rows: Rows, backlog: int, drained: float
) -> dict[str, object]:
    took = sorted(seen.took)
    rps = len(took) / SECONDS
    p95 = took[int(len(took) * 0.95)] * 1000
    ratio = rps / plain
    return {
        "name": "intake",
        "figures": {
            "rps": round(rps, 1),
            "p95_ms": round(p95, 1),
            "median_ms": round(took[len(took) // 2] * 1000, 1),
            "reports": len(took),
            "rows_per_report": len(rows),
            "backlog": backlog,
            "drained_s": round(drained, 1),
        },
        "limit": {"rps": round(plain, 1)},
        "ratio": round(ratio, 3),
        "targets": TARGETS,
        "met": rps >= 300 and ratio >= 0.1 and p95 < 200 and drained <= DRAIN_LIMIT,
    }


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _report(number: int) -> bytes:
    lng = 130.301 + 0.038 * (number * 7919 % 1000) / 1000
    body = {
        "description": f"楼道口的路灯不亮，夜里看不清台阶。第{number}件",
        "class_code": "01-03",
        "place": {"lng": lng, "lat": 46.805, "crs": "EPSG:4490"},
        "reporter": {"kind": "named", "name": "李梅", "phone": f"138{number % 10**8:08d}"},
        "answers": {"how_many": "one"},
    }
    return json.dumps(body).encode()


async def load(house: House, seconds: float) -> Load:
    """Reports from every connection until the time is up, one after the other on each."""
    seen = Load()
    until = time.monotonic() + seconds
    await asyncio.gather(*(_caller(house, seen, until, first) for first in range(CONNECTIONS)))
    return seen


async def _caller(house: House, seen: Load, until: float, number: int) -> None:
    """Plain HTTP/1.1 on one kept connection: a client library would take the server's cores."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    while time.monotonic() < until:
        key, body = str(uuid4()), _report(number)
        head = (
            f"POST /api/matters HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {house.token}\r\n"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        begun = time.perf_counter()
        writer.write(head.encode() + body)
        status, answer = await _answer(reader)
        if status == 201:
            seen.took.append(time.perf_counter() - begun)
            seen.ids.append(key)
        else:
            seen.refused.append(answer)
        number += CONNECTIONS
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.split("content-length: ", 1)[1].split("\r\n", 1)[0])
    return int(head.split(" ", 2)[1]), await reader.readexactly(length)


def _backlog(house: House) -> int:
    with psycopg.connect(house.dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _drain(house: House) -> float:
    """Seconds until one worker has done every job."""
    begun = time.monotonic()
    worker = house.start("worker")
    try:
        while _backlog(house) and time.monotonic() - begun < DRAIN_LIMIT + 30:
            time.sleep(0.5)
    finally:
        stop(worker)
    return time.monotonic() - begun


def _rows_of(house: House, matter_id: str) -> Rows:
    """Every row one report wrote, in an order that satisfies the foreign keys."""
    found: Rows = []
    with psycopg.connect(house.dsn, row_factory=psycopg.rows.dict_row) as connection:
        for table, where in TABLES.items():
            query = f"SELECT * FROM {table} WHERE {where}"  # noqa: S608 - our own tables
            found += [(table, row) for row in connection.execute(query, {"id": matter_id})]
        job = connection.execute(
            "SELECT queue_name, task_name, args FROM procrastinate_jobs LIMIT 1"
        ).fetchone()
    assert job is not None
    return [*found, ("procrastinate_jobs", job)]


def _plain(house: House, rows: Rows) -> float:
    """Reports a second: as many connections, one transaction each, two processes to drive them."""
    with Pool(2) as pool:
        half = CONNECTIONS // 2
        counts = pool.starmap(_write_rows, [(house.dsn, rows, half, SECONDS / 2)] * 2)
    return sum(counts) / (SECONDS / 2)


def _write_rows(dsn: str, rows: Rows, connections: int, seconds: float) -> int:
    return asyncio.run(_write_all(dsn, rows, connections, seconds))


async def _write_all(dsn: str, rows: Rows, connections: int, seconds: float) -> int:
    until = time.monotonic() + seconds
    return sum(await asyncio.gather(*(_writer(dsn, rows, until) for _ in range(connections))))


async def _writer(dsn: str, rows: Rows, until: float) -> int:
    statements = [(table, row, _insert(table, list(row))) for table, row in rows]
    own = {row["id"] for _table, row in rows if isinstance(row.get("id"), UUID)}
    written = 0
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        while time.monotonic() < until:
            fresh = {old: uuid4() for old in own}
            for _table, row, statement in statements:
                await connection.execute(statement, _values(row, fresh))
            await connection.commit()
            written += 1
    return written


def _insert(table: str, columns: list[str]) -> str:
    named = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({named}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608


def _values(row: dict[str, Any], fresh: dict[UUID, UUID]) -> list[object]:
    """The row's values with ids of its own; what pointed to one of them follows."""
    return [_value(name, value, fresh) for name, value in row.items()]


def _value(name: str, value: object, fresh: dict[UUID, UUID]) -> object:
    if name == "number" and isinstance(value, str):
        return uuid4().hex[:20]
    if isinstance(value, UUID):
        return fresh.get(value, value)
    if isinstance(value, dict | list) and name != "fields":
        return Jsonb(value)
    return value
