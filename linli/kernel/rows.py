"""Writing several new rows of several tables in one statement.

A report is eight rows in seven tables. One round trip for all of them costs a third of the
time of eight, and still obeys every constraint: foreign keys are checked when the statement ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

from django.db import connection, models


def insert_together(rows: Sequence[models.Model]) -> None:
    """Insert unsaved rows, each complete with its key, in one statement; all or none.

    Rows are taken as they stand: no signal is sent and nothing is read back, so a value the
    database should compute must be left out of the model or given here.
    """
    parts: list[str] = []
    values: list[Any] = []
    for number, (model, group) in enumerate(groupby(rows, key=type)):
        statement, arguments = _insert(model, list(group))
        parts.append(f"i{number} AS ({statement} RETURNING 1)")
        values += arguments
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT 1", values)
    for row in rows:
        row._state.adding = False  # what save() itself does
        row._state.db = connection.alias


def _insert(model: type[models.Model], rows: list[models.Model]) -> tuple[str, list[Any]]:
    fields, head, one = _shape(model)
    arguments = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for row in rows
        for field in fields
    ]
    return head + ", ".join([one] * len(rows)), arguments


@cache
def _shape(model: type[models.Model]) -> tuple[list[models.Field[Any, Any]], str, str]:
    """The fields a new row gives, the statement up to its rows, and the places of one row."""
    fields = [f for f in model._meta.local_concrete_fields if not f.has_db_default()]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    one = f"({', '.join(_placeholder(field) for field in fields)})"
    head = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 - names only
    return fields, head, one


def _placeholder(field: models.Field[Any, Any]) -> str:
    own = getattr(field, "get_placeholder", None)
    return str(own(None, None, connection)) if own else "%s"
