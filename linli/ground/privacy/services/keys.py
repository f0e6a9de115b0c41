"""Keys are changed while the house works: two are valid until every value is sealed anew."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import connection, models, transaction

from linli.ground.audit.services import note
from linli.ground.privacy.rules import MOST_IN_A_BATCH
from linli.kernel import keys
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, _
from linli.kernel.events import later
from linli.kernel.fields import EncryptedText, sealed_columns
from linli.kernel.refs import Ref

RESEAL: Final = "privacy.reseal"


class KeyStillNeeded(Conflict):
    """Values sealed with this key are still kept."""

    message = _(
        "{count} values still need key {number} of {purpose}. Wait until they are sealed anew."
    )


@dataclass(frozen=True, slots=True)
class KeyNow:
    """A key of a purpose: what it is good for now, and how many values need it."""

    purpose: str
    number: int
    made_at: str
    state: str
    values: int


def keys_now(purpose: str | None = None) -> list[KeyNow]:
    """Every key of every purpose, the sealing one first, with how many values it sealed."""
    wanted = [purpose] if purpose else sorted(keys.PURPOSES)
    return [key for one in wanted for key in _keys_of(one)]


def _keys_of(purpose: str) -> list[KeyNow]:
    ring, values = keys.ring_of(purpose), _values_by_key(purpose)
    valid = [
        KeyNow(purpose, key.number, key.made_at, state, values.get(key.number, 0))
        for key, state in zip(ring.keys, ["seals", *["opens"] * len(ring.keys)], strict=False)
    ]
    gone = [KeyNow(purpose, n, at, "gone", values.get(n, 0)) for n, at in ring.gone]
    return valid + gone


def _values_by_key(purpose: str) -> Mapping[int, int]:
    counted: Counter[int] = Counter()
    for model, field in sealed_columns(purpose):
        table, column = model._meta.db_table, field.column
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT encode(substring("{column}" FROM 2 FOR 4), \'hex\'), count(*) FROM "{table}" '  # noqa: S608 - our own names
                f'WHERE "{column}" IS NOT NULL GROUP BY 1'
            )
            counted.update({int(number, 16): count for number, count in cursor.fetchall()})
    if purpose in keys.RESEALERS:
        counted.update(keys.RESEALERS[purpose].numbers())
    return counted


def rotate_key(purpose: str, *, by: Actor, at: datetime) -> int:
    """Seal new values with a fresh key from now on, and begin to seal the others anew."""
    made = keys.rotate(purpose)
    _note("privacy.rotate_key", purpose, by=by, at=at)
    later(RESEAL, purpose=purpose)
    return made.number


def retire_key(purpose: str, *, number: int, by: Actor, at: datetime) -> None:
    """Take an earlier key away for good: old dumps no longer open with it.

    Raises KeyStillNeeded while anything kept here needs it, KeyInUse for the key that seals.
    """
    needed = _values_by_key(purpose).get(number, 0)
    if needed and number != keys.key_of(purpose).number:
        raise KeyStillNeeded(purpose=purpose, number=number, count=needed)
    keys.retire(purpose, number=number)
    _note("privacy.retire_key", purpose, by=by, at=at)


def destroy_keys(purpose: str, *, by: Actor, at: datetime) -> list[int]:
    """Forget everything ever sealed for a purpose, here and in every dump, by taking its keys away."""
    numbers = keys.destroy(purpose)
    _note("privacy.destroy_keys", purpose, by=by, at=at)
    return numbers


@transaction.atomic
def _note(verb: str, purpose: str, *, by: Actor, at: datetime) -> None:
    note(verb, Ref("key", _id_of(purpose)), by=by, at=at, ground=purpose)


def _id_of(purpose: str) -> UUID:
    """The trail names records by id; a purpose has none of its own."""
    return uuid5(NAMESPACE_OID, f"linli.key.{purpose}")


def reseal(purpose: str, *, seconds: float) -> bool:
    """Seal values anew with the present key, batch by batch; True when all are.

    Digests are made anew in the same statement: until then look-ups try every valid key.
    """
    until = time.monotonic() + seconds
    for model, field in sealed_columns(purpose):
        while _reseal_batch(model, field):
            if time.monotonic() >= until:
                return False
    if purpose in keys.RESEALERS:
        keys.RESEALERS[purpose].reseal()
    return True


@transaction.atomic
def _reseal_batch(model: type[models.Model], field: EncryptedText) -> int:
    ring = keys.ring_of(field.purpose)
    rows = _stale_rows(model, field, ring)
    changed = [_sealed_anew(pk, bytes(sealed), ring) for pk, sealed in rows]
    table, column = model._meta.db_table, field.column
    key = model._meta.pk.column
    digest = f', "{field.digest}" = %(digest)s' if field.digest else ""
    with connection.cursor() as cursor:
        cursor.executemany(
            f'UPDATE "{table}" SET "{column}" = %(sealed)s{digest} WHERE "{key}" = %(pk)s',  # noqa: S608
            changed,
        )
    return len(changed)


def _stale_rows(
    model: type[models.Model], field: EncryptedText, ring: keys.Ring
) -> list[tuple[Any, bytes]]:
    """Rows an earlier, still valid key sealed; what a destroyed key sealed stays closed."""
    earlier = [key.number.to_bytes(4, "big") for key in ring.keys[1:]]
    key, column, table = model._meta.pk.column, field.column, model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "{key}", "{column}" FROM "{table}" '  # noqa: S608
            f'WHERE substring("{column}" FROM 2 FOR 4) = ANY(%s) '
            f'ORDER BY "{key}" LIMIT {MOST_IN_A_BATCH} FOR UPDATE',
            [earlier],
        )
        return list(cursor.fetchall())


def _sealed_anew(pk: Any, sealed: bytes, ring: keys.Ring) -> dict[str, Any]:
    text = ring.open(sealed)
    assert text is not None
    return {
        "pk": pk,
        "sealed": ring.sealing.seal(text),
        "digest": ring.sealing.digest(text),
    }
