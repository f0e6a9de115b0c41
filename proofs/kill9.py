"""Kill -9 of web, worker, backend, postmaster or all of it while matters come in and are dealt with.

Every report, dispatch, photo and closing that was acknowledged must be there once, whole, with its
trace and its job done; and the trail must still be whole. ROUNDS names how
often each of the five is killed (make prove NAME=kill9 ROUNDS=40), REPORTS how many come in.
The control: the same callers and the same look find the loss once commits no longer wait.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from bench.house import House, a_house, stop
from linli.config.environment import Places
from proofs._killing import PLACES, kill
from proofs._reports import Seen, report_all
from proofs._wholeness import (
    connect,
    doubled,
    half_written,
    jobs_left,
    lost,
    lost_steps,
    steps_without_trace,
    unseen_plants,
)

CONNECTIONS, GAP_SECONDS, SEED = 16, 0.02, 20260304
DRAIN_SECONDS = 120.0
TARGETS = {
    "lost": "0",
    "doubled": "0",
    "half_written": "none",
    "faults": "0",
    "lost_steps": "none",
    "without_trace": "0",
    "trail": "0: verified",
    "jobs_left": "none",
    "control_lost": "> 0",
    "control_unseen": "none",
}
Parts = dict[str, subprocess.Popen[bytes]]


def main() -> dict[str, object]:
    """Kill, look, and look once more where there is something to be seen."""
    rounds = int(os.environ.get("ROUNDS", "40"))
    reports = int(os.environ.get("REPORTS", str(500 * rounds)))
    with a_house() as house:
        data = Places.from_env().cluster_data
        parts = _start(house)
        try:
            figures = _prove(house, parts, data, rounds=rounds, reports=reports)
            figures |= _control(house, parts, data)
        finally:
            for process in parts.values():
                stop(process)
    wanted: dict[str, object] = {"lost": 0, "doubled": 0, "half_written": {}, "faults": []}
    wanted |= {"jobs_left": {}, "control_unseen": [], "lost_steps": {}, "without_trace": 0}
    wanted |= {"trail": 0}
    met = all(figures[name] == value for name, value in wanted.items())
    return {
        "figures": figures,
        "limit": wanted,
        "targets": TARGETS,
        "met": met and figures["control_lost"] != 0 and figures["acknowledged"] == reports,
    }


def _start(house: House) -> Parts:
    parts = {name: house.start(name) for name in ("web", "worker")}
    house.wait_ready()
    return parts


def _prove(
    house: House, parts: Parts, data: Path, *, rounds: int, reports: int
) -> dict[str, object]:
    seen, killed = Seen(), dict.fromkeys(PLACES, 0)
    begun = time.monotonic()
    asyncio.run(_report_and_kill(house, parts, data, seen, killed, rounds, reports))
    took = time.monotonic() - begun
    left = jobs_left(house, seconds=DRAIN_SECONDS)
    with connect(house) as connection:
        return {
            "acknowledged": len(seen.acknowledged),
            "acknowledged_steps": len(seen.steps),
            "rounds": rounds * len(PLACES),
            "killed": killed,
            "seconds": round(took, 1),
            "statuses": seen.statuses,
            "cut_off": seen.cut_off,
            "faults": seen.faults,
            "lost": lost(connection, seen.acknowledged),
            "doubled": doubled(connection),
            "half_written": half_written(connection),
            "lost_steps": lost_steps(connection, seen.steps),
            "without_trace": steps_without_trace(connection),
            "trail": _trail(house),
            "jobs_left": left,
            "control_unseen": unseen_plants(house),
        }


def _trail(house: House) -> int:
    """What `linli audit verify` ends with, against the heads the worker kept."""
    command = [sys.executable, "-m", "linli.config.cli", "audit", "verify"]
    return subprocess.run(command, env=house.env, stdout=sys.stderr, check=False).returncode  # noqa: S603


async def _report_and_kill(
    house: House,
    parts: Parts,
    data: Path,
    seen: Seen,
    killed: dict[str, int],
    rounds: int,
    reports: int,
) -> None:
    load = asyncio.create_task(
        report_all(
            house,
            seen,
            reports=reports,
            connections=CONNECTIONS,
            gap=GAP_SECONDS,
            follow=True,
        )
    )
    chance = random.Random(SEED)  # noqa: S311 - to be repeated, not to be secret
    order = [target for _ in range(rounds) for target in chance.sample(PLACES, len(PLACES))]
    for number, target in enumerate(order, start=1):
        due = reports * number // (len(order) + 1)
        while len(seen.acknowledged) < due and not load.done():
            await asyncio.sleep(0.01)
        killed[target] += kill(target, parts, data, chance)
        _say(f"{len(seen.acknowledged)} acknowledged; killed {target}")
        if target == "all":
            for process in parts.values():
                process.wait()
            parts |= {name: house.start(name) for name in parts}
    await load


def _control(house: House, parts: Parts, data: Path) -> dict[str, object]:
    """With commits that do not wait for the disk, what was acknowledged last must be missed."""
    (data / "local.conf").write_text("synchronous_commit = off\nwal_writer_delay = 10s\n")
    (data / "local.conf").chmod(0o644)
    found, seen = 0, Seen()
    for _attempt in range(3):
        _kill_all(house, parts, data)
        house.wait_ready()
        asyncio.run(report_all(house, seen, reports=200, connections=CONNECTIONS))
        _kill_all(house, parts, data)
        house.wait_ready()
        with connect(house) as connection:
            found = lost(connection, seen.acknowledged)
        if found:
            break
    return {"control_acknowledged": len(seen.acknowledged), "control_lost": found}


def _kill_all(house: House, parts: Parts, data: Path) -> None:
    kill("all", parts, data, random.Random(SEED))  # noqa: S311
    for process in parts.values():
        process.wait()
    parts |= {name: house.start(name) for name in parts}


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
