"""The power is cut under a running house: what was acknowledged is on the disk, photos included.

The house lies on a volume of its own (a file), whose backing file is copied by reference at an
instant: what the kernel had not yet written is not in the copy, as after a cut. The copy is mounted,
its database started, and every report and photo acknowledged before the cut is looked for. CUTS says
how often. The controls: with fsync=off reports are lost, and a file nobody synced is not there.
Needs root, loop mounts and XFS (mkfs.xfs) for the copies.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp
from threading import Event, Lock, Thread
from uuid import UUID

import psycopg

from bench.house import House, a_house, stop
from linli.config.cluster import Cluster, ClusterError
from linli.config.environment import Places
from proofs._asking import photo, report
from proofs._pictures import noise
from proofs._volumes import may_mount

WRITERS, SEED = 4, 20260304
OUTER_MB, INNER_MB = 3072, 900
TARGETS = {"lost": "0", "photos_lost": "0", "by_hand": "0", "control_cuts_with_loss": "> 0"}
WANTED: dict[str, object] = {
    "lost": 0,
    "photos_lost": 0,
    "photos_damaged": 0,
    "half_written": 0,
    "by_hand": [],
    "control_unsynced": "gone",
}


@dataclass(slots=True)
class Told:
    """What the callers were told."""

    reports: dict[str, str] = field(default_factory=dict)
    photos: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def so_far(self) -> tuple[dict[str, str], set[str]]:
        with self.lock:
            return dict(self.reports), set(self.photos)


@dataclass(slots=True)
class Found:
    """What the copies held."""

    cuts: int = 0
    acknowledged: int = 0
    photos: int = 0
    lost: int = 0
    photos_lost: int = 0
    photos_damaged: int = 0
    half_written: int = 0
    cuts_with_loss: int = 0
    by_hand: list[str] = field(default_factory=list)
    recovery_s: list[float] = field(default_factory=list)


def main() -> dict[str, object]:
    """Cut, mount, look; then the controls."""
    why_not = "" if shutil.which("mkfs.xfs") else "mkfs.xfs is not here (Debian: xfsprogs)"
    why_not = why_not or ("" if may_mount() else "mounting is not permitted here")
    if why_not:
        return {
            "figures": {"skipped": why_not},
            "limit": WANTED,
            "targets": TARGETS,
            "met": False,
        }
    folder = Path(mkdtemp(prefix="linli-cut-"))
    folder.chmod(0o711)
    try:
        with _volumes(folder):
            figures = _in_a_house(folder, cuts=int(os.environ.get("CUTS", "60")))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    met = all(figures[name] == value for name, value in WANTED.items())
    return {
        "figures": figures,
        "limit": WANTED,
        "targets": TARGETS,
        "met": met and bool(figures["control_cuts_with_loss"]),
    }


@contextmanager
def _volumes(folder: Path) -> Iterator[None]:
    """Inside a volume that copies by reference, the file on which the house lies."""
    outer, inner = folder / "outer", folder / "house"
    _file(folder / "outer.img", OUTER_MB)
    _run("mkfs.xfs", "-q", "-m", "reflink=1", folder / "outer.img")
    with _mounted(folder / "outer.img", outer):
        _file(outer / "house.img", INNER_MB)
        _run("mkfs.ext4", "-q", "-F", outer / "house.img")
        with _mounted(outer / "house.img", inner):
            yield


def _file(path: Path, megabytes: int) -> None:
    with path.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)


@contextmanager
def _mounted(image: Path, at: Path) -> Iterator[None]:
    at.mkdir(mode=0o711, exist_ok=True)
    _run("mount", "-o", "loop", image, at)
    at.chmod(0o711)
    try:
        yield
    finally:
        _run("umount", at)


def _run(*command: str | Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()}")


def _in_a_house(folder: Path, *, cuts: int) -> dict[str, object]:
    with a_house(folder=folder / "house") as house:
        parts = [house.start("web"), house.start("worker")]
        house.wait_ready()
        try:
            found = _cuts(folder, house, cuts, control=False)
            unsynced = _unsynced(folder)
            (Places.from_env().cluster_data / "local.conf").write_text("fsync = off\n")
            (Places.from_env().cluster_data / "local.conf").chmod(0o644)
            with psycopg.connect(Places.from_env().operator_dsn, autocommit=True) as operator:
                operator.execute("SELECT pg_reload_conf()")
            control = _cuts(folder, house, max(3, cuts // 10), control=True)
        finally:
            for process in parts:
                stop(process)
    recovery = sorted(found.recovery_s) or [0.0]
    return {
        "cuts": found.cuts,
        "acknowledged": found.acknowledged,
        "photos": found.photos,
        "lost": found.lost,
        "photos_lost": found.photos_lost,
        "photos_damaged": found.photos_damaged,
        "half_written": found.half_written,
        "by_hand": found.by_hand,
        "recovery_median_s": recovery[len(recovery) // 2],
        "recovery_max_s": recovery[-1],
        "control_cuts": control.cuts,
        "control_cuts_with_loss": control.cuts_with_loss,
        "control_lost": control.lost,
        "control_unsynced": unsynced,
    }


def _cuts(folder: Path, house: House, cuts: int, *, control: bool) -> Found:
    told, found, end = Told(), Found(), Event()
    writers = [
        Thread(target=_write, args=(house, told, end, number)) for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    chance = random.Random(SEED)  # noqa: S311 - to be repeated, not to be secret
    try:
        for number in range(cuts):
            time.sleep(chance.uniform(0.5, 2.5))
            _cut(folder, told, found, tolerant=control)
            sys.stderr.write(f"cut {number + 1}: {found.acknowledged} looked for\n")
    finally:
        end.set()
        for writer in writers:
            writer.join()
    return found


def _write(house: House, told: Told, end: Event, number: int) -> None:
    """One report after the other, every third with a photo, each noted when it is acknowledged."""
    picture = noise(width=320, height=240, seed=number)
    count = number * 1_000_000
    while not end.is_set():
        count += 1
        answer = report(house, count)
        if answer.status != 201:
            time.sleep(0.2)
            continue
        made = json.loads(answer.text)
        with told.lock:
            told.reports[made["id"]] = made["number"]
        if count % 3 == 0:
            kept = photo(house, made["id"], picture)
            if kept.status == 201:
                with told.lock:
                    told.photos.add(json.loads(kept.text)["id"])
        time.sleep(0.02)


def _cut(folder: Path, told: Told, found: Found, *, tolerant: bool) -> None:
    reports, photos = told.so_far()
    copy, at = folder / "outer" / "cut.img", folder / "cut"
    _run("cp", "--reflink=always", folder / "outer" / "house.img", copy)
    found.cuts += 1
    found.acknowledged, found.photos = len(reports), len(photos)
    before = found.lost
    try:
        with _mounted(copy, at):
            _look(at, reports, photos, found)
    except (ClusterError, RuntimeError, psycopg.Error) as error:
        # A database that does not come up by itself has lost everything it was told.
        found.by_hand.append(f"{type(error).__name__}: {str(error)[:200]}")
        found.lost += len(reports) if tolerant else 0
    finally:
        copy.unlink()
    found.cuts_with_loss += found.lost > before


def _look(at: Path, reports: dict[str, str], photos: set[str], found: Found) -> None:
    data = Path(os.environ["LINLI_DATA_DIR"]).relative_to(at.parent / "house")
    places = replace(Places.from_env(), data_dir=at / data, socket_dir=at / "s")
    (places.cluster_data / "postmaster.pid").unlink(missing_ok=True)
    cluster = Cluster(places=places)
    begun = time.monotonic()
    try:
        cluster.ensure_running()
        found.recovery_s.append(round(time.monotonic() - begun, 2))
        with psycopg.connect(cluster.dsn) as connection:
            there: dict[str, str] = dict(
                connection.execute("SELECT id::text, number FROM matters_matter")
            )
            alone = connection.execute(
                "SELECT count(*) FROM matters_matter m WHERE NOT EXISTS "
                "(SELECT FROM audit_entry e WHERE e.ref_id = m.id AND e.verb = 'matters.report')"
            ).fetchone()
            rows = connection.execute("SELECT id::text, sha256 FROM files_upload").fetchall()
    finally:
        cluster.release()
    found.lost += len(reports.items() - there.items())
    found.half_written += alone[0] if alone else 0
    found.photos_lost += len(photos - {name for name, _digest in rows})
    found.photos_damaged += sum(
        not _is_whole(places.home / "media", name, bytes(digest)) for name, digest in rows
    )


def _is_whole(media: Path, name: str, digest: bytes) -> bool:
    """A row's file is there with the bytes it had when it was kept."""
    from linli.engines.files.queries import path_of

    inside = path_of(UUID(name)).name
    return any(
        hashlib.sha256(path.read_bytes()).digest() == digest for path in media.rglob(inside)
    )


def _unsynced(folder: Path) -> str:
    """The control of the copies: what was written and not synced does not survive."""
    file, copy, at = folder / "house" / "unsynced", folder / "outer" / "cut.img", folder / "cut"
    file.write_bytes(b"x" * 4096)
    _run("cp", "--reflink=always", folder / "outer" / "house.img", copy)
    try:
        with _mounted(copy, at):
            kept = at / "unsynced"
            return "kept" if kept.exists() and kept.read_bytes() == b"x" * 4096 else "gone"
    finally:
        copy.unlink()
        file.unlink()
