"""Write packs/base/calendar.toml: working days of 2020-2026 with their make-up days.

The holidays come from a development-only library that transcribes the State Council's yearly
notices. A city imports a new year by editing the pack; nothing is looked up while running.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from chinese_calendar import is_workday

FIRST, LAST = date(2020, 1, 1), date(2026, 12, 31)
TARGET = Path(__file__).parent.parent / "packs" / "base" / "calendar.toml"

HEAD = """\
# Working days and hours of the mainland. The week is Monday to Friday; only the days that
# differ from it are listed. Written by scripts/make_calendar.py.
title = { zh = "全国工作日历", en = "National working calendar" }
basis = "国务院办公厅关于部分节假日安排的通知（2020—2026年，逐年发布）"
timezone = "Asia/Shanghai"
hours = [["08:00", "12:00"], ["14:00", "18:00"]]
"""


def days(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def listed(key: str, wanted: Iterable[date]) -> str:
    """A TOML list of days, a month a line."""
    months = groupby(wanted, key=lambda day: (day.year, day.month))
    lines = ["  " + " ".join(f'"{day}",' for day in month) for _, month in months]
    return "\n".join([f"{key} = [", *lines, "]"])


def calendar() -> str:
    """The whole file."""
    every = days(FIRST, LAST)
    holidays = [day for day in every if day.weekday() < 5 and not is_workday(day)]
    make_up_days = [day for day in every if day.weekday() >= 5 and is_workday(day)]
    span = f'first_day = "{FIRST}"\nlast_day = "{LAST}"'
    parts = [span, listed("holidays", holidays), listed("make_up_days", make_up_days)]
    return HEAD + "\n".join(parts) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(calendar() != TARGET.read_text(encoding="utf-8"))
    TARGET.write_text(calendar(), encoding="utf-8")
