"""Planted telephones, identity numbers and addresses: where they may stand, and nowhere else.

Every telephone is planted in the contact of a report, every identity number and address in its words.
Then everything the house leaves behind is read: logs, cache, jobs, trail, replies, sessions, error
pages, public pages, and every row of every table and byte of the database's
folder without the keys. `CANARIES=50` makes a short run. The control plants one in each place.
"""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.house import House, a_house, stop
from proofs._asking import ask

COUNT = int(os.environ.get("CANARIES", "500"))
TARGETS = {"planted": f">= {COUNT}", "found": "none", "control_missed": "none"}
# The words of a report are kept as they are, scoped and masked; a telephone is never.
WORDS_STAND_IN = frozenset({"matters_matter"})


@dataclass(frozen=True, slots=True)
class Canary:
    """One made-up resident."""

    phone: str
    identity: str
    address: str

    @property
    def words(self) -> str:
        """A report whose first sentence, which stands in lists, holds nothing personal."""
        return f"路灯不亮,夜里看不清。本人证件{self.identity},住{self.address}。"


def canaries(count: int) -> list[Canary]:
    """Numbers nobody has: an area code that is not given out, a telephone block kept free."""
    return [
        Canary(
            phone=f"1990{number:07d}",
            identity=f"99{number:04d}19900101{number % 1000:03d}X",
            address=f"金丝雀巷{number}号{number}幢{number}室",
        )
        for number in range(7_000_000 - count, 7_000_000)
    ]


def singing(
    place: str, text: str, planted: Iterable[Canary], *, phones_only: bool = False
) -> list[str]:
    """Which kinds of canary are heard in a place: `jobs: phone`."""
    heard: set[str] = set()
    for canary in planted:
        kinds = {"phone": canary.phone}
        if not phones_only:
            kinds |= {"identity": canary.identity, "address": canary.address}
        heard |= {f"{place}: {kind}" for kind, value in kinds.items() if value in text}
    return sorted(heard)


def rows_of_all_tables() -> Iterator[tuple[str, str]]:
    """Every table of the database with its rows as a dump without keys shows them."""
    from django.contrib.sessions.models import Session
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        for table in [name for (name,) in cursor.fetchall()]:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - the database's own names
            yield table, "\n".join(row for (row,) in cursor.fetchall())
    decoded = [str(session.get_decoded()) for session in Session.objects.all()]
    yield "sessions, opened", "\n".join(decoded)


def heard_in_database(planted: Iterable[Canary]) -> list[str]:
    """What a thief of the dump would read."""
    birds = list(planted)
    return [
        found
        for table, text in rows_of_all_tables()
        for found in singing(table, text, birds, phones_only=table in WORDS_STAND_IN)
    ]


def text_of_sheet(content: bytes) -> str:
    """Everything written in an xlsx file."""
    with zipfile.ZipFile(BytesIO(content)) as book:
        return "\n".join(book.read(name).decode(errors="replace") for name in book.namelist())


def main() -> dict[str, object]:
    """A day over HTTP in a house of its own, then the search, then the control."""
    planted = canaries(COUNT)
    with a_house() as house:
        parts = [house.start("web"), house.start("worker")]
        try:
            house.wait_ready()
            answers = _live(house, planted)
        finally:
            for process in parts:
                stop(process)
        places: dict[str, Callable[[], list[str]]] = {
            "answers": lambda: singing("answers", "\n".join(answers), planted),
            "database": lambda: heard_in_database(planted),
            "logs": lambda: singing("logs", _logs(house), planted),
            "files": lambda: _heard_in_files(house, planted),
        }
        found = [one for look in places.values() for one in look()]
        missed = _control(house, planted[0], places)
    return {
        "figures": {"planted": 3 * len(planted), "found": found, "control_missed": missed},
        "limit": {"found": []},
        "targets": TARGETS,
        "met": not found and not missed,
    }


def _live(house: House, planted: list[Canary]) -> list[str]:
    """Report each, sent twice; knock where nothing is, ask wrongly; read what everybody may read."""
    answers: list[str] = []
    for number, canary in enumerate(planted):
        key = str(uuid4())
        for _again in range(2 if number % 10 == 0 else 1):
            answer = ask(
                house, "/api/matters", body=_report(canary), headers=_headers(house, key)
            )
            answers.append(answer.text)
            if answer.status != 201:
                raise RuntimeError(answer.text[:300])
        if number % 10 == 0:
            broken = json.dumps({"description": canary.words, "phone": canary.phone}).encode()
            answers.append(
                ask(
                    house, "/api/matters", body=broken, headers=_headers(house, str(uuid4()))
                ).text
            )
            answers.append(ask(house, f"/nowhere/{canary.phone}/").text)
    open_to_all = ("/", "/public/", "/who-does-what/", "/healthz", "/readyz")
    return answers + [ask(house, path).text for path in open_to_all]


def _report(canary: Canary) -> bytes:
    body: Mapping[str, Any] = {
        "description": canary.words,
        "class_code": "01-03",
        "place": {"lng": 130.3015, "lat": 46.805, "crs": "EPSG:4490"},
        "reporter": {"kind": "named", "name": "金丝雀", "phone": canary.phone},
        "answers": {"how_many": "one"},
    }
    return json.dumps(body).encode()


def _headers(house: House, key: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {house.token}",
        "Idempotency-Key": key,
        "Content-Type": "application/json",
    }


def _logs(house: House) -> str:
    return "\n".join(path.read_text(errors="replace") for path in house.folder.glob("*.log"))


def _heard_in_files(house: House, planted: list[Canary]) -> list[str]:
    """Every byte under the house's folder but the keys: tables, journal, the database's own log."""
    phones = [canary.phone.encode() for canary in planted]
    found: list[str] = []
    for path in house.folder.rglob("*"):
        if path.is_file() and "keys" not in path.parts:
            content = path.read_bytes()
            if any(phone in content for phone in phones):
                found.append(f"files: phone in {path.name}")
    return found


def _control(
    house: House, canary: Canary, places: Mapping[str, Callable[[], list[str]]]
) -> list[str]:
    """Plant one in the log, in a job and in a file; whoever does not hear it is missed."""
    from django.db import connection

    with (house.folder / "web.log").open("a") as log:
        log.write(canary.phone)
    (Path(house.folder) / "left.txt").write_text(canary.phone)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO web_cache VALUES ('control', %s, now())", [canary.identity])
    missed = [name for name in ("logs", "files", "database") if not places[name]()]
    sys.stderr.write(f"control heard, but for {missed}\n")
    return missed
