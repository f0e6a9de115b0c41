"""A retention run over many ended matters while the desk's first page is asked again and again.

The matters are copies of one real matter with its moves, clocks, reporter and search words, ended four
years ago; ten thousand open ones stand beside them. `MATTERS=50000` makes a short run. The desk is
asked over HTTP by somebody signed in to the street's hub; its 95th percentile counts, before and while.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

import psycopg

from bench.house import House, a_house, stop
from bench.intake import say

MATTERS = int(os.environ.get("MATTERS", "1000000"))
OPEN = min(10_000, MATTERS)
QUIET_SECONDS = 10.0
TARGETS = {"desk_p95_ms": "< 100", "left": "0"}
_WORK = "(SELECT id FROM workflow_work WHERE subject_id = %(model)s)"
_AGED = "- interval '5 years'"
# What differs from the model in an ended copy, and in one that is still open.
_ENDED = {
    "id": "gen_random_uuid()",
    "subject_id": "gen_random_uuid()",
    "phase": "'void'",
    "owner_id": "NULL",
    "due_at": "NULL",
    "clock_at": "NULL",
    "opened_at": f"m.opened_at {_AGED}",
    "changed_at": f"m.changed_at {_AGED}",
    "closed_at": "m.opened_at - interval '4 years' - random() * interval '300 days'",
}
_RUNNING = {
    "id": "gen_random_uuid()",
    "subject_id": "gen_random_uuid()",
    "due_at": "m.due_at + random() * interval '9 days'",
    "clock_at": "NULL",
}
# Every work that has no such row yet gets the model's.
_OF_A_WORK = {
    "workflow_move": ({"id": "gen_random_uuid()", "work_id": "w.id"}, f"m.work_id = {_WORK}"),
    "matters_matter": (
        {
            "id": "w.subject_id",
            "work_id": "w.id",
            "number": "'B' || row_number() OVER ()",
        },
        "m.id = %(model)s",
    ),
    "matters_reporter": ({"matter_id": "w.subject_id"}, "m.matter_id = %(model)s"),
}


@dataclass(slots=True)
class Desk:
    """What the desk took, in milliseconds, and whether it is still being asked."""

    took: list[float] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    going: bool = True

    def p95(self) -> float:
        ordered = sorted(self.took)
        return round(ordered[int(len(ordered) * 0.95)], 1)


def main() -> dict[str, object]:
    """Fill, ask the quiet desk, erase while asking, and compare."""
    with a_house() as house:
        cookie = _furnish(house)
        web = house.start("web")
        try:
            house.wait_ready()
            quiet = _ask_while(house, cookie, lambda: time.sleep(QUIET_SECONDS))
            begun = time.monotonic()
            desk = _ask_while(house, cookie, _erase)
            took = time.monotonic() - begun
        finally:
            stop(web)
        forgotten, left = _lines()
    met = desk.p95() < 100 and left == 0 and not desk.wrong
    return {
        "name": "erase",
        "figures": {
            "matters": MATTERS,
            "forgotten": forgotten,
            "left": left,
            "seconds": round(took, 1),
            "per_second": round(forgotten / took),
            "desk_p95_ms": desk.p95(),
            "desk_quiet_p95_ms": quiet.p95(),
            "desk_pages": len(desk.took),
            "desk_wrong": desk.wrong[:5],
        },
        "limit": {"desk_p95_ms": 100},
        "targets": TARGETS,
        "met": met,
    }


def _furnish(house: House) -> str:
    """One real matter, its many copies, and somebody signed in; returns their cookie."""
    from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from linli.domains.matters.testing import make_matter
    from linli.ground.accounts.models import Holding

    matter = make_matter()
    say(f"copying one matter {MATTERS} times")
    _copy(house, str(matter.id))
    seats = Holding.objects.filter(post__role__key="street_hub").select_related("account")
    holding = seats.order_by("post__area__path").last()
    assert holding is not None
    account = holding.account
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _copy(house: House, model: str) -> None:
    """Works ended and open, and what belongs to them, each table in one statement."""
    with psycopg.connect(house.dsn, autocommit=True) as connection:
        for anew, count in ((_ENDED, MATTERS), (_RUNNING, OPEN)):
            _insert(
                connection,
                "workflow_work",
                anew,
                f"workflow_work m, generate_series(1, {count}) WHERE m.id = {_WORK}",
                model,
            )
        for table, (anew, mine) in _OF_A_WORK.items():
            source = f"{table} m, workflow_work w WHERE {mine} AND w.subject_id <> %(model)s"
            _insert(connection, table, anew, source, model)
        connection.execute("ANALYZE")


def _insert(
    connection: psycopg.Connection[Any],
    table: str,
    anew: dict[str, str],
    source: str,
    model: str,
) -> None:
    """The model's row with what differs, as often as the source says."""
    named = connection.execute(
        "SELECT column_name::text FROM information_schema.columns WHERE table_name = %s",
        [table],
    )
    columns = [name for (name,) in named]
    said = ", ".join(anew.get(name, f'm."{name}"') for name in columns)
    listed = ", ".join(f'"{name}"' for name in columns)
    connection.execute(
        f"INSERT INTO {table} ({listed}) SELECT {said} FROM {source}",  # noqa: S608 - our own words
        {"model": model},
    )


def _ask_while(house: House, cookie: str, work: object) -> Desk:
    """The desk's first page, five times a second, until the work is done."""
    assert callable(work)
    desk = Desk()
    asker = threading.Thread(target=_ask, args=(house, cookie, desk))
    asker.start()
    try:
        work()
    finally:
        desk.going = False
        asker.join()
    return desk


def _ask(house: House, cookie: str, desk: Desk) -> None:
    connection = HTTPConnection("127.0.0.1", house.port, timeout=30)
    while desk.going:
        begun = time.perf_counter()
        connection.request("GET", "/desk/?queue=all", headers={"Cookie": f"sessionid={cookie}"})
        answer = connection.getresponse()
        answer.read()
        desk.took.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            desk.wrong.append(answer.status)
        time.sleep(0.2)


def _erase() -> None:
    """One run, in the same pieces the worker takes."""
    from linli.ground.privacy.services.forgetting import begin_run, go_on
    from linli.kernel import clock
    from linli.kernel.actor import CLOCK

    run = begin_run(by=CLOCK, at=clock.now())
    while not go_on(run.id, seconds=45, by=CLOCK, at=clock.now()):
        forgotten, _left = _lines()
        say(f"{forgotten} records forgotten")


def _lines() -> tuple[int, int]:
    from linli.ground.privacy.models import RunLine

    rows = RunLine.objects.values_list("forgotten", "left")
    return sum(row[0] for row in rows), sum(row[1] or 0 for row in rows)
