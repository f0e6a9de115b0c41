"""The words of the desk: its queues, what a step needs, and why something is due when it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from linli.domains.matters.queries import Queue
from linli.engines.workflow.rules.clocks import Limit, Unit
from linli.kernel.errors import _

if TYPE_CHECKING:
    from linli.engines.workflow.queries import RunningClock
    from linli.engines.workflow.rules.clocks import Step
    from linli.kernel.errors import StrOrPromise


@dataclass(frozen=True, slots=True)
class QueueWords:
    """How a queue is called, what its mark is, and what an empty one says and offers."""

    label: StrOrPromise
    icon: str
    empty: StrOrPromise
    urgent: bool = False
    in_rail: bool = True
    next: Queue | None = None


QUEUES: dict[Queue, QueueWords] = {
    Queue.MINE: QueueWords(
        _("Mine"), "user", _("Nothing waits for you. Look at what has come in."), next=Queue.NEW
    ),
    Queue.NEW: QueueWords(
        _("To accept"), "inbox", _("Every report has been looked at."), next=Queue.MINE
    ),
    Queue.TRIAGE: QueueWords(
        _("To route"), "route", _("Everything accepted has been routed."), next=Queue.MINE
    ),
    Queue.WITH_UNIT: QueueWords(
        _("With a unit"), "tool", _("No unit is handling anything."), next=Queue.TRIAGE
    ),
    Queue.WAITING: QueueWords(
        _("Waiting for reporters"),
        "message-question",
        _("Nobody owes us an answer."),
        next=Queue.MINE,
    ),
    Queue.CHECK: QueueWords(
        _("To inspect"), "eye-check", _("Nothing waits to be inspected."), next=Queue.MINE
    ),
    Queue.FEEDBACK: QueueWords(
        _("To answer and publish"),
        "message-check",
        _("Everything handled has been answered."),
        next=Queue.MINE,
    ),
    Queue.RETURNED: QueueWords(
        _("Returned"), "arrow-back-up", _("Nothing has come back."), next=Queue.MINE
    ),
    Queue.SOON: QueueWords(
        _("Due soon"), "clock", _("Nothing falls due in the next four hours."), next=Queue.MINE
    ),
    Queue.LATE: QueueWords(
        _("Overdue"),
        "clock-exclamation",
        _("Nothing is overdue."),
        urgent=True,
        next=Queue.SOON,
    ),
    # What figures open: reached from a number, not from the rail.
    Queue.OPEN: QueueWords(
        _("Open"),
        "list-search",
        _("Everything has been settled."),
        in_rail=False,
        next=Queue.NEW,
    ),
    Queue.TODAY: QueueWords(
        _("Came in today"),
        "inbox",
        _("Nothing has come in since midnight."),
        in_rail=False,
        next=Queue.MINE,
    ),
    Queue.MONTH: QueueWords(
        _("Came in within 30 days"),
        "inbox",
        _("Nothing has come in for a month."),
        in_rail=False,
        next=Queue.MINE,
    ),
    Queue.ENDED: QueueWords(
        _("Settled"), "archive", _("Nothing has been settled yet."), next=Queue.ALL
    ),
    Queue.ALL: QueueWords(
        _("All"), "list-search", _("No matter has come in yet. Take in the first one.")
    ),
}

NEEDS: dict[str, StrOrPromise] = {
    "reason": _("Reason"),
    "question": _("What we need to know"),
    "reply": _("Answer"),
    "matter_class": _("Class"),
    "filing_condition": _("Filing condition"),
    "unit": _("Unit"),
    "units": _("Units that take part"),
    "note": _("Progress"),
    "result": _("What was done"),
    "photos": _("Photos"),
    "answer": _("Answer to the resident"),
    "score": _("Rating"),
    "public_text": _("Text for the public"),
}

CHANNELS: dict[str, StrOrPromise] = {
    "web": _("Resident's page"),
    "telephone": _("Telephone"),
    "counter": _("Counter"),
    "grid": _("Found by a worker"),
    "api": _("Other systems"),
}

QUALITIES: dict[str, StrOrPromise] = {
    "point": _("marked on the map"),
    "address": _("known address"),
    "text": _("described in words; check it on the spot"),
    "outside": _("outside every grid; the community decides"),
}

_KINDS: dict[str, StrOrPromise] = {
    "resident": _("Promised to the reporter"),
    "unit": _("Limit of the unit"),
    "state": _("Limit of this step"),
}
_LIMITS: dict[Unit, StrOrPromise] = {
    Unit.IMMEDIATE: _("at once"),
    Unit.URGENT_MINUTE: _("{n} min, day and night"),
    Unit.URGENT_HOUR: _("{n} h, day and night"),
    Unit.URGENT_DAY: _("{n} d, day and night"),
    Unit.WORK_HOUR: _("{n} h of office hours"),
    Unit.WORK_DAY: _("{n} d of office hours"),
    Unit.CALENDAR_DAY: _("{n} d by the calendar"),
}
_STRETCHES: dict[str, StrOrPromise] = {
    "days_off": _("no office hours, does not count"),
    "paused": _("on hold, does not count"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch on the way to the due moment, and what it counts for."""

    starts_at: datetime
    ends_at: datetime
    words: StrOrPromise


@dataclass(frozen=True, slots=True)
class ClockWords:
    """A clock as a person reads it: what it is, how long it runs, and why it ends when it does."""

    title: StrOrPromise
    limit: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    paused_at: datetime | None
    kept: bool
    stretches: tuple[Stretch, ...]


def clock_words(clock: RunningClock) -> ClockWords:
    """The clock with its limit and every stretch in words."""
    return ClockWords(
        title=_KINDS[clock.kind],
        limit=_granted(clock),
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        paused_at=clock.paused_at,
        kept=clock.stopped_at is not None and clock.stopped_at <= clock.due_at,
        stretches=tuple(_stretch(step) for step in clock.steps if step.kind != "due"),
    )


def _granted(clock: RunningClock) -> str:
    """The limit as it is said, and how often it was granted again."""
    own = limit_words(clock.limit)
    if clock.times == 1:
        return own
    again = _("{limit}, extended {n} times")
    return str(again).format(limit=own, n=clock.times - 1)


def limit_words(text: str) -> str:
    """A limit as it is said: 4 h of office hours."""
    limit = Limit.parse(text)
    return str(_LIMITS[limit.unit]).format(n=limit.value)


def _stretch(step: Step) -> Stretch:
    if step.kind == "counted":
        words: StrOrPromise = str(_("counts {span}")).format(span=span_words(step.counted))
    else:
        words = _STRETCHES[step.kind]
    return Stretch(step.starts_at, step.ends_at, words)


def span_words(span: timedelta) -> str:
    """A counted span in hours and minutes, in days where it is whole days."""
    minutes = round(span.total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    if days and not rest:
        return str(_("{n} d")).format(n=days)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(str(_("{n} h")).format(n=hours))
    if minutes or not hours:
        parts.append(str(_("{n} min")).format(n=minutes))
    return " ".join(parts)
