"""The curves the many matters of the demo follow: when, of which class, on which way, how fast."""

from __future__ import annotations

import tomllib
from bisect import bisect
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from linli.config.demo.city import DATA
from linli.domains.matters.rules import Channel
from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.kernel.spec import Spec

_FASTEST = 0.005


class Way(Spec):
    """One thing that may happen next; nothing more, where it has no key."""

    key: str
    weight: float = Field(gt=0)
    pace: float = 1.0


class Curves(Spec):
    """What is drawn from, as the file says it."""

    hours_workday: tuple[int, ...] = Field(min_length=24, max_length=24)
    hours_weekend: tuple[int, ...] = Field(min_length=24, max_length=24)
    weekdays: tuple[int, ...] = Field(min_length=7, max_length=7)
    hours_later: int
    pace: tuple[float, ...] = Field(min_length=2)
    shares: tuple[int, ...]
    classes: tuple[str, ...]
    channels: dict[Channel, float]
    ways: dict[str, tuple[Way, ...]]
    words: dict[str, tuple[str, ...]]
    reasons: dict[str, tuple[str, ...]]

    @model_validator(mode="after")
    def _every_class_has_its_share(self) -> Self:
        if len(self.shares) != len(self.classes):
            raise ValueError("as many shares as classes")
        return self

    def channel(self, random: Random) -> Channel:
        """How it comes in."""
        (drawn,) = random.choices(list(self.channels), list(self.channels.values()))
        return drawn

    def class_code(self, known: tuple[str, ...], random: Random) -> str:
        """A class of those known: the frequent ones as often as they are, each other one rarely."""
        weights = dict(zip(self.classes, self.shares, strict=True))
        rare = min(self.shares) / 4
        (drawn,) = random.choices(known, [weights.get(code, rare) for code in known])
        return drawn

    def way(self, state: str, open_to: set[str], random: Random) -> Way:
        """What happens next, of what is open and of "nothing more"."""
        ways = [way for way in self.ways[state] if not way.key or way.key in open_to]
        if not ways:
            return Way(key="", weight=1)
        (drawn,) = random.choices(ways, [way.weight for way in ways])
        return drawn

    def share_of_limit(self, random: Random) -> float:
        """How much of its limit a step takes, along the marks of the file."""
        at = random.random() * (len(self.pace) - 1)
        lower, upper = self.pace[int(at)], self.pace[int(at) + 1]
        return max(_FASTEST, lower + (upper - lower) * (at - int(at)))

    def say(self, kind: str, random: Random) -> str:
        """One of the sentences of a kind."""
        return random.choice(self.words[kind])


@cache
def curves() -> Curves:
    """The one file there is."""
    return Curves.model_validate(
        tomllib.loads((DATA / "crowd.toml").read_text(encoding="utf-8"))
    )


class Calls:
    """The moments at which matters come in over some weeks until now."""

    def __init__(self, until: datetime, *, days: int, calendar: WorkingCalendar) -> None:
        here = calendar.local(until)
        self._until, self._zone = until, calendar.zone
        self._days = [here.date() - timedelta(days=back) for back in range(days, -1, -1)]
        self._free = [not calendar.is_workday(day) for day in self._days]
        curve = curves()
        weights = [
            curve.weekdays[6 if free and day.weekday() < 5 else day.weekday()]
            for day, free in zip(self._days, self._free, strict=True)
        ]
        # Of the last day only so much has happened yet.
        last = self._hours(free=self._free[-1])
        weights[-1] = round(weights[-1] * sum(last[: here.hour]) / sum(last))
        self._sums = list(accumulate(weights))

    def draw(self, random: Random) -> datetime:
        """One moment, not later than now."""
        while True:
            number = bisect(self._sums, random.random() * self._sums[-1])
            hours = self._hours(free=self._free[number])
            (hour,) = random.choices(range(24), hours)
            at = _moment(self._days[number], hour, random, self._zone)
            if at <= self._until:
                return at

    def _hours(self, *, free: bool) -> tuple[int, ...]:
        curve = curves()
        hours = curve.hours_weekend if free else curve.hours_workday
        return hours[-curve.hours_later :] + hours[: -curve.hours_later]


def _moment(day: date, hour: int, random: Random, zone: ZoneInfo) -> datetime:
    clock = time(hour, random.randrange(60), random.randrange(60))
    return datetime.combine(day, clock, zone)
