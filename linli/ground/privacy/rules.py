"""Decisions about keeping and looking: plain Python, no table, no clock."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from linli.kernel.errors import Invalid, _

Unit = Literal["days", "months", "years"]
_KEEP = re.compile(r"(\d{1,4}) (days|months|years)")


class KeepUnreadable(Invalid):
    """A term is written as a number and a unit."""

    message = _("Write how long as “7 days”, “6 months” or “3 years”.")


@dataclass(frozen=True, slots=True)
class Keep:
    """How long something may be kept."""

    number: int
    unit: Unit

    @property
    def days_at_most(self) -> int:
        """The longest it can be, to compare terms with each other."""
        return self.number * {"days": 1, "months": 31, "years": 366}[self.unit]


def keep_of(text: str) -> Keep:
    """A term as a pack writes it, or KeepUnreadable."""
    read = _KEEP.fullmatch(text)
    if read is None:
        raise KeepUnreadable
    return Keep(int(read[1]), read[2])  # type: ignore[arg-type] # the pattern knows the three


def cutoff(keep: Keep, *, at: datetime) -> datetime:
    """What ended before this moment is kept no longer.

    A year is a year of the calendar: what ended on 29 February may go from 1 March on.
    """
    if keep.unit == "days":
        return at - timedelta(days=keep.number)
    months = keep.number * (12 if keep.unit == "years" else 1)
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def next_run(*, at: datetime, hour: int, minute: int) -> datetime:
    """When the nightly run begins next, in UTC as the scheduler counts."""
    today = at.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today > at else today + timedelta(days=1)


MOST_IN_A_BATCH: Final = 500
