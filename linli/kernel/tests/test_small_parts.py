from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from pytest_django.fixtures import Settings

from linli.kernel import clock, events, keys, privacy, words
from linli.kernel.actor import Actor, Grant, Seat
from linli.kernel.errors import Conflict, Forbidden, NotFound, TooLarge

HUB, WORKER = uuid4(), uuid4()


def an_actor() -> Actor:
    """A worker of one grid who also sits in the street's hub."""
    return Actor(
        kind="person",
        account_id=uuid4(),
        seats=(
            Seat(WORKER, "grid_worker", "1格", "230803007001001", None),
            Seat(HUB, "street_hub", "中心", "230803007", None),
        ),
        grants=(
            Grant("matters.view", "area", "230803007001001", WORKER),
            Grant("matters.press", "area", "230803007", HUB),
            Grant("matters.handle", "assigned", "230803007", HUB),
        ),
    )


def test_a_right_reaches_as_far_as_its_post() -> None:
    actor = an_actor()

    assert actor.may("matters.view", "230803007001001")
    assert not actor.may("matters.view", "230803007002001")
    assert actor.may("matters.press", "230803007002001")
    with pytest.raises(Forbidden):
        actor.require("matters.view", "2308")


def test_what_is_only_assigned_opens_nothing_by_place() -> None:
    actor = an_actor()

    assert actor.may("matters.handle")
    assert not actor.may("matters.handle", "230803007001001")


def test_the_closest_seat_acts() -> None:
    seat = an_actor().seat_with({"grid_worker", "street_hub"}, "230803007001001")

    assert seat is not None
    assert seat.role == "grid_worker"
    assert an_actor().seat_with({"grid_worker"}, "230803007002001") is None


@dataclass(frozen=True, slots=True)
class LampLit(events.Event):
    """Something that happened, for this test."""

    lamp_id: UUID
    watts: int


def test_an_event_survives_the_journey_through_a_job() -> None:
    sent: list[tuple[str, dict[str, str]]] = []
    kept, events._defer[:] = list(events._defer), [lambda name, told: sent.append((name, told))]
    try:
        events.on(LampLit)(_a_flow)
        event = LampLit(at=datetime(2026, 3, 4, tzinfo=UTC), lamp_id=uuid4(), watts=40)
        events.publish(event)
    finally:
        events._defer[:] = kept
        events.FLOWS.pop(sent[0][0])
        events._reactions.pop(LampLit)

    assert [events.revive(LampLit, told) for _name, told in sent] == [event]


def _a_flow(event: LampLit) -> None:
    """Listens."""


def test_an_event_nobody_listens_to_writes_no_job() -> None:
    kept, events._defer[:] = list(events._defer), []
    try:
        events.publish(LampLit(at=datetime(2026, 3, 4, tzinfo=UTC), lamp_id=uuid4(), watts=40))
    finally:
        events._defer[:] = kept


def test_a_sealed_value_opens_only_for_its_own_purpose(
    tmp_path: Path, settings: Settings
) -> None:
    settings.KEYS_DIR = tmp_path
    keys.make_missing_keys(tmp_path, ["contact", "health"])
    contact, health = keys.key_of("contact"), keys.key_of("health")

    sealed = contact.seal("13800000001")

    assert b"138" not in sealed
    assert contact.open(sealed) == "13800000001"
    assert contact.seal("13800000001") != sealed
    with pytest.raises(InvalidTag):
        health.open(sealed)
    with pytest.raises(InvalidTag):
        contact.open(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_a_digest_finds_a_value_and_tells_nothing_without_the_key(
    tmp_path: Path, settings: Settings
) -> None:
    settings.KEYS_DIR = tmp_path
    keys.make_missing_keys(tmp_path, ["one", "two"])
    one, two = keys.key_of("one"), keys.key_of("two")

    assert one.digest("13800000001") == one.digest("13800000001")
    assert one.digest("13800000001") != two.digest("13800000001")


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"

    assert keys.make_missing_keys(folder, ["contact"]) == ["contact"]
    before = (folder / "contact.key").read_bytes()
    assert keys.make_missing_keys(folder, ["contact"]) == []

    assert (folder / "contact.key").read_bytes() == before
    assert (folder / "contact.key").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


def test_a_missing_key_is_named(tmp_path: Path, settings: Settings) -> None:
    settings.KEYS_DIR = tmp_path / "nowhere"
    with pytest.raises(keys.KeyMissing, match=r"contact\.key"):
        keys.key_of("contact")


@pytest.mark.parametrize(
    ("text", "found", "missed"),
    [
        ("三单元门口井盖松动", "井盖", "路灯"),
        ("LED路灯不亮", "led", "黄灯"),
        ("安民路12号", "12", "123"),
    ],
)
def test_a_two_character_word_finds_its_text(text: str, found: str, missed: str) -> None:
    kept = set(words.search_words(text).split())

    assert set(words.query_words(found)) <= kept
    assert not set(words.query_words(missed)) <= kept


def test_names_are_found_by_their_sound() -> None:
    assert words.pinyin("和顺社区") == "heshunshequ"
    assert words.initials("和顺社区") == "hssq"


@pytest.mark.parametrize(
    ("name", "masked"), [("李", "*"), ("李梅", "李*"), ("欧阳文静", "欧***"), ("", "")]
)
def test_a_name_is_masked_after_its_first_sign(name: str, masked: str) -> None:
    assert privacy.mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"), [("13800000001", "138****0001"), ("12345", "*****"), ("", "")]
)
def test_a_number_is_masked_in_its_middle(phone: str, masked: str) -> None:
    assert privacy.mask_phone(phone) == masked


def test_a_field_is_classified_once() -> None:
    one = privacy.keep(privacy.PLAIN, "a.B", "id name")

    assert privacy.unclassified(["a.B.id", "a.B.age"], one) == ["a.B.age"]
    with pytest.raises(ValueError, match=r"a\.B\.id"):
        privacy.together(one, privacy.keep(privacy.PLAIN, "a.B", "id"))


def test_refusals_name_themselves_and_their_status() -> None:
    assert (NotFound().code, NotFound.status) == ("NotFound", 404)
    assert (Conflict.status, TooLarge.status) == (409, 413)
    assert Conflict(field="name").field == "name"


def test_the_clock_moves_for_a_story() -> None:
    before = clock.now()
    clock.set_offset(timedelta(days=3))
    try:
        assert clock.now() - before >= timedelta(days=3)
    finally:
        clock.set_offset(timedelta(0))


def test_the_clock_of_a_real_house_cannot_be_moved(settings: object) -> None:
    setattr(settings, "CLOCK_CAN_MOVE", False)  # noqa: B010 - the fixture has no declared names

    with pytest.raises(RuntimeError, match="only be moved in the demo"):
        clock.set_offset(timedelta(days=3))
