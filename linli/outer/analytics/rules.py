"""What the figures of a place mean, and the five marks a map is coloured by."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import pairwise
from typing import Self

MARKS = "ABCDE"
NO_MARK = "-"


class Figure(StrEnum):
    """One number that a map may show."""

    OPEN = "open"
    LATE = "late"
    RETURNED = "returned"
    TRIAGE = "triage"
    TODAY = "today"
    RATE = "rate"


# Where the next mark begins. Counts rise from calm to crowded; a rate falls.
_COUNTS = {
    Figure.OPEN: (0, 4, 9, 19),
    Figure.LATE: (0, 1, 3, 6),
    Figure.RETURNED: (0, 1, 2, 4),
    Figure.TRIAGE: (0, 1, 3, 6),
    Figure.TODAY: (0, 1, 3, 6),
}
_RATES = (60, 75, 85, 95)


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of one place, or of many added up."""

    open: int = 0
    late: int = 0
    returned: int = 0
    triage: int = 0
    today: int = 0
    came: int = 0
    ended: int = 0

    @property
    def rate(self) -> int | None:
        """The whole percent of what came in over the last days that has ended; none of nothing."""
        return round(100 * self.ended / self.came) if self.came else None

    def of(self, figure: Figure) -> int | None:
        """The number a map shows; none where there is nothing to divide by."""
        value: int | None = getattr(self, figure.value)
        return value

    def __add__(self, other: Self) -> Figures:
        return Figures(
            *(getattr(self, one.name) + getattr(other, one.name) for one in fields(self))
        )


def mark_of(figure: Figure, value: int | None) -> str:
    """A for calm to E for "look here first"; a dash where there is nothing to say."""
    if value is None:
        return NO_MARK
    if figure is Figure.RATE:
        return MARKS[4 - bisect_right(_RATES, value)]
    return MARKS[bisect_left(_COUNTS[figure], value)]


def legend(figure: Figure) -> tuple[tuple[str, str], ...]:
    """Each mark with the numbers it stands for, as a reader sees them."""
    if figure is Figure.RATE:
        between = [f"{low}–{high - 1}%" for low, high in pairwise(_RATES)]
        words = [f"≥ {_RATES[-1]}%", *reversed(between), f"< {_RATES[0]}%"]
    else:
        ends = _COUNTS[figure]
        words = ["0", *(_span(low + 1, high) for low, high in pairwise(ends))]
        words.append(f"≥ {ends[-1] + 1}")
    return tuple(zip(MARKS, words, strict=True))


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"
