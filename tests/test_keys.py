"""A key is changed while the house works."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from linli.ground.people.models import Person
from linli.ground.privacy.services.keys import (
    KeyStillNeeded,
    destroy_keys,
    keys_now,
    reseal,
    retire_key,
    rotate_key,
)
from linli.kernel import clock, keys
from linli.kernel.actor import CLOCK

pytestmark = pytest.mark.django_db
PHONE = "13800000001"


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, settings: Settings) -> None:
    """What a test does to keys, it does to a copy."""
    copytree(settings.KEYS_DIR, tmp_path / "keys")
    settings.KEYS_DIR = tmp_path / "keys"


def known(count: int) -> list[Person]:
    digest = keys.key_of("contact").digest(PHONE)
    return [
        Person.objects.create(name="李梅", phone=PHONE, phone_digest=digest, generated=True)
        for _number in range(count)
    ]


def states() -> dict[int, tuple[str, int]]:
    return {key.number: (key.state, key.values) for key in keys_now("contact")}


def test_a_rotation_seals_every_value_anew_and_digests_follow() -> None:
    one, *_others = known(3)
    assert states() == {1: ("seals", 3)}

    assert rotate_key("contact", by=CLOCK, at=clock.now()) == 2

    one.refresh_from_db()
    assert one.phone == PHONE
    assert states() == {2: ("seals", 0), 1: ("opens", 3)}
    with pytest.raises(KeyStillNeeded, match="3"):
        retire_key("contact", number=1, by=CLOCK, at=clock.now())

    assert reseal("contact", seconds=30)

    assert states() == {2: ("seals", 3), 1: ("opens", 0)}
    one.refresh_from_db()
    assert one.phone == PHONE
    assert bytes(one.phone_digest or b"") == keys.key_of("contact").digest(PHONE)
    retire_key("contact", number=1, by=CLOCK, at=clock.now())
    one.refresh_from_db()
    assert one.phone == PHONE


def test_a_destroyed_key_forgets_what_it_sealed_and_the_house_goes_on() -> None:
    (one,) = known(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM people_person WHERE id = %s", [one.id])
        sealed = bytes(cursor.fetchone()[0])
    assert PHONE.encode() not in sealed

    assert destroy_keys("contact", by=CLOCK, at=clock.now()) == [1]

    one.refresh_from_db()
    assert one.phone is None
    assert reseal("contact", seconds=30)
    (fresh,) = known(1)
    fresh.refresh_from_db()
    assert fresh.phone == PHONE
