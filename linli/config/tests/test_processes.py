"""The watcher keeps what it started alive, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from linli.config.cli import main
from linli.config.cluster import Cluster
from linli.config.cluster.remains import living_pid
from linli.config.environment import Places
from linli.config.processes.turns import AlreadyServedError, only_one, stop_all

# Two ordinary children, one that will not end when asked, one that has a child of its own.
WATCH = """
import sys
from pathlib import Path
from linli.config.database import database_of
from linli.config.environment import Places
from linli.config.processes.turns import only_one
from linli.config.processes.watcher import Watcher
data, socket = map(Path, sys.argv[1:3])
places = Places("test", data, socket, None, None)
database = database_of(places)
database.ensure_running()
note = "echo $$ >> '%s'; " % sys.argv[3]
commands = {
    "plain": ["sh", "-c", note + "exec sleep 1000"],
    "stubborn": ["sh", "-c", note + "trap '' TERM; while :; do sleep 1; done"],
    "parent": ["sh", "-c", note + "sleep 1001 & echo $! >> '%s'; wait" % sys.argv[3]],
}
with only_one(places.home, "serve"):
    Watcher(commands, database, patience=1.0).run()
database.release()
"""


class House:
    """A watcher in a process of its own, and the numbers of all it ever started."""

    def __init__(self, places: Places, notes: Path) -> None:
        self.places, self._notes = places, notes
        folders = [str(places.data_dir), str(places.socket_dir)]
        self.process = subprocess.Popen([sys.executable, "-c", WATCH, *folders, str(notes)])

    def pids(self) -> list[int]:
        return [int(word) for word in self._notes.read_text().split()]

    def wait_for(self, number: int) -> list[int]:
        until_true(lambda: self._notes.exists() and len(self.pids()) >= number)
        return self.pids()


@contextmanager
def house(places: Places, folder: Path) -> Iterator[House]:
    made = House(places, folder / "pids")
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()
        for pid in filter(lives, made.pids()):
            os.kill(pid, signal.SIGKILL)
        Cluster(places=places).stop()


def lives(pid: int) -> bool:
    """A process that ended and was not yet collected is dead enough."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def until_true(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_it_leaves_no_process_and_no_database(
    how: signal.Signals, places: Places, folder: Path
) -> None:
    with house(places, folder) as ours:
        started = ours.wait_for(4)
        assert all(map(lives, started))  # the control: there was something to leave

        ours.process.send_signal(how)

        assert ours.process.wait(30) == 0
        assert [pid for pid in started if lives(pid)] == []
        assert not Cluster(places=places).is_running()


def test_a_child_that_was_killed_is_started_again(places: Places, folder: Path) -> None:
    with house(places, folder) as ours:
        first = ours.wait_for(4)

        os.kill(first[0], signal.SIGKILL)

        after = ours.wait_for(5)
        assert lives(after[-1])
        assert all(map(lives, first[1:]))


def test_a_database_that_was_killed_is_started_again(places: Places, folder: Path) -> None:
    with house(places, folder) as ours:
        ours.wait_for(4)
        data = places.cluster_data
        killed = living_pid(data)
        assert killed is not None

        os.kill(killed, signal.SIGKILL)

        until_true(lambda: living_pid(data) not in {None, killed})
        # Joining waits until it takes connections.
        cluster = Cluster(places=places)
        with psycopg.connect(cluster.ensure_running()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        cluster.release()


def test_a_second_watcher_is_refused_and_the_first_can_be_stopped_from_elsewhere(
    places: Places, folder: Path
) -> None:
    with house(places, folder) as ours:
        ours.wait_for(4)

        with (
            pytest.raises(AlreadyServedError, match=f"process {ours.process.pid}"),
            only_one(places.home, "serve"),
        ):
            pass

        assert stop_all(places.home) == [ours.process.pid]
        assert ours.process.wait(30) == 0
        assert stop_all(places.home) == []


def test_a_process_ends_with_its_parent_even_if_that_was_killed() -> None:
    child = "from linli.config.processes.child import end_with_parent as e; e();"
    child += "print('ready', flush=True); import time; time.sleep(60)"
    parent = f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {child!r}]);"
    parent += "print(c.pid, flush=True); c.wait()"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        words = {process.stdout.readline().strip(), process.stdout.readline().strip()}
        grandchild = int(next(iter(words - {"ready"})))
        assert lives(grandchild)

        process.kill()

        until_true(lambda: not lives(grandchild))


def test_a_port_that_is_taken_is_named_before_anything_is_started(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        monkeypatch.setenv("LINLI_DATA_DIR", str(places.data_dir))
        monkeypatch.setenv("LINLI_SOCKET_DIR", str(places.socket_dir))

        assert main(["web"]) == 2

    assert f"Port {port} on 127.0.0.1" in capsys.readouterr().err
    assert not Cluster(places=places).is_running()


def test_a_command_at_work_is_ended_by_stop_and_says_so(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from linli.config.processes.turns import ended_by_stop\n"
        "with ended_by_stop(Path(sys.argv[1])):\n"
        "    print('at work', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == "at work\n"

        assert stop_all(folder) == [running.pid]

        assert "what was not finished was not kept" in running.stderr.read()
        assert running.wait(10) == 1
    assert not list(folder.glob("*.pid"))
