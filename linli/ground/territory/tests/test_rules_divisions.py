from __future__ import annotations

import io
import os
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.ground.territory.rules.codes import Level
from linli.ground.territory.rules.divisions import (
    Division,
    DivisionsRefused,
    NotReadable,
    read_divisions,
)

REAL = Path(os.environ.get("SAMPLE_DATA", "../shared/data")) / (
    "divisions_6cities_village_level.csv"
)
HEADER = "code12,name,street_code,street,area_code,area,city_code,city,province"
FIRST = "230803007001,安民社区居委会,230803007,西林街道,230803,向阳区,2308,佳木斯市,黑龙江省"
SECOND = "230803007002,光明社区居委会,230803007,西林街道,230803,向阳区,2308,佳木斯市,黑龙江省"


def read(text: str, encoding: str = "utf-8") -> tuple[Division, ...]:
    return read_divisions(io.BytesIO(text.encode(encoding)))


def file(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def test_a_row_brings_everything_above_it_once_and_first() -> None:
    divisions = read(file(FIRST, "", SECOND))
    assert [(d.path, d.level, d.name, d.parent, d.line) for d in divisions] == [
        ("2308", Level.CITY, "佳木斯市", None, 2),
        ("230803", Level.COUNTY, "向阳区", "2308", 2),
        ("230803007", Level.STREET, "西林街道", "230803", 2),
        ("230803007001", Level.COMMUNITY, "安民社区居委会", "230803007", 2),
        ("230803007002", Level.COMMUNITY, "光明社区居委会", "230803007", 4),
    ]


def test_the_city_level_of_a_municipality_is_named_by_its_province() -> None:
    shanghai = "310101002001,云南中路居委会,310101002,外滩街道,310101,黄浦区,3101,市辖区,上海市"
    assert read(file(shanghai))[0].name == "上海市"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_these_files_come_in_are_all_read(encoding: str) -> None:
    assert read(file(FIRST, SECOND), encoding) == read(file(FIRST, SECOND))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_any_other_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(NotReadable):
        read(file(FIRST), encoding)


def test_a_bad_byte_far_into_the_file_is_refused() -> None:
    rows = [FIRST.replace("007001", f"007{n:03d}") for n in range(1, 900)]
    good = file(*rows).encode()
    assert len(read_divisions(io.BytesIO(good))) == 902
    assert len(good) > 80_000
    with pytest.raises(NotReadable) as caught:
        read_divisions(io.BytesIO(good[:-40] + b"\xff" + good[-40:]))
    assert int(str(caught.value.values["line"])) > 700


@pytest.mark.parametrize("moved", [True, False])
def test_columns_may_stand_in_any_order_among_others(moved: bool) -> None:
    names, cells = HEADER.split(","), FIRST.split(",")
    order = range(len(names))[::-1] if moved else range(len(names))
    header = ",".join(["note", *(names[i] for i in order)])
    row = ",".join(["-", *(cells[i] for i in order)])
    assert len(read(f"{header}\r\n{row}\r\n")) == 4


def changed(column: str, value: str) -> str:
    cells = dict(zip(HEADER.split(","), SECOND.split(","), strict=True))
    return ",".join({**cells, column: value}.values())


@pytest.mark.parametrize(
    ("row", "column", "found", "expected"),
    [
        (FIRST, "code12", "230803007001", "2"),
        (changed("code12", "23080300700"), "code12", "23080300700", "12"),
        (changed("code12", "2308030070020"), "code12", "2308030070020", "12"),
        (changed("code12", "23080300700X"), "code12", "23080300700X", "12"),
        (
            changed("code12", "２３０８０３００７００２"),
            "code12",
            "２３０８０３００７００２",
            "12",
        ),
        (changed("code12", "230803008002"), "code12", "230803008002", "230803007"),
        (changed("code12", "230803007000"), "code12", "230803007000", "000"),
        (changed("street_code", "230804007"), "street_code", "230804007", "230803"),
        (changed("street_code", "23080300"), "street_code", "23080300", "9"),
        (changed("area_code", "230903"), "area_code", "230903", "2308"),
        (changed("city_code", "08"), "city_code", "08", "4"),
        (changed("name", ""), "name", "", "120"),
        (changed("name", "  "), "name", "", "120"),
        (changed("name", "居" * 121), "name", "居" * 121, "120"),
        (changed("name", "光\x07明"), "name", "光\x07明", "120"),
        (changed("street", "长安街道"), "street", "长安街道", "西林街道"),
        (changed("city", "鹤岗市"), "city", "鹤岗市", "佳木斯市"),
        ("230803007002,光明", "-", 2, "9"),
        (SECOND + ",", "-", 10, "9"),
        ('"230803007002', "-", "unexpected end of data", "CSV"),
    ],
)
def test_a_slip_is_refused_by_line_column_found_and_expected(
    row: str, column: str, found: object, expected: str
) -> None:
    with pytest.raises(DivisionsRefused) as caught:
        read(file(FIRST, row))
    values = caught.value.values
    assert (values["line"], values["column"], values["found"]) == (3, column, found)
    assert str(values["expected"]) == expected


@pytest.mark.parametrize(
    "header",
    ["", "code,name", HEADER.replace("street_code,", ""), HEADER + ",name", HEADER.upper(),
     HEADER.replace(",", ";")],
)  # fmt: skip
def test_a_wrong_header_is_refused_with_the_columns_that_are_needed(header: str) -> None:
    with pytest.raises(DivisionsRefused) as caught:
        read(f"{header}\n{FIRST}\n")
    assert caught.value.values["line"] == 1
    assert "street_code" in str(caught.value.values["expected"])


def test_a_file_without_rows_is_refused() -> None:
    for text in ("", HEADER, HEADER + "\n\n"):
        with pytest.raises(DivisionsRefused):
            read(text)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused_and_nothing_else(rest: bytes, headed: bool) -> None:
    with suppress(DivisionsRefused, NotReadable):
        read_divisions(io.BytesIO((HEADER.encode() + b"\n" if headed else b"") + rest))


def test_the_real_rows_of_six_cities_load_in_one_go_and_quickly() -> None:
    if not REAL.exists():
        pytest.skip(f"the division file is not at {REAL}")
    begun = time.perf_counter()
    with REAL.open("rb") as source:
        divisions = read_divisions(source)
        assert not source.closed
    took = time.perf_counter() - begun
    levels = Counter(division.level for division in divisions)
    assert levels[Level.CITY] == 6
    assert levels[Level.COMMUNITY] == 20_290
    assert "上海市" in {d.name for d in divisions if d.level == Level.CITY}
    seen: set[str | None] = {None}
    for division in divisions:
        assert division.parent in seen
        seen.add(division.path)
    assert took < 2
