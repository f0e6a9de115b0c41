"""The sections of administration: what looks after the house, each shown to whoever may open it.

Whoever builds a page of administration adds its line here; the index, the rail and the landing
page after sign-in follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from linli.engines.notices.queries import troubled_channels, unsettled_messages
from linli.ground.accounts.queries import accounts_managed, ending_soon, holes
from linli.ground.audit.queries import last_weeks_odd_reads
from linli.ground.privacy.queries import to_review
from linli.kernel.actor import Actor
from linli.kernel.errors import _
from linli.outer.packs.queries import days_left
from linli.web import first_steps
from linli.web.running import failed_count

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise


@dataclass(frozen=True, slots=True)
class Section:
    """A page of administration: its name, one line, and who may open it.

    `waiting` counts what needs attention there; `waiting_words` says so, with `{n}` for the number.
    A section that is shown `only_while_waiting` goes once nothing waits.
    """

    title: StrOrPromise
    line: StrOrPromise
    icon: str
    url_name: str
    permissions: tuple[str, ...]
    waiting: Callable[[Actor, datetime], int] | None = None
    waiting_words: StrOrPromise = ""
    only_while_waiting: bool = False

    def is_open_to(self, actor: Actor) -> bool:
        return any(actor.may(permission) for permission in self.permissions)


@dataclass(frozen=True, slots=True)
class Group:
    """Sections that one of the three administrators looks after."""

    title: StrOrPromise
    sections: tuple[Section, ...]


def _to_review(actor: Actor, _at: datetime) -> int:
    return to_review(seen_by=actor)


GROUPS: tuple[Group, ...] = (
    Group(
        _("Setting up"),
        (
            Section(
                _("First steps"),
                _("What a new house needs before the first report, and what is done already."),
                "list-check",
                "first_steps",
                first_steps.MAY,
                first_steps.steps_left,
                _("{n} to do"),
                only_while_waiting=True,
            ),
        ),
    ),
    Group(
        _("People and posts"),
        (
            Section(
                _("Posts and holders"),
                _(
                    "Who sits where, from when until when; set up posts, seat people, hand over."
                ),
                "id-badge",
                "accounts:posts",
                ("accounts.view",),
                lambda actor, at: holes(seen_by=actor, at=at),
                _("{n} vacant"),
            ),
            Section(
                _("Accounts"),
                _("Open accounts, print invitations, lock, end sessions, let somebody leave."),
                "users",
                "accounts:accounts",
                ("accounts.manage",),
                lambda actor, at: accounts_managed(
                    seen_by=actor, at=at, only="invited"
                ).count(),
                _("{n} invitations not taken up"),
            ),
            Section(
                _("Organisations"),
                _(
                    "Enter committees, stations and branches, change who leads them, close them."
                ),
                "building-community",
                "people:chain",
                ("people.manage",),
            ),
            Section(
                _("Sessions"),
                _("Who is signed in now, from where, since when."),
                "devices",
                "accounts:sessions",
                ("accounts.manage",),
            ),
            Section(
                _("Keys for other systems"),
                _("Which programs call the API, as whom, for what, until when."),
                "lock",
                "accounts:tokens",
                ("accounts.manage",),
                lambda actor, at: ending_soon(seen_by=actor, at=at),
                _("{n} end within 30 days"),
            ),
        ),
    ),
    Group(
        _("The house itself"),
        (
            Section(
                _("Self-check"),
                _("Database, disks, keys, backups, jobs: what is wrong and what to do."),
                "shield-check",
                "doctor",
                ("house.check",),
            ),
        ),
    ),
    Group(
        _("Territory and rules"),
        (
            Section(
                _("Import divisions"),
                _("Take over cities, counties, streets and communities from a file."),
                "upload",
                "territory:import",
                ("territory.import",),
            ),
            Section(
                _("Areas and grids"),
                _("Look at the map of a community, draw its grids again and publish them."),
                "map-2",
                "territory:areas",
                ("territory.publish",),
            ),
            Section(
                _("Practice pack"),
                _("How the city works: classes, limits, workflows, questions and roles."),
                "adjustments-horizontal",
                "packs:overview",
                ("packs.view",),
            ),
            Section(
                _("Working calendar"),
                _("Holidays and worked weekends of each year; limits are counted by them."),
                "calendar",
                "packs:calendar",
                ("calendar.manage",),
                days_left,
                _("ends in {n} days"),
            ),
            Section(
                _("How long things are kept"),
                _(
                    "Read the terms of the pack, when the next run is, and what the last one forgot."
                ),
                "history",
                "privacy:terms",
                ("privacy.view",),
            ),
            Section(
                _("Opened outside duties"),
                _("Review, as another person, what was opened because it could not wait."),
                "eye-check",
                "reviews",
                ("privacy.review",),
                waiting=_to_review,
                waiting_words=_("{n} to review"),
            ),
        ),
    ),
    Group(
        _("Running"),
        (
            Section(
                _("Jobs"),
                _("What waits, what failed, and trying it again."),
                "refresh",
                "jobs",
                ("jobs.manage",),
                lambda _actor, _at: failed_count(),
                _("{n} failed"),
            ),
        ),
    ),
    Group(
        _("Trail"),
        (
            Section(
                _("Trail"),
                _(
                    "Who did what, to which record, when; to be filtered and taken out as a sheet."
                ),
                "history",
                "trail",
                ("audit.view",),
            ),
            Section(
                _("Odd reads"),
                _("Looks at masked contacts outside tasks, at night or many at a time."),
                "eye",
                "odd_reads",
                ("audit.view",),
                last_weeks_odd_reads,
                _("{n} last week"),
            ),
        ),
    ),
    Group(
        _("Notices"),
        (
            Section(
                _("Channels"),
                _("See by which ways notices leave the house, and try each one out."),
                "send",
                "notices:channels",
                ("notices.manage",),
                waiting=troubled_channels,
                waiting_words=_("{n} left alone for now"),
            ),
            Section(
                _("Outbox"),
                _("Follow every message, and send once more what did not arrive."),
                "mail",
                "notices:outbox",
                ("notices.manage",),
                waiting=unsettled_messages,
                waiting_words=_("{n} failed or uncertain this day"),
            ),
        ),
    ),
)
OPENING: tuple[str, ...] = tuple(
    sorted({name for group in GROUPS for one in group.sections for name in one.permissions})
)


@dataclass(frozen=True, slots=True)
class Line:
    """One section as its reader sees it, with the figure that needs attention."""

    section: Section
    url: str
    waiting: str


def is_open_to(actor: Actor) -> bool:
    """Whether any section is this actor's."""
    return any(actor.may(permission) for permission in OPENING)


def lines_for(actor: Actor, *, at: datetime) -> list[tuple[StrOrPromise, Sequence[Line]]]:
    """The groups with the sections this actor may open; an empty group is left out."""
    groups = (
        (
            group.title,
            [_line(one, actor, at) for one in group.sections if one.is_open_to(actor)],
        )
        for group in GROUPS
    )
    shown = (
        (title, [line for line in lines if line.waiting or not line.section.only_while_waiting])
        for title, lines in groups
    )
    return [(title, lines) for title, lines in shown if lines]


def _line(section: Section, actor: Actor, at: datetime) -> Line:
    count = section.waiting(actor, at) if section.waiting else 0
    words = str(section.waiting_words).format(n=count) if count else ""
    return Line(section, reverse(section.url_name), words)
