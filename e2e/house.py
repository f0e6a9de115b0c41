"""A whole house for the browser: web, events, worker and database as processes, and the demo in it."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

START_SECONDS = 180
FILLING = (
    ("migrate", "--verbosity", "0"),
    ("manage", "collectstatic", "--no-input", "--verbosity", "0"),
    ("packs", "install", "packs/jiamusi"),
    # Fewer than a demo has: every state and every list is there, and the run begins sooner.
    ("demo", "fill", "--matters", "1500"),
)
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class House:
    """Where a running house keeps its things, and its port."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def origins(self) -> tuple[str, str]:
        """Pages, and the live stream on the next port."""
        return self.address, f"http://127.0.0.1:{self.port + 1}"

    def run(self, *arguments: str) -> None:
        """One command of the house, which must succeed."""
        done = subprocess.run(
            self._command(*arguments),
            check=False,
            env=self._env(),
            cwd=ROOT,
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr.decode() or done.stdout.decode()

    def serve(self) -> None:
        """Serve until `close`, whichever process calls it."""
        with (self.folder / "said").open("wb") as said:
            process = subprocess.Popen(
                self._command("serve", "--log", str(self.folder / "log")),
                env=self._env(),
                cwd=ROOT,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while not self._is_ready():
            assert process.poll() is None, (self.folder / "said").read_text()
            assert time.monotonic() < until, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.2)
        process.returncode = 0  # it outlives this handle on purpose; `close` ends it

    def close(self) -> None:
        """Stop everything and leave nothing."""
        self.run("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "linli.config.cli", *arguments]

    def _env(self) -> dict[str, str]:
        """Only what a command needs: nothing of the tests' own house."""
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
        }
        return kept | {
            "LINLI_DEMO": "1",
            "LINLI_DATA_DIR": str(self.folder / "data"),
            "LINLI_SOCKET_DIR": str(self.folder / "s"),
            "SAMPLE_DATA": "/nonexistent",
            "PORT": str(self.port),
        }

    def _is_ready(self) -> bool:
        opener = build_opener(ProxyHandler({}))
        try:
            with opener.open(f"{self.address}/readyz", timeout=2) as page:
                return bool(page.status == 200)
        except (URLError, OSError):
            return False


def build() -> House:
    """A new house, filled and served."""
    # pytest's own folders are closed to the account the database runs under.
    folder = Path(mkdtemp(prefix="linli-e2e-"))
    folder.chmod(0o711)
    house = House(folder, _free_port())
    try:
        for arguments in FILLING:
            house.run(*arguments)
        house.serve()
    except BaseException:
        house.close()
        raise
    return house


@contextmanager
def shared(meeting_place: Path) -> Iterator[House]:
    """One house for all test processes of a run: the first builds it, the last closes it."""
    with _alone(meeting_place) as notes:
        if not notes:
            house = build()
            notes[:] = [str(house.folder), str(house.port), "0"]
        notes[2] = str(int(notes[2]) + 1)
    house = House(Path(notes[0]), int(notes[1]))
    try:
        yield house
    finally:
        with _alone(meeting_place) as notes:
            notes[2] = str(int(notes[2]) - 1)
            if notes[2] == "0":
                house.close()
                notes.clear()


@contextmanager
def _alone(meeting_place: Path) -> Iterator[list[str]]:
    """What the processes have written down, while no other reads it."""
    with (meeting_place / "linli-e2e").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        notes = file.read().splitlines()
        yield notes
        file.truncate(0)
        file.write("\n".join(notes))


def _free_port() -> int:
    """Two ports in a row that nobody uses."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
