"""The database is stopped and started again under a running house.

While it is away: the pages say so in Chinese, the API says so as a problem, `/healthz` answers and
`/readyz` does not. Afterwards everything works without a restart, and every job is done.
"""

from __future__ import annotations

import os
import sys
import time

from bench.house import House, a_house, stop
from linli.config.cluster import Cluster
from linli.config.environment import Places
from proofs._asking import api, ask, report, report_by_page, seconds_until
from proofs._wholeness import connect, half_written, jobs_left

AWAY_SECONDS = float(os.environ.get("AWAY_SECONDS", "12"))
BACK_SECONDS = 60.0
DRAIN_SECONDS = 150.0
OF_A_SESSION = {"Cookie": f"sessionid={'x' * 32}"}
TARGETS = {
    "away": "as expected",
    "back_s": "<= 60",
    "half_written": "none",
    "jobs_left": "none",
}


def main() -> dict[str, object]:
    """Ask before, while it is away, and after."""
    with a_house() as house:
        cluster = Cluster(places=Places.from_env())
        # Given by its address, the server is somebody else's: no watcher starts it again.
        house.env["DATABASE_URL"] = house.dsn
        parts = [house.start("web"), house.start("worker")]
        try:
            house.wait_ready()
            figures = _prove(house, cluster)
        finally:
            for process in parts:
                stop(process)
    wanted = {"before": _EXPECTED_BEFORE, "away": _EXPECTED_AWAY, "after": _EXPECTED_BEFORE}
    wanted |= {"half_written": {}, "jobs_left": {}}
    met = all(figures[name] == value for name, value in wanted.items())
    return {
        "figures": figures,
        "limit": wanted,
        "targets": TARGETS,
        "met": met and figures["back_s"] is not None,
    }


_EXPECTED_BEFORE: dict[str, object] = {
    "page": "200 page",
    "page with a session": "200 page",
    "report by page": "302 page",
    "report by API": "201",
    "list by API": "200",
    "healthz": "200",
    "readyz": "200",
}
_EXPECTED_AWAY: dict[str, object] = {
    "page": "503 page",
    "page with a session": "503 page",
    "report by page": "503 page",
    "report by API": "503 problem",
    "list by API": "503 problem",
    "healthz": "200",
    "readyz": "503",
}


def _prove(house: House, cluster: Cluster) -> dict[str, object]:
    before = _look(house, 1)
    form = time.monotonic()
    cluster.stop()
    away = _look(house, 2)
    time.sleep(max(0.0, AWAY_SECONDS - (time.monotonic() - form)))
    cluster.ensure_running()
    back = seconds_until(lambda: _all_back(house), most=BACK_SECONDS)
    _say(f"back after {back} s")
    after = _look(house, 4)
    left = jobs_left(house, seconds=DRAIN_SECONDS)
    with connect(house) as connection:
        half = half_written(connection)
    return {
        "before": before,
        "away": away,
        "after": after,
        "back_s": back,
        "half_written": half,
        "jobs_left": left,
    }


def _all_back(house: House) -> bool:
    """Several in a row, so that each of the server's processes has been asked."""
    return all(report(house, number).status == 201 for number in range(10, 18))


def _look(house: House, number: int) -> dict[str, object]:
    """How every door answers now, in a word or two."""
    told = {
        "page": ask(house, "/"),
        "page with a session": ask(house, "/", headers=OF_A_SESSION),
        "report by page": report_by_page(house, number),
        "report by API": report(house, number),
        "list by API": api(house, "/matters"),
        "healthz": ask(house, "/healthz"),
        "readyz": ask(house, "/readyz"),
    }
    words: dict[str, object] = {}
    for name, answer in told.items():
        chinese = 'lang="zh' in answer.text and "linli" in answer.text
        kind = (
            " problem"
            if answer.is_problem
            else " page"
            if chinese or answer.status == 302
            else ""
        )
        words[name] = f"{answer.status}{kind}"
    _say(f"{words}")
    return words


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
