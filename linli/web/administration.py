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
from linli.kernel.actor import Actor
from linli.kernel.errors import _

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise


@dataclass(frozen=True, slots=True)
class Section:
    """A page of administration: its name, one line, and who may open it.

    `waiting` counts what needs attention there; `waiting_words` says so, with `{n}` for the number.
    """

    title: StrOrPromise
    line: StrOrPromise
    icon: str
    url_name: str
    permissions: tuple[str, ...]
    waiting: Callable[[Actor, datetime], int] | None = None
    waiting_words: StrOrPromise = ""

    def is_open_to(self, actor: Actor) -> bool:
        return any(actor.may(permission) for permission in self.permissions)


@dataclass(frozen=True, slots=True)
class Group:
    """Sections that one of the three administrators looks after."""

    title: StrOrPromise
    sections: tuple[Section, ...]


GROUPS: tuple[Group, ...] = (
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
    return [(title, lines) for title, lines in groups if lines]


def _line(section: Section, actor: Actor, at: datetime) -> Line:
    count = section.waiting(actor, at) if section.waiting else 0
    words = str(section.waiting_words).format(n=count) if count else ""
    return Line(section, reverse(section.url_name), words)
