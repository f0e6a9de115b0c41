"""Taking over division files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from django.db import connection, transaction

from linli.ground.audit.services import note
from linli.ground.territory.models import Area
from linli.ground.territory.queries.planning import plan_import
from linli.ground.territory.rules.divisions import Division
from linli.ground.territory.services.areas import BATCH, add_codes, new_area, rename
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed."""

    new: int
    renamed: int
    same: int


@transaction.atomic
def import_divisions(
    source: BinaryIO, *, scheme: str, valid_from: date, by: Actor, at: datetime
) -> Imported:
    """Take over a division file whole: what is new is added, what is renamed keeps its old name's span.

    Nothing is closed: a file of one city says nothing of another. Raises OtherScheme, or the
    reader's refusal naming line and column; then not a single row is taken.
    """
    by.require("territory.import")
    with connection.cursor() as cursor:  # two imports at once would add the same area twice
        cursor.execute("LOCK TABLE territory_area IN SHARE ROW EXCLUSIVE MODE")
    plan = plan_import(source, scheme=scheme, valid_from=valid_from)
    made = _add_areas(plan.new, plan.known, scheme=scheme, valid_from=valid_from)
    rename(
        [(area, division.name) for area, division in plan.renamed],
        scheme=scheme,
        valid_from=valid_from,
    )
    changed = [*made, *(area for area, _division in plan.renamed)]
    if changed:
        note("territory.import", Ref("area", changed[0].id), by=by, at=at, ground=scheme)
    return Imported(len(plan.new), len(plan.renamed), plan.same)


def _add_areas(
    divisions: Sequence[Division], known: dict[str, Area], *, scheme: str, valid_from: date
) -> list[Area]:
    made: list[Area] = []
    for division in divisions:
        area = new_area(
            division.path, level=division.level, name=division.name, opened_on=valid_from
        )
        area.parent = known[division.parent] if division.parent else None
        known[division.path] = area
        made.append(area)
    Area.objects.bulk_create(made, batch_size=BATCH)
    add_codes(made, scheme=scheme, valid_from=valid_from)
    return made
