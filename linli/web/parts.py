"""What the parts of a page are given: plain values made by views, shown by the templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from django.utils.formats import date_format

from linli.kernel.clock import local
from linli.kernel.errors import _
from linli.kernel.pages import Chip, Figure, Photo, Step, StoryEntry

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

__all__ = [
    "MARKS",
    "Chip",
    "Figure",
    "Mark",
    "Photo",
    "Step",
    "StoryEntry",
    "day_words",
    "due_words",
]

SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state is shown: never by colour alone."""

    word: StrOrPromise
    icon: str
    tone: str


MARKS: dict[str, Mark] = {
    # the phases of a piece of work
    "new": Mark(_("New"), "inbox", "blue"),
    "triage": Mark(_("To be assigned"), "clipboard-list", "indigo"),
    "with_unit": Mark(_("Being handled"), "tool", "teal"),
    "waiting_reporter": Mark(_("Waiting for the reporter"), "message-question", "amber"),
    "on_hold": Mark(_("On hold"), "player-pause", "grey"),
    "check": Mark(_("To be checked"), "eye-check", "purple"),
    "feedback": Mark(_("To be answered"), "message-check", "cyan"),
    "done": Mark(_("Settled"), "circle-check", "green"),
    "void": Mark(_("Void"), "ban", "grey"),
    # what stands out in a list
    "late": Mark(_("Late"), "clock-exclamation", "red"),
    "returned": Mark(_("Returned"), "arrow-back-up", "red"),
    # what a phone has done with a record
    "draft": Mark(_("Draft"), "edit", "grey"),
    "waiting": Mark(_("Waiting to be sent"), "upload", "amber"),
    "sent": Mark(_("Sent"), "check", "green"),
    "refused": Mark(_("Refused"), "alert-circle", "red"),
}


def span_words(span: timedelta) -> str:
    """A span as a person says it: minutes, then hours, then days, never two at once."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return str(_("{n} min")).format(n=minutes)
    if minutes < 48 * 60:
        return str(_("{n} h")).format(n=minutes // 60)
    return str(_("{n} d")).format(n=minutes // (24 * 60))


def moment_words(at: datetime, *, now: datetime) -> str:
    """A moment on the wall clock, with the day in words where it is near."""
    there, here = local(at), local(now)
    clock = f"{there:%H:%M}"
    near = {-1: _("Yesterday {clock}"), 0: _("Today {clock}"), 1: _("Tomorrow {clock}")}
    if words := near.get((there.date() - here.date()).days):
        return str(words).format(clock=clock)
    return f"{day_words(at, with_year=there.year != here.year)} {clock}"


def day_words(at: datetime, *, with_year: bool = True) -> str:
    """The day of a moment, as it is written in the reader's language."""
    pattern = _("j M Y") if with_year else _("j M")
    return date_format(local(at), str(pattern))


def date_words(on: date) -> str:
    """A day of the calendar, as it is written in the reader's language."""
    return date_format(on, str(_("j M Y")))


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that explains itself: what is left, until when, and how urgent that is."""

    words: str
    moment: str
    kind: Literal["late", "soon", "calm"]

    @property
    def icon(self) -> str:
        return "clock-exclamation" if self.kind == "late" else "clock"


def due_words(due_at: datetime, *, now: datetime) -> Due:
    """What is left or over; the last hours are soon, and past the moment is late."""
    left = due_at - now
    moment = moment_words(due_at, now=now)
    if left < timedelta(0):
        return Due(str(_("{span} late")).format(span=span_words(-left)), moment, "late")
    words = str(_("{span} left")).format(span=span_words(left))
    return Due(words, moment, "soon" if left <= SOON else "calm")
