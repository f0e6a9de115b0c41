"""Many matters: the weeks of one street, copied to every street of a city and back through the years."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg

# Every statement here is put together from our own words only.
# ruff: noqa: S608

STREETS, APART, ROUND_DAYS, OPEN_EVERY = 102, 37, 8, 16
HOME = "230882003"
TABLES = (
    "workflow_work",
    "matters_matter",
    "workflow_move",
    "workflow_clock",
    "workflow_assignment",
    "matters_reporter",
)
# Of rounds beyond this, every fourth matter keeps its moves and clocks: only its own page reads them.
WHOLE_ROUNDS = 48


@dataclass(slots=True)
class Many:
    """Grows the stock in rounds; each round is one copy of the template, eight days earlier."""

    connection: psycopg.Connection
    matters: int = 0
    rounds: int = 0
    _columns: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for statement in _PREPARE:
            self.connection.execute(statement)
        for table in TABLES:
            self.connection.execute(f"CREATE TABLE bench.{table} AS SELECT * FROM {table}")
            found = self.connection.execute(
                "SELECT attname FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                [table],
            )
            self._columns[table] = [row[0] for row in found]
        self.connection.execute("TRUNCATE workflow_work, matters_matter CASCADE")
        # The copies are whole by construction; asking for each of twenty million rows takes half an hour.
        kept = self.connection.execute(_FOREIGN_KEYS, [list(TABLES)]).fetchall()
        for table, name in kept:
            self.connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    def grow_to(self, matters: int) -> None:
        """Copy rounds until there are so many, then let the planner see them."""
        while self.matters < matters:
            self._copy(self.rounds, matters - self.matters)
            self.rounds += 1
        self.connection.execute("VACUUM (ANALYZE)")

    def stock(self) -> dict[str, int]:
        """What there is now."""
        counts = self.connection.execute(
            "SELECT (SELECT count(*) FROM workflow_work),"
            " (SELECT count(*) FROM workflow_work WHERE closed_at IS NULL),"
            " (SELECT count(*) FROM workflow_move),"
            " (SELECT count(*) FROM territory_area WHERE level = 5 AND closed_on IS NULL)"
        ).fetchone()
        assert counts is not None
        return dict(zip(("matters", "open", "moves", "grids"), counts, strict=True))

    def _copy(self, number: int, most: int) -> None:
        """One round: what has ended, as much earlier; what is open now and then, as it stands."""
        with self.connection.transaction():
            self.connection.execute("TRUNCATE bench.chosen")
            self.connection.execute(
                _CHOOSE,
                {
                    "round": number,
                    "most": most,
                    "apart": APART,
                    "streets": STREETS,
                    "with_open": number % OPEN_EVERY == 0,
                    "days": number * ROUND_DAYS,
                },
            )
            for table in TABLES:
                self.connection.execute(self._insert(table), {"round": str(number)})
        row = self.connection.execute("SELECT count(*) FROM bench.chosen").fetchone()
        assert row is not None
        self.matters += row[0]

    def _insert(self, table: str) -> str:
        columns = self._columns[table]
        values = [self._value(table, column) for column in columns]
        whole = table not in {"workflow_move", "workflow_clock"} or self.rounds < WHOLE_ROUNDS
        return (
            f"INSERT INTO {table} ({', '.join(map(_quoted, columns))}) SELECT {', '.join(values)}"
            f" FROM bench.{table} t {_JOIN[table]}"
            " JOIN bench.chosen c ON c.id = w.id"
            f"{_AREA if 'area_id' in columns else ''}"
            f"{'' if whole else ' WHERE c.rank %% 4 = 0'}"
        )

    def _value(self, table: str, column: str) -> str:
        own = f"t.{_quoted(column)}"
        if column in {"id", "work_id", "matter_id", "subject_id"}:
            return f"md5(%(round)s || {own})::uuid"
        if column == "area_id":
            return "a.new"
        if column in {"owner_id", "post_id", "unit_id"}:
            return (
                f"(SELECT p.new FROM bench.post p WHERE p.old = {own} AND p.street = c.street)"
            )
        if column == "number" and table == "matters_matter":
            return f"{own} || '-' || %(round)s"
        return f"{own} - c.shift" if column.endswith("_at") or column == "at" else own


def _quoted(column: str) -> str:
    """Some columns bear words that SQL keeps for itself."""
    return f'"{column}"'


_JOIN = {
    "workflow_work": "JOIN bench.workflow_work w ON w.id = t.id",
    "matters_matter": "JOIN bench.workflow_work w ON w.id = t.work_id",
    "workflow_move": "JOIN bench.workflow_work w ON w.id = t.work_id",
    "workflow_clock": "JOIN bench.workflow_work w ON w.id = t.work_id",
    "workflow_assignment": "JOIN bench.workflow_work w ON w.id = t.work_id",
    "matters_reporter": "JOIN bench.matters_matter m ON m.id = t.matter_id"
    " JOIN bench.workflow_work w ON w.id = m.work_id",
}
_AREA = " JOIN bench.area a ON a.old = t.area_id AND a.street = c.street"
_CHOOSE = """
INSERT INTO bench.chosen
SELECT id, rank, (rank + %(apart)s * %(round)s) %% %(streets)s,
       CASE WHEN closed_at IS NULL THEN interval '0' ELSE %(days)s * interval '1 day' END
