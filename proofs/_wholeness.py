"""Looks at a house's database for what was lost, doubled or half-written."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import psycopg
from psycopg import sql

from bench.house import House

# What belongs to every matter that came in: the table, how it is joined, how many at least.
PARTS = {
    "move": ("workflow_move", "part.work_id = m.work_id", 1),
    "clocks": ("workflow_clock", "part.work_id = m.work_id", 2),
    "assignment": ("workflow_assignment", "part.work_id = m.work_id", 1),
    "reporter": ("matters_reporter", "part.matter_id = m.id", 1),
    "answers": ("forms_record", "part.subject_id = m.id", 1),
    "entry": ("audit_entry", "part.ref_id = m.id AND part.verb = 'matters.report'", 1),
    "reply": ("audit_reply", "part.ref_id = m.id", 1),
    "job": ("procrastinate_jobs", "part.args->>'matter_id' = m.id::text", 1),
}
ALONE = {
    "work alone": "SELECT count(*) FROM workflow_work w WHERE NOT EXISTS "
    "(SELECT FROM matters_matter m WHERE m.work_id = w.id)",
    "reply alone": "SELECT count(*) FROM audit_reply r WHERE ref_kind = 'matter' AND NOT EXISTS "
    "(SELECT FROM matters_matter m WHERE m.id = r.ref_id)",
    "entry alone": "SELECT count(*) FROM audit_entry e WHERE verb = 'matters.report' AND NOT EXISTS "
    "(SELECT FROM matters_matter m WHERE m.id = e.ref_id)",
    "job alone": "SELECT count(*) FROM procrastinate_jobs j WHERE args ? 'matter_id' AND NOT EXISTS "
    "(SELECT FROM matters_matter m WHERE m.id::text = j.args->>'matter_id')",
}
PATIENCE_SECONDS = 60.0


def connect(house: House, *, operator: bool = False) -> psycopg.Connection:
    """A connection of our own, as the house's role or as the operator; waits out a recovery."""
    dsn = house.dsn.replace("user=linli", "user=postgres") if operator else house.dsn
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return psycopg.connect(dsn)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def lost(connection: psycopg.Connection, acknowledged: dict[str, str]) -> int:
    """Reports that were acknowledged and are not there under the number that was told."""
    rows = connection.execute("SELECT id::text, number FROM matters_matter").fetchall()
    return len(acknowledged.items() - set(rows))


def doubled(connection: psycopg.Connection) -> int:
    """Reports that are there more than once: the words of each name its report."""
    return _count(
        connection,
        "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM matters_matter "
        "GROUP BY description) AS told",
    )


def lost_steps(
    connection: psycopg.Connection, steps: Mapping[str, tuple[str, str]]
) -> dict[str, int]:
    """By step: how many that were acknowledged are not there exactly once; empty when all are."""
    rows = connection.execute(_STEPS).fetchall()
    there = {(matter_id, key): count for matter_id, key, count in rows}
    wrong = [key for matter_id, key in steps.values() if there.get((matter_id, key)) != 1]
    return {key: wrong.count(key) for key in sorted(set(wrong))}


def steps_without_trace(connection: psycopg.Connection) -> int:
    """Steps and photos whose entry is missing, and entries whose step or photo is."""
    return _count(connection, _TRACES)


# A photo is one file of its matter; every other step is one move of the matter's work.
_STEPS = """
    SELECT w.subject_id::text, m.key, count(*) FROM workflow_move m
    JOIN workflow_work w ON w.id = m.work_id GROUP BY 1, 2
    UNION ALL
    SELECT subject_id::text, 'photo', count(*) FROM files_upload WHERE kind = 'photo' GROUP BY 1
"""
_TRACES = """
    SELECT coalesce(sum(abs(coalesce(done.n, 0) - coalesce(noted.n, 0))), 0)
    FROM (
        SELECT w.subject_id AS id, 'work.' || m.key AS verb, count(*) AS n FROM workflow_move m
        JOIN workflow_work w ON w.id = m.work_id
        WHERE m.key IN ('file', 'route', 'void') GROUP BY 1, 2
        UNION ALL
        SELECT subject_id, 'files.keep', count(*) FROM files_upload WHERE kind = 'photo' GROUP BY 1
    ) AS done
    FULL JOIN (
        SELECT ref_id AS id, verb, count(*) AS n FROM audit_entry
        WHERE verb IN ('work.file', 'work.route', 'work.void')
           OR (verb = 'files.keep' AND fields = '{photo}') GROUP BY 1, 2
    ) AS noted USING (id, verb)
"""


def half_written(connection: psycopg.Connection) -> dict[str, int]:
    """By part: how many matters lack it, how many of its rows have no matter; empty when whole."""
    found = {name: _count(connection, _lacking(name)) for name in PARTS}
    found |= {name: _count(connection, statement) for name, statement in ALONE.items()}
    return {name: count for name, count in found.items() if count}


def _lacking(part: str) -> str:
    table, joined, least = PARTS[part]
    return (
        "SELECT count(*) FROM (SELECT m.id FROM matters_matter m "  # noqa: S608 - our own tables
        f"LEFT JOIN {table} part ON {joined} "
        f"GROUP BY m.id HAVING count(part.*) < {least}) AS lacking"
    )


def unseen_plants(house: House) -> list[str]:
    """The control: of each part one row is taken away, and put back; the parts nobody missed."""
    with connect(house, operator=True) as connection:
        connection.execute("SET session_replication_role = replica")
        whole, unseen = half_written(connection), []
        for part in PARTS:
            with connection.transaction(force_rollback=True):
                _take_away(connection, part)
                if half_written(connection).get(part, 0) != whole.get(part, 0) + 1:
                    unseen.append(part)
        for name in ALONE:
            with connection.transaction(force_rollback=True):
                connection.execute(_LAST_MATTER_GOES)
                if half_written(connection).get(name, 0) != whole.get(name, 0) + 1:
                    unseen.append(name)
    return unseen


_LAST_MATTER_GOES = (
    "DELETE FROM matters_matter "
    "WHERE id = (SELECT id FROM matters_matter ORDER BY number DESC LIMIT 1)"
)


def _take_away(connection: psycopg.Connection, part: str) -> None:
    table, joined, least = PARTS[part]
    statement = (
        f"DELETE FROM {table} AS gone USING (SELECT part.ctid FROM {table} part "  # noqa: S608
        # Of a matter that has no more of them than it must: of another none would be missed.
        f"JOIN matters_matter m ON {joined} "
        f"WHERE (SELECT count(*) FROM {table} part WHERE {joined}) = {least} LIMIT 1) AS one "
        "WHERE gone.ctid = one.ctid"
    )
    assert connection.execute(sql.SQL(statement)).rowcount == 1


def jobs_left(house: House, *, seconds: float) -> dict[str, int]:
    """The jobs that did not end well within so many seconds, by how they stand."""
    until = time.monotonic() + seconds
    while True:
        with connect(house) as connection:
            rows: Iterable[tuple[str, int]] = connection.execute(
                "SELECT status::text, count(*) FROM procrastinate_jobs "
                "WHERE status <> 'succeeded' AND args ? 'matter_id' GROUP BY status"
            ).fetchall()
        left = dict(rows)
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.5)


def _count(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return int(row[0])
