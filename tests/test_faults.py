"""Faults of the machine, on real processes: what was acknowledged is there once and whole.

Each proof runs as a process of its own with a house of its own; its long form is `make prove`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
Figures = dict[str, Any]

pytestmark = pytest.mark.slow


def proved(name: str, **asked: object) -> Figures:
    """The figures of one proof, in the short form that was asked for."""
    command = [sys.executable, "scripts/measure.py", "proofs", name]
    own = {key: value for key, value in os.environ.items() if not key.startswith("LINLI_")}
    if socket_dir := os.environ.get("LINLI_SOCKET_DIR"):
        own["LINLI_SOCKET_DIR"] = socket_dir
    own |= {key.upper(): str(value) for key, value in asked.items()}
    ran = subprocess.run(
        command, cwd=ROOT, env=own, capture_output=True, text=True, timeout=600, check=False
    )
    lines = ran.stdout.splitlines()
    assert lines, ran.stderr[-3000:]
    figures: Figures = json.loads(lines[-1])["figures"]
    return figures


@pytest.fixture(scope="module")
def after_kill9() -> Figures:
    return proved("kill9", rounds=1, reports=1000)


def test_each_part_of_the_house_was_killed_while_a_thousand_reports_came_in(
    after_kill9: Figures,
) -> None:
    assert after_kill9["acknowledged"] == 1000
    assert all(after_kill9["killed"].values())
    assert after_kill9["cut_off"] + after_kill9["statuses"].get("503", 0) > 0
    assert after_kill9["faults"] == []


def test_every_acknowledged_report_is_there_exactly_once_and_whole(
    after_kill9: Figures,
) -> None:
    assert after_kill9["lost"] == 0
    assert after_kill9["doubled"] == 0
    assert after_kill9["half_written"] == {}


def test_every_acknowledged_step_is_there_once_with_its_trace_and_the_trail_is_whole(
    after_kill9: Figures,
) -> None:
    assert after_kill9["acknowledged_steps"] >= 500
    assert after_kill9["lost_steps"] == {}
    assert after_kill9["without_trace"] == 0
    assert after_kill9["trail"] == 0


def test_every_job_of_a_killed_worker_is_done_in_the_end(after_kill9: Figures) -> None:
    assert after_kill9["jobs_left"] == {}


def test_the_same_look_finds_the_loss_where_commits_do_not_wait_for_the_disk(
    after_kill9: Figures,
) -> None:
    assert after_kill9["control_lost"] > 0


def test_the_look_for_half_written_matters_sees_every_part_that_is_taken_away(
    after_kill9: Figures,
) -> None:
    assert after_kill9["control_unseen"] == []


@pytest.fixture(scope="module")
def with_a_full_disk() -> Figures:
    figures = proved("disk_full")
    if "skipped" in figures:
        pytest.skip(figures["skipped"])
    return figures


def test_a_report_that_finds_no_room_is_refused_clearly_and_never_half_written(
    with_a_full_disk: Figures,
) -> None:
    assert with_a_full_disk["refused"] > 0
    assert with_a_full_disk["other_answers"] == []
    assert with_a_full_disk["problem"]
    assert with_a_full_disk["page"] == 503
    assert with_a_full_disk["half_written"] == {}
    assert with_a_full_disk["lost"] == 0
    assert with_a_full_disk["control_unseen"] == []


def test_with_a_full_disk_everything_can_still_be_read(with_a_full_disk: Figures) -> None:
    assert with_a_full_disk["reads"] == [200, 200, 200]
    assert with_a_full_disk["same_server"]


def test_a_photo_that_finds_no_room_is_refused_and_its_matter_kept(
    with_a_full_disk: Figures,
) -> None:
    assert with_a_full_disk["photo_full"] == 503
    assert with_a_full_disk["photo_said"] == "urn:linli:NoRoom"
    assert with_a_full_disk["photo_matter"] == 200
    assert with_a_full_disk["photo_left"] == 0
    assert with_a_full_disk["photo_again"] == 201


def test_once_there_is_room_everything_works_again_without_a_restart(
    with_a_full_disk: Figures,
) -> None:
    assert with_a_full_disk["again_s"] is not None
    assert with_a_full_disk["jobs_left"] == {}


@pytest.fixture(scope="module")
def with_the_database_away() -> Figures:
    return proved("database_away")


def test_while_the_database_is_away_every_door_says_so_in_its_own_way(
    with_the_database_away: Figures,
) -> None:
    assert with_the_database_away["away"] == {
        "page": "503 page",
        "page with a session": "503 page",
        "report by page": "503 page",
        "report by API": "503 problem",
        "list by API": "503 problem",
        "healthz": "200",
        "readyz": "503",
    }


def test_once_the_database_is_back_everything_works_and_every_job_is_done(
    with_the_database_away: Figures,
) -> None:
    assert with_the_database_away["before"] == with_the_database_away["after"]
    assert with_the_database_away["before"]["report by page"] == "302 page"
    assert with_the_database_away["back_s"] is not None
    assert with_the_database_away["half_written"] == {}
    assert with_the_database_away["jobs_left"] == {}
