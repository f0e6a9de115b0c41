"""The first steps of a new house: what is done, what comes next, and where it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.http import HttpResponse
from django.urls import reverse

from linli.engines.workflow.queries import is_any_work
from linli.ground.accounts import queries as accounts
from linli.ground.territory.queries import counts_by_level, home_area
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads
from linli.outer.packs.queries import installed

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

KEPT_AS = "first_steps"
MAY = ("accounts.manage", "territory.import")
STREET, COMMUNITY, GRID = 3, 4, 5
THREE = ("system_administrator", "security_administrator", "audit_administrator")


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step: what it is for, what stands now, where it is done and who may do it."""

    title: StrOrPromise
    why: StrOrPromise
    found: str
    done: bool
    url: str
    permission: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as its reader sees it: done, the next one, or still to come."""

    step: FirstStep
    state: Literal["done", "now", "next"]
    may: bool


@needs(*MAY)
@reads
def first_steps(request: LinliRequest) -> HttpResponse:
    """Every step with what is there already; the first that is missing is the next."""
    steps = _steps(request.actor, clock.now())
    left = sum(not step.done for step in steps)
    # Every page leads back here until all is done.
    request.session[KEPT_AS] = bool(left)
    context = {"steps": _shown(steps, request.actor), "left": left}
    return page(request, "first_steps.html", context)


def steps_left(actor: Actor, at: datetime) -> int:
    """How many steps are still to be done."""
    return sum(not step.done for step in _steps(actor, at))


def _shown(steps: Sequence[FirstStep], actor: Actor) -> list[ShownStep]:
    following = next((step for step in steps if not step.done), None)
    return [
        ShownStep(
            step,
            "done" if step.done else "now" if step is following else "next",
            actor.may(step.permission),
        )
        for step in steps
    ]


def _steps(actor: Actor, at: datetime) -> list[FirstStep]:
    return [*_places(), *_people(actor, at)]


def _places() -> list[FirstStep]:
    areas = counts_by_level()
    pack = installed()
    return [
        FirstStep(
            _("Import the divisions"),
            _("City, county, street and communities: everything else hangs on them."),
            _said(_("{n} communities"), areas.get(COMMUNITY, 0)),
            areas.get(COMMUNITY, 0) > 0,
            reverse("territory:import"),
            "territory.import",
        ),
        FirstStep(
            _("Name the street at home"),
            _("It stands in the head of every page. The command first-run names it."),
            _home(),
            bool(_home()),
            reverse("territory:areas"),
            "territory.view",
        ),
        FirstStep(
            _("Install a practice pack"),
            _(
                "Roles, classes, limits and the calendar of your city, by the command packs install."
            ),
            f"{pack.name} {pack.version}" if pack else "",
            pack is not None,
            reverse("administration"),
            "territory.view",
        ),
        FirstStep(
            _("Draw and publish the grids"),
            _("Open a community and draw its grids, or take them over from a file."),
            _said(_("{n} grids"), areas.get(GRID, 0)),
            areas.get(GRID, 0) > 0,
            reverse("territory:areas"),
            "territory.publish",
        ),
    ]


def _people(actor: Actor, at: datetime) -> list[FirstStep]:
    seated = accounts.administrators_seated(at=at)
    sitting = sum(1 for role in THREE if seated.get(role))
    desks = accounts.posts_managed(seen_by=actor, at=at, only="held").count()
    known = accounts.accounts_managed(seen_by=actor, at=at).count()
    ready = accounts.is_anybody_at_work(at=at)
    return [
        FirstStep(
            _("Seat the three administrators"),
            _("System, security and audit, by three people; each with a second factor."),
            _said(_("{n} of 3 seated"), sitting),
            sitting == len(THREE),
            reverse("accounts:posts"),
            "accounts.manage",
        ),
        FirstStep(
            _("Open accounts for your colleagues"),
            _("Print an invitation for each; they choose their own password."),
            _said(_("{n} accounts"), known),
            ready or known > len(THREE),
            reverse("accounts:accounts"),
            "accounts.manage",
        ),
        FirstStep(
            _("Set up the posts and seat somebody in each"),
            _("At least a hub, a desk and a supervisor; a report without them finds nobody."),
            _said(_("{n} held"), desks),
            ready,
            reverse("accounts:posts"),
            "accounts.manage",
        ),
        FirstStep(
            _("Try it: report a matter as a resident does"),
            _("Then follow it on the desk of the hub, until it is answered."),
            "",
            is_any_work(),
            reverse("matters:report"),
            "territory.view",
        ),
    ]


def _said(words: StrOrPromise, count: int) -> str:
    return str(words).format(n=count)


def _home() -> str:
    try:
        return home_area().name
    except NotFound:
        return ""
