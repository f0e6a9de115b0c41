"""Our own PostgreSQL: started, joined, left, killed and started again."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from linli.config.cluster import Cluster
from linli.config.cluster.ballast import free_ballast
from linli.config.cluster.remains import living_pid
from linli.config.environment import Places

ENTER_AND_WAIT = """
import sys
from pathlib import Path
from linli.config.cluster import Cluster
from linli.config.environment import Places
data, socket = map(Path, sys.argv[1:3])
cluster = Cluster(places=Places("test", data, socket, None, None))
cluster.ensure_running()
print(cluster.status().pid, flush=True)
sys.stdin.read()
cluster.release()
"""


def another_process(places: Places) -> subprocess.Popen[str]:
    """Somebody else who uses the same cluster until they are told to leave."""
    return subprocess.Popen(
        [sys.executable, "-c", ENTER_AND_WAIT, str(places.data_dir), str(places.socket_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def pid_told_by(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)


def ask(cluster: Cluster, question: str) -> Sequence[object]:
    with psycopg.connect(cluster.places.owner_dsn) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return list(row)


def pid_of(cluster: Cluster) -> int:
    pid = living_pid(cluster.data)
    assert pid is not None
    return pid


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while Path(f"/proc/{pid}/cwd").exists() and time.monotonic() < until:
        time.sleep(0.01)


def test_a_new_cluster_checks_its_pages_and_knows_chinese(cluster: Cluster) -> None:
    cluster.ensure_running()

    with psycopg.connect(cluster.places.owner_dsn) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        shown = connection.execute("SELECT show_trgm('邻里之家')").fetchone()
    assert shown is not None
    assert shown[0]
    assert ask(cluster, "SELECT current_setting('data_checksums')") == ["on"]
    assert ask(cluster, "SELECT current_setting('listen_addresses')") == [""]
    assert ask(cluster, "SELECT upper('é')") == ["É"]


def test_the_house_is_no_superuser_in_its_own_database(cluster: Cluster) -> None:
    cluster.ensure_running()

    rights = (
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = 'linli'"
    )
    assert ask(cluster, rights) == [False]
    with psycopg.connect(cluster.dsn) as connection:
        assert connection.execute("SELECT user").fetchone() == ("linli",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (n int)")


def test_a_cluster_from_before_there_was_an_owner_hands_everything_over(
    cluster: Cluster,
) -> None:
    cluster.ensure_running()
    with psycopg.connect(cluster.places.owner_dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    operator = cluster.places.operator_dsn.replace("/postgres?", "/linli?")
    with psycopg.connect(operator, autocommit=True) as connection:
        connection.execute("REASSIGN OWNED BY linli_owner TO linli")
        connection.execute("DROP OWNED BY linli_owner")
        connection.execute("REVOKE linli FROM linli_owner")
        connection.execute("DROP ROLE linli_owner")
    next(cluster.data.glob("linli.roles-*")).unlink()

    cluster.ensure_running()

    owners = "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'"
    assert ask(cluster, owners) == ["linli_owner"]


def test_data_and_socket_are_closed_to_everybody_else(cluster: Cluster) -> None:
    cluster.ensure_running()

    for folder in (cluster.data, cluster.socket, cluster.log):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == cluster.account.uid
    assert cluster.account.uid != 0


def test_who_comes_second_joins_and_who_leaves_last_stops_it(
    cluster: Cluster, places: Places
) -> None:
    cluster.ensure_running()
    first = pid_of(cluster)
    second = another_process(places)

    assert pid_told_by(second) == first
    cluster.release()
    assert cluster.is_running()
    leave(second)
    assert not cluster.is_running()


def test_who_joined_leaves_it_running_for_who_started_it(
    cluster: Cluster, places: Places
) -> None:
    cluster.ensure_running()
    second = another_process(places)
    pid_told_by(second)

    leave(second)

    assert cluster.is_running()
    assert ask(cluster, "SELECT 1") == [1]


def test_a_user_who_was_killed_does_not_keep_it_running(
    cluster: Cluster, places: Places
) -> None:
    second = another_process(places)
    pid_told_by(second)
    cluster.ensure_running()
    second.kill()
    leave(second)

    cluster.release()

    assert not cluster.is_running()


def test_two_who_come_at_once_start_one_server(cluster: Cluster, places: Places) -> None:
    both = [another_process(places), another_process(places)]

    assert len({pid_told_by(each) for each in both}) == 1
    for each in both:
        leave(each)
    assert not cluster.is_running()


def test_kept_it_runs_on_until_it_is_stopped(cluster: Cluster) -> None:
    cluster.ensure_running()
    cluster.keep()

    cluster.release()

    assert cluster.is_running()
    assert cluster.stop()
    assert not cluster.is_running()
    assert not cluster.stop()


def test_after_kill_9_what_was_committed_is_there(cluster: Cluster) -> None:
    cluster.ensure_running()
    with psycopg.connect(cluster.places.owner_dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    before = pid_of(cluster)
    kill(before)
    assert not cluster.is_running()

    cluster.ensure_running()

    assert pid_of(cluster) != before
    assert ask(cluster, "SELECT n FROM kept") == [7]


def test_after_kill_9_a_busy_orphan_does_not_stand_in_the_way(cluster: Cluster) -> None:
    cluster.ensure_running()
    busy = psycopg.connect(cluster.dsn)
    orphan = busy.info.backend_pid
    # Sent and not awaited: the backend counts on, and never looks whether its server lives.
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
    time.sleep(0.2)
    kill(pid_of(cluster))
    assert Path(f"/proc/{orphan}/cwd").exists()  # the control: there is an orphan

    cluster.ensure_running()

    assert ask(cluster, "SELECT 1") == [1]
    assert not Path(f"/proc/{orphan}/cwd").exists()
    busy.pgconn.finish()


def test_a_left_over_number_that_is_now_a_stranger_is_not_trusted(cluster: Cluster) -> None:
    cluster.ensure_running()
    cluster.stop()
    with subprocess.Popen(
        ["sleep", "60"], user=cluster.account.uid if os.geteuid() == 0 else None
    ) as stranger:
        (cluster.data / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster.data}\n")

        cluster.ensure_running()

        assert ask(cluster, "SELECT 1") == [1]
        assert stranger.poll() is None
        stranger.kill()


def test_an_interrupted_creation_is_begun_again(cluster: Cluster) -> None:
    half = cluster.home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    for folder in (cluster.home, *cluster.home.parents[:1]):
        folder.chmod(0o711)

    cluster.ensure_running()

    assert ask(cluster, "SELECT 1") == [1]
    assert not half.exists()


def test_the_ballast_is_put_back_at_the_next_start(cluster: Cluster) -> None:
    cluster.ensure_running()
    assert cluster.status().ballast
    assert free_ballast(cluster.home)
    assert not cluster.status().ballast

    cluster.ensure_running()

    assert cluster.status().ballast


def test_the_log_of_the_server_quotes_no_rows(cluster: Cluster) -> None:
    cluster.ensure_running()
    with psycopg.connect(cluster.places.owner_dsn) as connection:
        connection.execute("CREATE TABLE phones (number text PRIMARY KEY)")
        connection.execute("INSERT INTO phones VALUES ('13800138000')")
        with pytest.raises(psycopg.errors.UniqueViolation, match="13800138000"):
            connection.execute("INSERT INTO phones VALUES ('13800138000')")

    written = "".join(path.read_text() for path in cluster.log.iterdir())
    assert "phones_pkey" in written
    assert "13800138000" not in written
