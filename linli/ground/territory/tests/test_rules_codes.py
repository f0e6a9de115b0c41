from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.ground.territory.rules.codes import (
    CodesUsedUp,
    Level,
    NotAnAreaCode,
    ancestors_of,
    level_of,
    next_grid_code,
    next_micro_grid_code,
    number_grids,
    parent_of,
    parse_code,
    statistical_code,
)

COMMUNITY = "230803007001"


@pytest.mark.parametrize(
    ("written", "path", "level"),
    [
        ("2308", "2308", Level.CITY),
        ("230800", "2308", Level.CITY),
        ("230800000000", "2308", Level.CITY),
        ("230803", "230803", Level.COUNTY),
        ("230803000000", "230803", Level.COUNTY),
        ("230803007", "230803007", Level.STREET),
        (" 230803007000 ", "230803007", Level.STREET),
        ("230803010000", "230803010", Level.STREET),
        (COMMUNITY, COMMUNITY, Level.COMMUNITY),
        ("230803007010", "230803007010", Level.COMMUNITY),
        ("230803007001001", "230803007001001", Level.GRID),
        ("230803007001010", "230803007001010", Level.GRID),
        ("230803007001001-01", "230803007001001-01", Level.MICRO_GRID),
        ("441900003000", "441900003", Level.STREET),
        ("441900003001", "441900003001", Level.COMMUNITY),
    ],
)
def test_the_path_is_the_significant_digits(written: str, path: str, level: Level) -> None:
    assert parse_code(written) == path
    assert level_of(path) is level


@pytest.mark.parametrize(
    "written",
    [
        "",
        "23",
        "230000000000",
        "23080",
        "2308030",
        "23080300700",
        "2308030070011",
        "2308030070010010",
        "230803007001000",
        "230803007001001-00",
        "230803007001001-1",
        "230803007001001-",
        "23080300700x",
        "0308",
        "２３０８",
        "2308.0",
        "-2308",
        "23 08",
    ],
)
def test_any_other_length_or_sign_is_refused_with_what_was_expected(written: str) -> None:
    with pytest.raises(NotAnAreaCode) as caught:
        parse_code(written, field="code")
    assert caught.value.values["found"] == written
    assert caught.value.field == "code"


def test_everything_above_is_a_prefix() -> None:
    micro = f"{COMMUNITY}001-01"
    above = ("2308", "230803", "230803007", COMMUNITY, f"{COMMUNITY}001")
    assert ancestors_of(micro) == above
    assert parent_of(micro) == above[-1]
    assert parent_of("2308") is None
    assert ancestors_of("2308") == ()


@given(st.from_regex(r"[1-9][0-9]{11}", fullmatch=True))
def test_a_path_leads_back_to_the_published_code(code: str) -> None:
    try:
        path = parse_code(code)
    except NotAnAreaCode:
        assert code[2:4] == "00" or (code[6:9] == "000" and code[9:12] != "000")
        return
    assert statistical_code(path) == code
    assert code.startswith(path)


def test_a_grid_has_no_published_code() -> None:
    with pytest.raises(NotAnAreaCode):
        statistical_code(f"{COMMUNITY}001")


def test_a_code_once_given_is_never_given_again() -> None:
    taken = [f"{COMMUNITY}001", f"{COMMUNITY}007", "230803007002009", f"{COMMUNITY}001-05"]
    assert next_grid_code(COMMUNITY, taken) == f"{COMMUNITY}008"
    assert next_grid_code(COMMUNITY, []) == f"{COMMUNITY}001"
    assert next_micro_grid_code(f"{COMMUNITY}001", taken) == f"{COMMUNITY}001-06"


def test_a_used_up_sequence_is_refused_and_does_not_start_over() -> None:
    with pytest.raises(CodesUsedUp):
        next_grid_code(COMMUNITY, [f"{COMMUNITY}999"])
    with pytest.raises(CodesUsedUp):
        next_micro_grid_code(f"{COMMUNITY}001", [f"{COMMUNITY}001-99"])
    with pytest.raises(CodesUsedUp):
        number_grids(COMMUNITY, [(0.0, 0.0)] * 1_000)


def test_grids_are_numbered_as_one_reads_from_the_north_west() -> None:
    centres = [(x, y) for y in (1.0, 2.0, 3.0) for x in (3.0, 1.0, 2.0)]
    numbered = dict(zip(number_grids(COMMUNITY, centres), centres, strict=True))
    assert [numbered[f"{COMMUNITY}{n:03d}"] for n in range(1, 10)] == [
        (x, y) for y in (3.0, 2.0, 1.0) for x in (1.0, 2.0, 3.0)
    ]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=60, unique=True))
def test_numbering_gives_each_grid_its_own_code_whatever_order_they_come_in(
    centres: list[tuple[float, float]],
) -> None:
    codes = number_grids(COMMUNITY, centres)
    assert sorted(codes) == [f"{COMMUNITY}{n:03d}" for n in range(1, len(centres) + 1)]
    backwards = number_grids(COMMUNITY, centres[::-1])
    assert dict(zip(codes, centres, strict=True)) == dict(
        zip(backwards, centres[::-1], strict=True)
    )
