"""A demo is backed up, brought back on empty ground, and played through; damaged backups are refused.

A hundred copies are each flipped, cut, robbed or stuffed in one place: every one must be refused
before anything is touched. The controls: a backup that skipped a photo, and one whose keys are of
another house, must be seen; an upgrade that fails must leave every row as it was.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import psycopg
from psycopg import sql

from bench.house import free_port
from linli.config.backups import BackupError, copying, store
from linli.config.backups.house import House
from linli.config.backups.manifest import FILES, MANIFEST, Manifest, write_sums
from linli.config.backups.verify import verify_set
from linli.config.cluster import Cluster
from linli.config.environment import Places

DAMAGED = 100
TARGETS = {
    "restore_s": "<= 600",
    "refused": f"{DAMAGED} of {DAMAGED}",
    "smoke": "ok",
    "upgrade_equal": "true",
    "controls": "seen",
}
ROOT = Path(__file__).resolve().parents[1]


def main() -> dict[str, object]:
    """Fill, keep, bring back, play; damage; skip; fail."""
    folder = Path(mkdtemp(prefix="linli-restore-"))
    folder.chmod(0o711)
    try:
        figures = _drill(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    wanted = {
        "refused": DAMAGED,
        "smoke": "ok",
        "rows_equal": True,
        "restored": 0,
        "skipped_photo_seen": True,
        "foreign_keys_seen": True,
        "upgrade_failed": 2,
        "upgrade_equal": True,
        "restore_over_refused": 2,
    }
    met = all(figures[name] == value for name, value in wanted.items())
    quick = isinstance(figures["restore_s"], float) and figures["restore_s"] <= 600
    return {"figures": figures, "limit": wanted, "targets": TARGETS, "met": met and quick}


def _drill(folder: Path) -> dict[str, object]:
    first, second = Ground(folder / "first"), Ground(folder / "second")
    sets, keys = folder / "sets", folder / "keys"
    for words in (
        ["migrate", "--verbosity", "0"],
        ["manage", "collectstatic", "--no-input", "--verbosity", "0"],
        ["packs", "install", "packs/jiamusi"],
        ["demo", "fill"],
    ):
        first.must(*words)
    figures: dict[str, object] = {}
    begun = time.monotonic()
    first.must("backup", str(sets), "--keys-to", str(keys))
    figures["backup_s"] = round(time.monotonic() - begun, 1)
    begun = time.monotonic()
    figures["restored"] = second.run("restore", str(sets), "--keys-from", str(keys))
    figures["restore_s"] = round(time.monotonic() - begun, 1)
    figures["rows_equal"] = first.contents() == second.contents()
    again = second.run("restore", str(sets), "--keys-from", str(keys))
    figures["restore_over_refused"] = again
    figures["refused"] = _refused(first, store.find_set(sets), folder / "damaged")
    figures |= _controls(folder, sets, keys)
    figures |= _failing_upgrade(second, folder)
    figures["smoke"] = _smoke(second)
    return figures


class Ground:
    """A data folder of its own, with the command `linli` over it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("LINLI_")},
            "LINLI_DEMO": "1",
            "LINLI_DATA_DIR": str(folder),
            "PORT": str(self.port),
        }
        for name in ("BASE_URL", "EVENTS_URL", "DATABASE_URL"):
            self.env.pop(name, None)
        self.places = Places.from_env(self.env)

    def run(self, *words: str) -> int:
        """The command's exit code; what it says goes to standard error."""
        command = [sys.executable, "-m", "linli.config.cli", *words]
        return subprocess.run(  # noqa: S603 - our own command
            command, env=self.env, cwd=ROOT, stdout=sys.stderr, check=False
        ).returncode

    def must(self, *words: str) -> None:
        code = self.run(*words)
        assert code == 0, f"linli {' '.join(words)} ended with {code}"

    def house(self) -> House:
        home = self.places.home
        return House(self.places, home / "media", home / "keys", "x" * 50)

    def contents(self) -> dict[str, str]:
        """A digest of every row of every table, and of every file."""
        cluster = Cluster(places=self.places)
        cluster.ensure_running()
        try:
            with psycopg.connect(self.places.owner_dsn) as connection:
                rows = {name: _digest(connection, name) for name in _tables(connection)}
        finally:
            cluster.release()
        media = self.places.home / "media"
        files = {str(p.relative_to(media)): p for p in copying.files_below(media)}
        return rows | {name: copying.sha256_of(path) for name, path in files.items()}


def _tables(connection: psycopg.Connection) -> list[str]:
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    names = [str(name) for (name,) in connection.execute(asked).fetchall()]
    return [name for name in names if name != "web_cache"]


def _digest(connection: psycopg.Connection, table: str) -> str:
    asked = sql.SQL(
        "SELECT md5(coalesce(string_agg(md5(one::text), '' ORDER BY md5(one::text)), '')) "
        "FROM {} AS one"
    ).format(sql.Identifier(table))
    row = connection.execute(asked).fetchone()
    assert row is not None
    return str(row[0])


