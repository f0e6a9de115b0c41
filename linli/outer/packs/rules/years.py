"""A year of the State Council's list: read from a file, checked, written into the calendar."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from python_calamine import CalamineError, CalamineWorkbook

from linli.kernel.errors import Invalid, _
from linli.outer.packs.rules.faults import Fault, nothing, one_of, say, shown
from linli.outer.packs.rules.merge import Table

Kind = Literal["holiday", "make_up"]
MOST_BYTES: Final = 1024 * 1024
_MOST_ROWS: Final = 1000
_KINDS: Final[dict[str, Kind]] = {
    "holiday": "holiday",
    "放假": "holiday",
    "休": "holiday",
    "节假日": "holiday",
    "make_up": "make_up",
    "上班": "make_up",
    "补班": "make_up",
    "调休上班": "make_up",
}
_FIRST = ("date", "first_day", "日期", "开始日期")
_LAST = ("last_day", "结束日期")
_KIND = ("kind", "类型")
# Days off in every year: a list without one of them is not whole.
_ALWAYS: Final = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))


class YearUnreadable(Invalid):
    """The file is no list of days."""

    message = _("The list was refused:\n{faults}")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("file", faults="\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one year that are off, and the days of weekends that are worked."""

    number: int
    holidays: tuple[date, ...]
    make_up_days: tuple[date, ...]


def read_days(name: str, content: bytes) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """The days off and the days worked of a file (CSV, TOML or xlsx), or YearUnreadable."""
    faults: list[Fault] = []
    if name.lower().endswith(".toml"):
        days = list(_of_toml(name, content, faults))
    else:
        days = list(_of_rows(name, _rows(name, content, faults), faults))
    if not days and not faults:
        faults.append(Fault(name, "", nothing(), say(_("at least one day"))))
    if faults:
        raise YearUnreadable(faults)
    off = tuple(sorted(day for day, kind in days if kind == "holiday"))
    worked = tuple(sorted(day for day, kind in days if kind == "make_up"))
    return off, worked


def _of_toml(name: str, content: bytes, faults: list[Fault]) -> Iterator[tuple[date, Kind]]:
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(Fault(name, "", shown(error), say(_("valid TOML"))))
        return
    kinds: dict[str, Kind] = {"holidays": "holiday", "make_up_days": "make_up"}
    for key, kind in kinds.items():
        found = table.get(key, [])
        for at, value in enumerate(found if isinstance(found, list) else [found]):
            if day := _day(value, Fault(name, f"{key}[{at + 1}]", "", ""), faults):
                yield day, kind


def _rows(name: str, content: bytes, faults: list[Fault]) -> list[list[object]]:
    if name.lower().endswith((".xlsx", ".xls", ".ods")):
        try:
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        except (CalamineError, OSError, ValueError, IndexError):
            faults.append(Fault(name, "", nothing(), say(_("a sheet that can be opened"))))
            return []
        return [list(row) for row in sheet.to_python()[: _MOST_ROWS + 1]]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    rows: list[list[object]] = [[*row] for row in csv.reader(io.StringIO(text))]
    return rows[: _MOST_ROWS + 1]


def _of_rows(
    name: str, rows: list[list[object]], faults: list[Fault]
) -> Iterator[tuple[date, Kind]]:
    if not rows:
        return
    head = [str(cell).strip().lower() for cell in rows[0]]
    first, kind_at = _column(head, _FIRST), _column(head, _KIND)
    if first is None or kind_at is None:
        expected = say(_("columns {columns}"), columns="date, kind (日期, 类型)")
        faults.append(Fault(name, _line(1), shown(", ".join(head)), expected))
        return
    last = _column(head, _LAST)
    for number, row in enumerate(rows[1:], start=2):
        cells = [*row, *[""] * len(head)]
        if any(str(cell).strip() for cell in row):
            ends = cells[last] if last is not None else ""
            yield from _row(name, number, (cells[first], ends, cells[kind_at]), faults)


def _row(
    name: str, number: int, cells: tuple[object, object, object], faults: list[Fault]
) -> Iterator[tuple[date, Kind]]:
    here = Fault(name, _line(number), "", "")
    kind = _KINDS.get(str(cells[2]).strip())
    if kind is None:
        expected = one_of(_KINDS, near=str(cells[2]))
        faults.append(Fault(name, here.key, shown(cells[2]), expected))
        return
    day = _day(cells[0], here, faults)
    until = _day(cells[1], here, faults) if str(cells[1]).strip() else day
    if day and until:
        for n in range(min((until - day).days, 366) + 1):
            yield day + timedelta(days=n), kind


def _column(head: list[str], names: tuple[str, ...]) -> int | None:
    return next((at for at, name in enumerate(head) if name in names), None)


def _day(value: object, here: Fault, faults: list[Fault]) -> date | None:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    text = re.sub(r"[年月/.]", "-", str(value).strip()).removesuffix("日").partition(" ")[0]
    try:
        return date(*map(int, text.split("-")))
    except (ValueError, TypeError):
        expected = say(_("a day such as 2027-01-01"))
        faults.append(Fault(here.file, here.key, shown(value), expected))
        return None


def _line(number: int) -> str:
    return say(_("line {number}"), number=number)


def year_faults(year: Year, *, first_day: date, last_day: date) -> Iterator[tuple[str, Fault]]:
    """What cannot be so, with the field it belongs to: other years, gaps, worked weekdays."""
    if not first_day.year <= year.number <= last_day.year + 1:
        expected = say(_("{year}, the year after the last one"), year=last_day.year + 1)
        yield "year", Fault(str(year.number), "", shown(year.number), expected)
    for field, days in (("holidays", year.holidays), ("make_up_days", year.make_up_days)):
        for day in days:
            if day.year != year.number:
                expected = say(_("a day of {year}"), year=year.number)
                yield field, Fault(str(year.number), field, shown(day), expected)
    yield from _make_up_faults(year)
    for month, number in _ALWAYS:
        day = date(year.number, month, number)
        if day.weekday() < 5 and day not in year.holidays:
            expected = say(_("{day} among the days off"), day=day)
            yield "holidays", Fault(str(year.number), "holidays", nothing(), expected)


def _make_up_faults(year: Year) -> Iterator[tuple[str, Fault]]:
    for day in year.make_up_days:
        expected = ""
        if day.weekday() < 5:
            expected = say(_("a Saturday or Sunday: other days are worked anyway"))
        elif day in year.holidays:
            expected = say(_("a day that is not off as well"))
        if expected:
            yield "make_up_days", Fault(str(year.number), "make_up_days", shown(day), expected)


def write_year(calendar: Table, year: Year, *, source: str) -> None:
    """Put the year into the calendar, in the place of what it said of that year.

    Weekends are off without being listed; only weekdays that are off are kept.
    """
    for key, days in (
        ("holidays", [day for day in year.holidays if day.weekday() < 5]),
        ("make_up_days", list(year.make_up_days)),
    ):
        present = calendar.get(key)
        kept = present if isinstance(present, list) else []
        others = [text for text in kept if not str(text).startswith(f"{year.number}-")]
        calendar[key] = sorted([*others, *_texts(days)])
    calendar["last_day"] = max(str(calendar["last_day"]), f"{year.number}-12-31")
    sources = calendar.get("sources")
    known = sources if isinstance(sources, dict) else {}
    calendar["sources"] = {**known, str(year.number): source}


def _texts(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in dict.fromkeys(days)]
