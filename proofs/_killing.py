"""Ends processes of a house the hard way, each by its own number."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from pathlib import Path

from linli.config.cluster.remains import living_pid

PLACES = ("web", "worker", "backend", "postmaster", "all")


def kill(
    target: str, parts: dict[str, subprocess.Popen[bytes]], data: Path, chance: random.Random
) -> int:
    """Kill -9 one of the target's processes, or all there are; how many were ended."""
    doomed = _processes(target, parts, data)
    if target in {"web", "worker", "backend"} and doomed:
        doomed = [chance.choice(doomed)]
    return sum(_end(pid) for pid in doomed)


def _processes(target: str, parts: dict[str, subprocess.Popen[bytes]], data: Path) -> list[int]:
    if target in parts:
        return below(parts[target].pid)  # the watcher lives, and starts it again
    postmaster = living_pid(data)
    servers = [] if postmaster is None else [postmaster]
    if target == "postmaster":
        return servers
    backends = [pid for server in servers for pid in below(server)]
    if target == "backend":
        return [pid for pid in backends if _title(pid).startswith("postgres: linli linli")]
    watchers = [process.pid for process in parts.values()]
    return [*watchers, *servers, *backends, *(pid for one in watchers for pid in below(one))]


def below(pid: int) -> list[int]:
    """Every process that descends from this one."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)) is not None:
            parents.setdefault(parent, []).append(int(entry.name))
    found, new = [], [pid]
    while new:
        new = [child for one in new for child in parents.get(one, [])]
        found += new
    return found


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # gone meanwhile
        return None


def _title(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text()
    except OSError:
        return ""


def _end(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
