"""A disk that runs full at any statement of a report is told as such, and leaves nothing behind."""

from __future__ import annotations

import pytest
from django.db import connection

from linli.domains.matters.testing import make_cast
from linli.domains.matters.tests.calling import Caller, counted, problem_of
from linli.ground.audit.testing import as_owner
from linli.kernel.ids import uuid7

pytestmark = pytest.mark.django_db

# What PostgreSQL itself raises when a table cannot grow.
FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room();
"""


@pytest.mark.parametrize(
    "table",
    ["workflow_work", "matters_matter", "audit_entry", "audit_reply", "procrastinate_jobs"],
)
def test_a_report_without_room_for_one_of_its_rows_is_refused_and_later_taken(
    table: str,
) -> None:
    hub, key = Caller.of(make_cast().hub), uuid7()
    hub.get("/matters")
    before = counted()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(FULL.format(table=table))

    told = problem_of(hub.report(key=key), 503)

    assert told["type"] == "urn:linli:Unavailable"
    assert counted() == before
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER no_room ON {table}")
    assert hub.report(key=key).status_code == 201
