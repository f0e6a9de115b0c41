"""A thousand falsifications of the trail by the owner of the database, triggers off: all are found.

Edited, deleted, reordered, cut off at the end, and rewritten without a flaw from some row on. Each
is undone before the next. TAMPERINGS says how many, ENTRIES how long the trail is. The controls:
a trail nobody touched is whole, and what was rewritten without a flaw is not found without the
head that was told before.
"""

from __future__ import annotations

import os
import random
import sys
import time

from bench.house import a_house

SEED = 20260304
TARGETS = {"found": "all", "false_alarms": "0", "control_unseen": "all of control_flawless"}


def main() -> dict[str, object]:
    """Write a trail, seal it, falsify it again and again."""
    count = int(os.environ.get("TAMPERINGS", "1000"))
    entries = int(os.environ.get("ENTRIES", "3000"))
    with a_house(own={"DJANGO_SETTINGS_MODULE": "linli.config.settings_of_owner"}):
        figures = prove(count=count, entries=entries)
    wanted = {"found": count, "false_alarms": 0, "missed": []}
    wanted |= {"control_unseen": figures["control_flawless"]}
    met = all(figures[name] == value for name, value in wanted.items())
    return {"figures": figures, "limit": wanted, "targets": TARGETS, "met": met}


def prove(*, count: int, entries: int) -> dict[str, object]:
    """So many tamperings of a trail of so many entries; the caller has the owner's rights."""
    from django.db import connection

    from linli.ground.audit import queries
    from linli.ground.audit.rules.chain import Head
    from linli.ground.audit.services import seal_entries
    from linli.ground.audit.testing import written
    from proofs._tampering import FLAWLESS, TAMPERINGS, Try, tampered

    written(entries)
    while seal_entries():
        pass
    with connection.cursor() as cursor:
        for table in ("audit_entry", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    head, chance, begun = queries.head(), random.Random(SEED), time.monotonic()  # noqa: S311
    tries: list[Try] = []
    for number in range(count):
        tries.append(tampered(TAMPERINGS[number % len(TAMPERINGS)], chance, head, told=[head]))
        if number % 100 == 99:
            sys.stderr.write(f"{number + 1} of {count}\n")
    quiet = max(10, count // 20)
    untouched = [tampered("nothing", chance, head, told=[head]) for _ in range(quiet)]
    blind = [tampered(FLAWLESS[n % 2], chance, head, told=[]) for n in range(quiet)]
    return {
        "entries": head.seq,
        "found": sum(one.is_found for one in tries),
        "missed": [
            f"{one.kind} at {one.first}: {one.found}" for one in tries if not one.is_found
        ],
        "by_kind": {
            kind: sum(one.is_found for one in tries if one.kind == kind) for kind in TAMPERINGS
        },
        "false_alarms": sum(one.found != head for one in untouched),
        "control_flawless": quiet,
        "control_unseen": sum(isinstance(one.found, Head) for one in blind),
        "seconds": round(time.monotonic() - begun, 1),
    }
