"""The doctor's findings as a page, for whoever looks after the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse

from linli.config.doctor import look
from linli.config.doctor.finding import Finding, State
from linli.kernel import clock
from linli.kernel.errors import _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

TITLES: dict[str, StrOrPromise] = {
    "database": _("Database"),
    "rights": _("Rights in the database"),
    "tables": _("Tables"),
    "restore": _("Restore"),
    "room for data": _("Room for the database"),
    "room for files": _("Room for files"),
    "room for backups": _("Room for backups"),
    "ballast": _("Reserve of the disk"),
    "keys": _("Encryption keys"),
    "files": _("Files"),
    "backup": _("Backups"),
    "worker": _("Worker process"),
    "jobs": _("Jobs"),
    "trail": _("Trail"),
    "clock": _("Clocks"),
    "settings": _("Settings of the server"),
    "styles": _("Styles"),
    "pack": _("Practice pack"),
    "calendar": _("Working calendar"),
    "mail": _("Mail"),
    "room": _("Room"),
}
# Word, icon and tone of each state, the worst first.
MARKS: dict[State, tuple[StrOrPromise, str, str]] = {
    "fault": (_("Fault"), "alert-circle", "red"),
    "remark": (_("Remark"), "alert-triangle", "amber"),
    "ok": (_("In order"), "circle-check", "green"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as it is shown."""

    title: StrOrPromise
    said: str
    todo: str
    word: StrOrPromise
    icon: str
    tone: str


@needs("house.check")
@reads
def doctor(request: LinliRequest) -> HttpResponse:
    """What is wrong and what to do, the worst first; what is well after it."""
    found = sorted(look(), key=lambda one: list(MARKS).index(one.state))
    lines = {state: [_line(one) for one in found if one.state == state] for state in MARKS}
    asks = lines["fault"] + lines["remark"]
    shown = {"asks": asks, "well": lines["ok"], "at": clock.now()}
    return page(request, "doctor.html", shown)


def _line(found: Finding) -> Line:
    title = TITLES.get(found.name, found.name)
    return Line(title, found.said, found.todo, *MARKS[found.state])