FROM (SELECT id, closed_at, row_number() OVER (ORDER BY opened_at, id) AS rank FROM bench.workflow_work) w
WHERE closed_at IS NOT NULL OR %(with_open)s
ORDER BY md5(id::text) LIMIT %(most)s
"""
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)
"""
_NEW = "CASE WHEN s.n = 0 THEN {own} ELSE md5(s.n || {own}::text)::uuid END"
_PATH = f"'230882' || (500 + s.n) || substr(t.path, {len(HOME) + 1})"
_PREPARE = (
    "CREATE SCHEMA bench",
    "CREATE TABLE bench.chosen (id uuid PRIMARY KEY, rank bigint, street int, shift interval)",
    f"""CREATE TABLE bench.area AS
        SELECT s.n AS street, t.id AS old, {_NEW.format(own="t.id")} AS new
        FROM territory_area t, generate_series(0, {STREETS - 1}) AS s(n)
        WHERE t.path LIKE '{HOME}%' AND t.closed_on IS NULL""",
    "CREATE UNIQUE INDEX ON bench.area (old, street)",
    f"""INSERT INTO territory_area (id, path, level, name, kind, parent_id, pinyin, initials, words,
                                    generated, opened_on, closed_on)
        SELECT m.new, {_PATH}, t.level, t.name, t.kind, coalesce(above.new, t.parent_id), t.pinyin,
               t.initials, t.words, true, t.opened_on, NULL
        FROM generate_series(1, {STREETS - 1}) AS s(n)
        JOIN bench.area m ON m.street = s.n JOIN territory_area t ON t.id = m.old
        LEFT JOIN bench.area above ON above.street = s.n AND above.old = t.parent_id""",
    f"""CREATE TABLE bench.post AS
        SELECT s.n AS street, t.id AS old, {_NEW.format(own="t.id")} AS new
        FROM accounts_post t JOIN territory_area a ON a.id = t.area_id,
             generate_series(0, {STREETS - 1}) AS s(n)
        WHERE a.path LIKE '{HOME}%'""",
    "CREATE UNIQUE INDEX ON bench.post (old, street)",
    f"""CREATE TABLE bench.organisation AS
        SELECT s.n AS street, t.id AS old, {_NEW.format(own="t.id")} AS new
        FROM people_organisation t JOIN territory_area a ON a.id = t.area_id,
             generate_series(0, {STREETS - 1}) AS s(n)
        WHERE a.path LIKE '{HOME}%'""",
    f"""INSERT INTO people_organisation (id, key, kind, name, parent_id, area_id, opened_on)
        SELECT m.new, left(t.key, 50) || '-' || s.n || '-' || left(md5(t.id::text), 4), t.kind, t.name,
               coalesce(above.new, t.parent_id), a.new, t.opened_on
        FROM generate_series(1, {STREETS - 1}) AS s(n)
        JOIN bench.organisation m ON m.street = s.n JOIN people_organisation t ON t.id = m.old
        JOIN bench.area a ON a.street = s.n AND a.old = t.area_id
        LEFT JOIN bench.organisation above ON above.street = s.n AND above.old = t.parent_id""",
    f"""INSERT INTO accounts_post (id, role_id, area_id, organisation_id, name)
        SELECT m.new, t.role_id, a.new, o.new, t.name
        FROM generate_series(1, {STREETS - 1}) AS s(n)
        JOIN bench.post m ON m.street = s.n JOIN accounts_post t ON t.id = m.old
        JOIN bench.area a ON a.street = s.n AND a.old = t.area_id
        LEFT JOIN bench.organisation o ON o.street = s.n AND o.old = t.organisation_id""",
    "ANALYZE",
)
