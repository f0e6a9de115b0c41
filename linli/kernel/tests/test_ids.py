from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.kernel import ids
from linli.kernel.ids import (
    CheckDigitDiffers,
    NoSuchBirthDate,
    NotAPhoneNumber,
    NotEighteenSigns,
    check_credit_code,
    check_resident_number,
    is_uuid7,
    matter_number,
    normalise_phone,
    uuid7,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def milliseconds(identifier: UUID) -> int:
    return identifier.int >> 80


def test_the_identifier_carries_the_moment_it_was_given() -> None:
    assert milliseconds(uuid7(NOON)) == int(NOON.timestamp() * 1000)
    assert is_uuid7(uuid7(NOON))
    assert not is_uuid7(uuid4())


def test_identifiers_made_one_after_another_sort_in_that_order() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    given_the_same_moment = [uuid7(NOON) for _ in range(2_000)]
    assert given_the_same_moment == sorted(given_the_same_moment)


def test_eight_threads_never_make_the_same_identifier() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [
            one
            for part in pool.map(lambda _: [uuid7() for _ in range(2_000)], range(8))
            for one in part
        ]
    assert len(set(made)) == 16_000


def test_a_small_setback_of_the_clock_keeps_the_order_and_a_large_one_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ids._last, "clock", (0, 0))
    shown = [NOON, NOON - timedelta(seconds=3), NOON - timedelta(hours=1)]
    monkeypatch.setattr(ids, "now", lambda: shown.pop(0))
    first, second, third = uuid7(), uuid7(), uuid7()
    assert first < second
    assert milliseconds(third) == int((NOON - timedelta(hours=1)).timestamp() * 1000)


def resident_number(head: str) -> str:
    """By the other form of the same rule: the 18 signs, read to base 2 modulo 11, give 1."""
    rest = (1 - 2 * int(head, 13)) % 11
    return head + ("X" if rest == 10 else str(rest))


@given(
    st.sampled_from(["230803", "810000", "830000", "110101"]),
    st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    st.integers(0, 999),
)
def test_every_well_made_resident_number_is_accepted(area: str, born: date, order: int) -> None:
    number = resident_number(f"{area}{born:%Y%m%d}{order:03d}")
    checked = check_resident_number(number.lower())
    assert (checked.number, checked.born_on, checked.area_known) == (number, born, True)


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(born: date, place: int, shift: int) -> None:
    number = resident_number(f"230803{born:%Y%m%d}021")
    if number[place] == "X":
        return
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises((CheckDigitDiffers, NoSuchBirthDate)):
        check_resident_number(wrong)


def test_an_unknown_area_only_warns() -> None:
    assert not check_resident_number(resident_number("99080319900228001")).area_known


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", NotEighteenSigns),
        ("23080319900228", NotEighteenSigns),
        ("230803900228001", NotEighteenSigns),
        (resident_number("23080319900228001") + "0", NotEighteenSigns),
        ("２３０８０３", NotEighteenSigns),
        ("X" * 18, NotEighteenSigns),
        ("²" * 18, NotEighteenSigns),
        (resident_number("23080319900230001"), NoSuchBirthDate),
        (resident_number("23080300000101001"), NoSuchBirthDate),
    ],
)
def test_what_is_no_resident_number_is_refused_beside_its_field(
    text: str, refusal: type[Exception]
) -> None:
    if text == "²" * 18:  # compatibility form of a digit: normalised, then judged by its date
        refusal = NoSuchBirthDate
    with pytest.raises(refusal) as caught:
        check_resident_number(text, field="number")
    assert caught.value.field == "number"  # type: ignore[attr-defined]


def test_full_width_and_grouped_writing_are_the_same_number() -> None:
    number = resident_number("23080319900228001")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    grouped = f" {number[:6]} {number[6:14]}-{number[14:]} "
    assert check_resident_number(wide).number == check_resident_number(grouped).number == number


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(head: str) -> str:
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(w * ALPHABET.index(sign) for w, sign in zip(weights, head, strict=True))
    return head + ALPHABET[(31 - total % 31) % 31]


@given(
    st.text(ALPHABET, min_size=2, max_size=2),
    st.sampled_from(["230803", "100000", "810000"]),
    st.text(ALPHABET, min_size=9, max_size=9),
)
def test_every_well_made_credit_code_is_accepted(kind: str, area: str, rest: str) -> None:
    code = credit_code(kind + area + rest)
    checked = check_credit_code(code.lower())
    assert checked.code == code
    assert checked.area_known


def test_a_village_collective_whose_code_begins_with_a_letter_is_accepted() -> None:
    assert check_credit_code(credit_code("N2230803MF0000001")).area_known
    assert not check_credit_code(credit_code("N2990803MF0000001")).area_known


def test_a_wrong_credit_code_is_refused() -> None:
    code = credit_code("91230803MA0000001")
    with pytest.raises(CheckDigitDiffers):
        check_credit_code(code[:10] + ("B" if code[10] != "B" else "C") + code[11:])
    for text in ("", code[:-1], code.replace("9", "I", 1), "9123080O" + code[8:]):
        with pytest.raises(NotEighteenSigns):
            check_credit_code(text)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800000001", "13800000001"),
        ("+86 138 0000 0001", "13800000001"),
        ("+86-138-0000-0001", "13800000001"),
        ("0086 13800000001", "13800000001"),
        ("8613800000001", "13800000001"),
        ("013800000001", "13800000001"),
        ("(+86)13800000001", "13800000001"),
        ("１３８００００ ０００１", "13800000001"),
        ("138—0000—0001", "13800000001"),
        ("0454-8000001", "0454-8000001"),
        ("04548000001", "0454-8000001"),
        ("(0454) 800 0001", "0454-8000001"),
        ("（010）80000001", "010-80000001"),
        ("+86 10 8000 0001", "010-80000001"),
        ("+86 454 800 0001", "0454-8000001"),
        ("0755-80000001转802", "0755-80000001-802"),
        ("0755-80000001-802", "0755-80000001-802"),
        ("0755 80000001 ext. 8", "0755-80000001-8"),
        ("400-800-0001", "4008000001"),
        ("+852 5000 0001", "+85250000001"),
    ],
)
def test_every_way_of_writing_a_number_has_one_spelling(written: str, number: str) -> None:
    assert normalise_phone(written) == number
    assert normalise_phone(number) == number


@pytest.mark.parametrize(
    "written",
    [
        "",
        "12345",
        "1380000000",
        "138000000012",
        "12800000001",
        "8000001",
        "80000001",
        "+",
        "-",
        "138000O0001",
        "call me",
        "13800000001;13800000002",
        "0000-0000000",
        "+0123456789",
        "\x00",
    ],
)
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(NotAPhoneNumber):
        normalise_phone(written)


@given(st.text(max_size=30))
def test_anything_typed_is_either_normalised_for_good_or_refused(typed: str) -> None:
    try:
        number = normalise_phone(typed)
    except NotAPhoneNumber:
        return
    assert normalise_phone(number) == number


def test_a_matter_number_is_county_day_and_value() -> None:
    assert matter_number("230803", date(2026, 3, 2), 7) == "230803202603020007"
    assert matter_number("230803", date(2026, 3, 2), 123_456) == "23080320260302123456"
    for county, value in (("2308", 1), ("23080A", 1), ("230803", 0)):
        with pytest.raises(ValueError, match="no matter number"):
            matter_number(county, date(2026, 3, 2), value)
