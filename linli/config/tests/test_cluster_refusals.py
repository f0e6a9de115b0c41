"""What stands in the way of a database is told in one sentence that names it."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from linli.config.cli import main
from linli.config.cluster import Cluster, ClusterError
from linli.config.cluster.dumps import Tools
from linli.config.cluster.folders import check_room
from linli.config.database import GivenServer
from linli.config.environment import Places


def test_a_socket_path_that_is_too_long_is_named_with_its_length(places: Places) -> None:
    far = places.socket_dir / ("远" * 30)
    cluster = Cluster(places=replace(places, socket_dir=far))

    with pytest.raises(ClusterError, match=r"has \d+ bytes; 107 is the most.*LINLI_SOCKET_DIR"):
        cluster.ensure_running()

    assert not cluster.home.exists()


def test_a_folder_that_cannot_be_entered_is_named(folder: Path, places: Places) -> None:
    closed = folder / "closed"
    closed.mkdir()
    # Root enters everywhere, the account of the database does not.
    closed.chmod(0o700 if os.geteuid() == 0 else 0o000)
    cluster = Cluster(places=replace(places, data_dir=closed / "data"))

    with pytest.raises(ClusterError, match=f"{re.escape(str(closed))}"):
        cluster.ensure_running()

    closed.chmod(0o711)
    cluster.ensure_running()
    cluster.release()


def test_a_file_in_the_place_of_a_folder_is_named(folder: Path, places: Places) -> None:
    (folder / "file").touch()
    cluster = Cluster(places=replace(places, data_dir=folder / "file" / "data"))

    with pytest.raises(ClusterError, match="file"):
        cluster.ensure_running()


def test_data_of_another_version_are_left_alone_and_the_way_out_is_named(
    cluster: Cluster, places: Places
) -> None:
    cluster.ensure_running()
    cluster.release()
    version = cluster.data / "PG_VERSION"
    version.write_text("14\n")

    with pytest.raises(ClusterError, match=r"PostgreSQL 14.*linli db dump.*linli db restore"):
        Cluster(places=places).ensure_running()

    version.write_text(f"{cluster.binaries.major}\n")
    cluster.ensure_running()  # the control: nothing else was in the way


def test_a_folder_full_of_something_else_is_not_taken_over(cluster: Cluster) -> None:
    cluster.data.mkdir(parents=True)
    (cluster.data / "novel.txt").write_text("Chapter one")
    for step in (cluster.home, cluster.home.parent):
        step.chmod(0o711)

    with pytest.raises(ClusterError, match="is not empty"):
        cluster.ensure_running()

    assert (cluster.data / "novel.txt").read_text() == "Chapter one"


def test_a_full_disk_is_told_with_what_is_free_and_needed(folder: Path) -> None:
    check_room(folder, 1)
    with pytest.raises(
        ClusterError, match=r"disk is full: \d+ MB are free.*needs 999999999 MB"
    ):
        check_room(folder, 999_999_999)


def test_a_folder_without_programs_is_named(folder: Path, places: Places) -> None:
    with pytest.raises(ClusterError, match="PG_BIN"):
        Cluster(places=replace(places, pg_bin=folder)).ensure_running()


def test_a_given_server_that_does_not_answer_is_told_without_its_password() -> None:
    with pytest.raises(ClusterError, match="does not answer") as refused:
        GivenServer("postgresql://li:open-sesame@127.0.0.1:1/linli").ensure_running()

    assert "open-sesame" not in str(refused.value)


def test_a_given_server_that_is_new_enough_is_taken(cluster: Cluster) -> None:
    cluster.ensure_running()

    assert GivenServer(cluster.dsn).ensure_running() == cluster.dsn


def test_what_stands_in_the_way_ends_the_command_with_2_and_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINLI_SOCKET_DIR", "/" + "x" * 120)

    assert main(["db", "start"]) == 2

    told = capsys.readouterr().err
    assert told.startswith("linli: The path of the database's socket")
    assert told.count("\n") == 1


def test_a_dump_brings_everything_back(folder: Path, cluster: Cluster, places: Places) -> None:
    cluster.ensure_running()
    tools = Tools(places)
    with psycopg.connect(cluster.places.owner_dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT '邻里' AS word")
    tools.dump(folder / "a.dump")
    with psycopg.connect(cluster.places.owner_dsn) as connection:
        connection.execute("DROP TABLE kept")
        connection.execute("CREATE TABLE later (n int)")

    tools.restore(folder / "a.dump")

    with psycopg.connect(cluster.places.owner_dsn) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("邻里",)
        assert connection.execute("SELECT to_regclass('later')").fetchone() == (None,)
    with psycopg.connect(cluster.dsn) as connection:  # and the house may read it again
        assert connection.execute("SELECT word FROM kept").fetchone() == ("邻里",)
    assert (folder / "a.dump").stat().st_mode & 0o077 == 0


def test_a_broken_dump_changes_nothing(folder: Path, cluster: Cluster, places: Places) -> None:
    cluster.ensure_running()
    with psycopg.connect(cluster.places.owner_dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    whole, broken = folder / "whole.dump", folder / "broken.dump"
    Tools(places).dump(whole)
    broken.write_bytes(whole.read_bytes()[:-200])

    with pytest.raises(ClusterError, match="did not finish"):
        Tools(places).restore(broken)

    with psycopg.connect(cluster.places.owner_dsn) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
