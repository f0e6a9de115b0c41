"""The desk and the command map with ten thousand, 225,000 and a million matters in 10,200 grids.

The demo's own script draws one street's weeks; they are then copied, in the database, to 102 streets
and back through the years at one steady rate, so that the archive grows and the work at hand does
not grow with it faster than a city's does. Every page is asked over HTTP, one after the other, by a
street's hub; the map's figures by the city's desk, which sees every grid.
"""

from __future__ import annotations

import sys
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import psycopg

from bench.house import House, a_house, set_up, stop
from bench.many import Many

SIZES = (10_000, 225_000, 1_000_000)
TEMPLATE = 5_000
ASKED, WARM_UP = 120, 12
HELD = ("queue", "matter", "command")
MOST_MS, MOST_GROWTH = 100.0, 2.5
TARGETS = {
    "p95_ms": f"< {MOST_MS:.0f} each",
    "growth": f"< {MOST_GROWTH} from first to last size",
}
Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody signed in, asking over one kept connection."""

    house: House
    cookie: str

    def milliseconds(self, addresses: list[str]) -> list[float]:
        """What each page took, in order."""
        connection, took = HTTPConnection("127.0.0.1", self.house.port, timeout=60), []
        for address in addresses:
            begun = time.perf_counter()
            connection.request("GET", address, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            body = answer.read()
            took.append((time.perf_counter() - begun) * 1000)
            if answer.status != 200:
                raise RuntimeError(f"{address}: {answer.status} {body[:300]!r}")
        connection.close()
        return took


def main() -> dict[str, object]:
    """Grow one house through the three sizes and ask the same pages at each."""
    figures: dict[str, dict[str, Numbers]] = {}
    others: dict[str, object] = {}
    with a_house(own={"LINLI_DEMO": "1"}, furnish=_furnish) as house:
        hub, city = _visitor(house, "hub"), _visitor(house, "city")
        with psycopg.connect(house.owner_dsn, autocommit=True) as connection:
            many = Many(connection)
            for size in SIZES:
                begun = time.monotonic()
                many.grow_to(size)
                say(f"{size:,} matters after {time.monotonic() - begun:.0f} s")
                web = house.start("web")
                try:
                    house.wait_ready()
                    key = str(size)
                    seen = {page: _numbers(took) for page, took in _ask(connection, hub, city)}
                    for page in HELD:
                        figures.setdefault(page, {})[key] = seen.pop(page)
                        say(f"  {page}: {figures[page][key]}")
                    paging = _paging(connection, city)
                    others[key] = {"stock": many.stock(), "pages": seen, "paging": paging}
                    say(f"  {others[key]}")
                finally:
                    stop(web)
    return _result(figures, others)


def _result(
    figures: dict[str, dict[str, Numbers]], others: dict[str, object]
) -> dict[str, object]:
    first, last = str(SIZES[0]), str(SIZES[-1])
    growth = {
        page: round(sizes[last]["p95_ms"] / sizes[first]["p95_ms"], 2)
        for page, sizes in figures.items()
    }
    worst = max(one["p95_ms"] for sizes in figures.values() for one in sizes.values())
    return {
        "figures": figures,
        "sizes": others,
        "ratio": growth,
        "limit": {"p95_ms": MOST_MS},
        "targets": TARGETS,
        "met": worst < MOST_MS and max(growth.values()) < MOST_GROWTH,
    }


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _furnish(house: House) -> None:
    """The demo's street: its weeks are what is copied."""
    set_up(house)
    from linli.config.demo.fill import fill

    fill(crowd=TEMPLATE)


def _visitor(house: House, username: str) -> Visitor:
    from django.conf import settings
    from django.test import Client

    from linli.ground.accounts.models import Account

    client = Client()
    client.force_login(Account.objects.get(username=username))
    name = settings.SESSION_COOKIE_NAME
    return Visitor(house, f"{name}={client.cookies[name].value}")


def _ask(
    connection: psycopg.Connection, hub: Visitor, city: Visitor
) -> list[tuple[str, list[float]]]:
    """The three pages that are held to their figure, and three more."""
    matters = connection.execute(
        "SELECT m.id FROM matters_matter m JOIN territory_area a ON a.id = m.area_id"
        " WHERE a.path LIKE '230882003%%' ORDER BY md5(m.id::text) LIMIT %s",
        [ASKED + WARM_UP],
    ).fetchall()
    pages = {
        "queue": (hub, ["/desk/?queue=with_unit"]),
        "matter": (hub, [f"/desk/matters/{row[0]}/" for row in matters]),
        "command": (city, ["/command/figures.json?figure=late"]),
        "command_page": (hub, ["/command/"]),
        "city_queue": (city, ["/desk/?queue=late"]),
        "city_all": (city, ["/desk/?queue=all"]),
    }
    found = []
    for name, (visitor, addresses) in pages.items():
        every = (addresses * (ASKED + WARM_UP))[: ASKED + WARM_UP]
        found.append((name, visitor.milliseconds(every)[WARM_UP:]))
    return found


def _paging(connection: psycopg.Connection, city: Visitor) -> dict[str, Numbers]:
    """The first, a middle and the last page of everything there is, by the city's desk."""
    (count,) = connection.execute("SELECT count(*) FROM workflow_work").fetchone() or (0,)
    depths = {"first": 0, "middle": count // 2, "last": count - 40}
    found = {}
    for name, depth in depths.items():
        address = f"/desk/?queue=all{_cursor(connection, depth)}"
        found[name] = _numbers(city.milliseconds([address] * 40)[5:])
    return found


def _cursor(connection: psycopg.Connection, depth: int) -> str:
    if not depth:
        return ""
    row: Any = connection.execute(
        "SELECT opened_at, id FROM workflow_work ORDER BY opened_at DESC, id OFFSET %s LIMIT 1",
        [depth],
    ).fetchone()
    plain = f"{row[0].isoformat()}|{row[1]}"
    return f"&cursor={urlsafe_b64encode(plain.encode()).decode().rstrip('=')}"


def _numbers(took: list[float]) -> Numbers:
    ordered = sorted(took)
    return {
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "median_ms": round(ordered[len(ordered) // 2], 1),
    }
