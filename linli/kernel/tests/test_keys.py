from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from linli.kernel import keys


@pytest.fixture(autouse=True)
def _own_ring(tmp_path: Path, settings: Settings) -> None:
    settings.KEYS_DIR = tmp_path
    keys.PURPOSES.add("contact")
    keys.make_missing_keys(tmp_path, ["contact"])


def test_two_keys_are_valid_after_a_rotation_and_the_new_one_seals() -> None:
    earlier = keys.key_of("contact").seal("13800000001")

    made = keys.rotate("contact")

    assert keys.key_of("contact") == made
    assert keys.number_of(keys.key_of("contact").seal("x")) == 2
    assert keys.ring_of("contact").open(earlier) == "13800000001"
    assert len(set(keys.ring_of("contact").digests("13800000001"))) == 2


def test_what_a_destroyed_key_sealed_is_forgotten_and_no_fault() -> None:
    sealed = keys.key_of("contact").seal("13800000001")

    assert keys.destroy("contact") == [1]

    assert keys.ring_of("contact").open(sealed) is None
    assert keys.key_of("contact").number == 2


def test_what_an_unknown_key_sealed_is_a_fault(tmp_path: Path) -> None:
    sealed = keys.rotate("contact").seal("13800000001")
    (tmp_path / "contact.key").unlink()
    keys.make_missing_keys(tmp_path, ["contact"])

    with pytest.raises(keys.KeyMissing):
        keys.ring_of("contact").open(sealed)


def test_the_sealing_key_cannot_be_retired_and_a_retired_number_is_never_used_again() -> None:
    keys.rotate("contact")

    with pytest.raises(keys.KeyInUse):
        keys.retire("contact", number=2)
    keys.retire("contact", number=1)
    with pytest.raises(keys.NoSuchKey):
        keys.retire("contact", number=1)

    assert keys.rotate("contact").number == 3
    with pytest.raises(keys.PurposeUnknown):
        keys.rotate("weather")


def test_a_ring_is_read_by_its_owner_alone_also_after_a_rotation(tmp_path: Path) -> None:
    keys.rotate("contact")

    assert (tmp_path / "contact.key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["contact.key"]