def _refused(ground: Ground, whole: Path, folder: Path) -> int:
    """How many of a hundred damaged copies are refused; each that is not is told."""
    house, refused = ground.house(), 0
    for seed in range(DAMAGED):
        chance = random.Random(seed)  # noqa: S311 - a fault, no secret
        copy = folder / str(seed) / whole.name
        shutil.copytree(whole, copy)
        told = _damage(copy, chance)
        try:
            verify_set(house, copy)
            sys.stderr.write(f"taken for whole: {told}\n")
        except BackupError:
            refused += 1
        shutil.rmtree(copy)
    return refused


def _damage(folder: Path, chance: random.Random) -> str:
    path = chance.choice(list(copying.files_below(folder)))
    how = chance.choice(["flip", "cut", "lose", "stuff", "swap"])
    content = bytearray(path.read_bytes())
    if how == "flip":
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    elif how == "cut":
        del content[chance.randrange(len(content)) :]
    elif how == "stuff":
        content += b"\0" * chance.randrange(1, 4096)
    elif how == "swap":
        # The demo's matters share their pictures: an equal one in its place is no damage.
        others = [p.read_bytes() for p in copying.files_below(folder)]
        content = bytearray(chance.choice([other for other in others if other != content]))
    path.write_bytes(bytes(content))
    if how == "lose":
        path.unlink()
    return f"{how} {path.name}"


def _controls(folder: Path, sets: Path, keys: Path) -> dict[str, object]:
    """A backup that is whole by its own account, and is not: only the tries after it can tell."""
    skipped = folder / "skipped" / store.find_set(sets).name
    shutil.copytree(store.find_set(sets), skipped)
    _skip_a_photo(skipped)
    third = Ground(folder / "third")
    photo = third.run("restore", str(skipped), "--keys-from", str(keys))
    foreign = folder / "foreign"
    shutil.copytree(store.key_sets_in(keys)[0], foreign / store.key_sets_in(keys)[0].name)
    (ring,) = list(foreign.rglob("contact.key"))
    ring.write_text("1 " + secrets.token_urlsafe(32) + "\n")
    _write_sums_anew(ring.parent.parent)
    wrong = Ground(folder / "fourth").run("restore", str(sets), "--keys-from", str(foreign))
    return {"skipped_photo_seen": photo == 1, "foreign_keys_seen": wrong == 2}


def _skip_a_photo(folder: Path) -> None:
    photo = next(iter(copying.files_below(folder / FILES)))
    manifest, size = Manifest.read(folder), photo.stat().st_size
    photo.unlink()
    (folder / MANIFEST).unlink()
    told = replace(
        manifest, file_count=manifest.file_count - 1, file_bytes=manifest.file_bytes - size
    )
    copying.write(folder / MANIFEST, told.written())
    _write_sums_anew(folder)


def _write_sums_anew(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    files = {
        str(p.relative_to(folder)): copying.sha256_of(p) for p in copying.files_below(folder)
    }
    write_sums(folder, files)


def _failing_upgrade(ground: Ground, folder: Path) -> dict[str, object]:
    """A migration that half works and then fails: its table is there already."""
    with _connected(ground) as connection:
        connection.execute("DELETE FROM django_migrations WHERE app IN ('packs', 'web')")
        connection.commit()
    before = ground.contents()
    code = ground.run("upgrade", str(folder / "upgrade"), "--keys-beside")
    equal = ground.contents() == before
    ground.must("migrate", "--fake", "--verbosity", "0")
    return {"upgrade_failed": code, "upgrade_equal": equal}


class _connected:  # noqa: N801 - used as a verb
    """A connection for as long as the block runs, over a server that runs as long."""

    def __init__(self, ground: Ground) -> None:
        self._cluster = Cluster(places=ground.places)

    def __enter__(self) -> psycopg.Connection:
        self._cluster.ensure_running()
        self._connection = psycopg.connect(self._cluster.places.owner_dsn)
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._cluster.release()


def _smoke(ground: Ground) -> str:
    """One matter from report to archive over the pages of the restored house."""
    command = [sys.executable, "-m", "linli.config.cli", "serve"]
    serving = subprocess.Popen(  # noqa: S603 - our own command
        command, env=ground.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(ground)
        played = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, str(ROOT / "scripts" / "smoke.py")],
            env={**ground.env, "BASE_URL": f"http://127.0.0.1:{ground.port}"},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        serving.terminate()
        serving.wait(60)
    sys.stderr.write(played.stdout)
    return "ok" if played.returncode == 0 else json.dumps(played.stdout[-300:])


def _wait(ground: Ground) -> None:
    from urllib.request import urlopen

    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{ground.port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError("the restored house does not answer")
