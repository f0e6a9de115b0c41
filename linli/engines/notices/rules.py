"""When a notice may disturb, how often a sending is tried, when a channel is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal

from linli.engines.notices.spec import PLACE, SECRET_WORDS
from linli.kernel.errors import _

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

State = Literal["queued", "sending", "sent", "delivered", "failed", "uncertain", "kept"]
STATES: Final[tuple[State, ...]] = (
    "queued", "sending", "sent", "delivered", "failed", "uncertain", "kept",
)  # fmt: skip
# What a person may send once more: nobody else ever does.
AGAIN: Final[frozenset[State]] = frozenset({"failed", "uncertain"})
OUTBOX: Final = "outbox"
CHANNEL_NAMES: Final[Mapping[str, StrOrPromise]] = {
    "sms": _("Text message"),
    "email": _("E-mail"),
    "wecom": _("WeCom"),
    "dingtalk": _("DingTalk"),
    OUTBOX: _("Outbox"),
}

_WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))
_FAILURES: Final = 3
_LONGEST: Final = timedelta(minutes=30)
UNANSWERED: Final = timedelta(minutes=5)
STALE: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a wall clock in which somebody may be disturbed, and on which days."""

    begin: time
    end: time
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    every_day: bool = False

    def is_day(self, on: date) -> bool:
        """A day of duty: the week with its holidays taken out and its make-up days put in."""
        if self.every_day or on in self.make_up_days:
            return True
        return on.weekday() < 5 and on not in self.holidays

    def opening(self, at: datetime) -> datetime:
        """The moment itself when it lies inside, else the next beginning; both local."""
        if self.is_day(at.date()) and self.begin <= at.timetz().replace(tzinfo=None) < self.end:
            return at
        on = at.date()
        if not self.is_day(on) or at.timetz().replace(tzinfo=None) >= self.end:
            on += timedelta(days=1)
            while not self.is_day(on):
                on += timedelta(days=1)
        return datetime.combine(on, self.begin, tzinfo=at.tzinfo)


def wall_time(text: str) -> time:
    """21:00 as a time."""
    return time.fromisoformat(text)


Value = str | tuple[str, str]


def fill(text: str, words: Mapping[str, Value], *, english: bool, hide: bool = False) -> str:
    """The text with every word in its place; what is not known leaves nothing behind.

    `hide` covers the words by which a reader acts, for everybody who is not that reader.
    """

    def said(name: str) -> str:
        if hide and name in SECRET_WORDS:
            return "…"
        value = words.get(name, "")
        if isinstance(value, str):
            return value
        return value[1] or value[0] if english else value[0]

    return PLACE.sub(lambda match: said(match[1]), text)


def wait_before_next(tried: int) -> timedelta | None:
    """How long to wait after so many tries that reached nobody; None: enough."""
    return _WAITS[tried - 1] if tried <= len(_WAITS) else None


def leave_alone_for(failures: int) -> timedelta | None:
    """How long a channel is left alone after so many failures in a row; None: not yet."""
    if failures < _FAILURES:
        return None
    return min(timedelta(minutes=2 ** min(failures - _FAILURES, 10)), _LONGEST)


def masked(address: str) -> str:
    """Enough of an address to tell two apart, never enough to write to it."""
    name, sign, host = address.partition("@")
    if sign:
        return f"{name[:1]}***@{host}"
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 8 else f"{address[:1]}***"


def without_long_numbers(answer: str) -> str:
    """What a provider said, cut short and without the telephone numbers it may repeat."""
    shown, run = [], ""
    for sign in f"{answer[:300]} ":
        if sign.isdigit():
            run += sign
            continue
        shown.append(f"{run[:3]}****" if len(run) == 11 else run)
        shown.append(sign)
        run = ""
    return "".join(shown).strip()
