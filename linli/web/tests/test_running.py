"""The page of jobs: what failed, without anything about people, and one more try."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from linli.ground.accounts.testing import make_holder
from linli.ground.audit.models import Entry
from linli.ground.territory.testing import make_town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_second_factor")]


def failed_job(task: str = "flows.print_archive.print_archive") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
            " VALUES ('flows', %s, '{\"event\": {\"name\": \"secret\"}}', 'failed', 11)"
            " RETURNING id",
            [task],
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def status_of(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


def browser_of(role: str) -> Client:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(make_holder(role, make_town().city))
    return browser


def test_a_failed_job_is_shown_without_what_it_carries_and_tried_again() -> None:
    browser = browser_of("system_administrator")
    assert "No job has failed" in browser.get(reverse("jobs")).content.decode()
    job = failed_job()

    shown = browser.get(reverse("jobs")).content.decode()
    assert "flows.print_archive.print_archive" in shown
    assert "secret" not in shown
    assert "1 failed" in browser.get(reverse("administration")).content.decode()

    assert browser.post(reverse("retry_job", args=[job])).status_code == 302
    assert status_of(job) == "todo"
    assert Entry.objects.filter(verb="jobs.retry").count() == 1
    assert browser.post(reverse("retry_job", args=[job])).status_code == 404


def test_nobody_else_sees_jobs_or_runs_them_again() -> None:
    browser, job = browser_of("security_administrator"), failed_job()
    assert browser.get(reverse("jobs")).status_code == 404
    assert browser.post(reverse("retry_job", args=[job])).status_code == 404
    assert status_of(job) == "failed"
