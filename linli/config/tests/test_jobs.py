"""What a job promises: tried again when it fails, handed out again when its worker was killed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from linli.config.jobs import take_up_what_was_left
from linli.engines.files.services import NoRoom
from linli.kernel.events import FLOWS, later
from linli.kernel.ids import uuid7

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
PRINTING = "flows.print_archive.print_archive"


def the_job_is_taken(*, by_a_living_worker: bool) -> None:
    """One archive to be printed, taken by a worker that lives or by one that is no more."""
    later(PRINTING, at=NOON, matter_id=uuid7())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        if by_a_living_worker:
            cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
            cursor.execute("UPDATE procrastinate_jobs SET worker_id = %s", cursor.fetchone())


def statuses() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs")
        return [status for (status,) in cursor.fetchall()]


def job_of(name: str, *, attempts: int = 0) -> Job:
    return Job(queue="flows", lock=None, queueing_lock=None, task_name=name, attempts=attempts)


def take_up() -> None:
    context = JobContext(
        app=app, job=job_of(PRINTING), start_timestamp=0, abort_reason=lambda: None
    )
    async_to_sync(take_up_what_was_left)(context, 0)


@pytest.mark.django_db
def test_a_job_whose_worker_was_killed_is_handed_out_again() -> None:
    the_job_is_taken(by_a_living_worker=False)

    take_up()

    assert statuses() == ["todo"]


@pytest.mark.django_db
def test_a_job_whose_worker_lives_is_left_to_it() -> None:
    the_job_is_taken(by_a_living_worker=True)

    take_up()

    assert statuses() == ["doing"]


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_a_flow_that_finds_no_room_is_tried_again(name: str) -> None:
    strategy = app.tasks[name].retry_strategy

    assert strategy is not None
    for attempts, tried_again in ((0, True), (10, True), (11, False)):
        decision = strategy.get_retry_decision(
            exception=NoRoom(), job=job_of(name, attempts=attempts)
        )
        assert (decision is not None) is tried_again
