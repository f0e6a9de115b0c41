"""`linli first-run`: an empty house gets its divisions, its pack, and its first administrator.

Whoever may run commands on the machine stands for the installation itself. The command makes one
security administrator, whose invitation is told once; everybody else is seated from the pages.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from linli.ground.accounts import services as accounts
from linli.ground.accounts.queries import administrators_seated, first_post
from linli.ground.territory import services as territory
from linli.ground.territory.queries import area_at
from linli.kernel import clock
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import Conflict, NotFound, _
from linli.outer.packs.queries import check_pack, find_folder, installed
from linli.outer.packs.services import install_pack

if TYPE_CHECKING:
    from linli.ground.territory.models import Area

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MAY: Final = (
    "territory.import",
    "territory.publish",
    "people.manage",
    "accounts.manage",
)
OPERATOR: Final = Actor(
    kind="clock",
    name="operator",
    grants=tuple(Grant(permission, "area", "", UUID(int=0)) for permission in _MAY),
)
FIRST = "security_administrator"


class AlreadySetUp(Conflict):
    """The house has somebody who seats people; a second way in would go round them."""

    message = _(
        "A security administrator is seated already and seats everybody else. If nobody can"
        " sign in any more, add --again: that is recorded."
    )


class PackMissing(Conflict):
    """Roles come from a pack."""

    message = _("No pack is installed. Name one with --pack, for example packs/jiamusi.")


class AreaMissing(Conflict):
    """A post stands in an area."""

    message = _("There is no area {code}. Import its divisions with --divisions FILE.")


def register(subparsers: Subparsers) -> None:
    """Describe `linli first-run`."""
    command = subparsers.add_parser(
        "first-run", help="divisions, pack and the first administrator of an empty house"
    )
    command.add_argument("--divisions", type=Path, help="a division file (CSV) to import")
    command.add_argument("--pack", help="a practice pack to install, by folder or name")
    command.add_argument("--street", required=True, help="the code of the street at home")
    command.add_argument("--name", required=True, help="who becomes security administrator")
    command.add_argument("--username", default="security", help="the name to sign in with")
    command.add_argument(
        "--again", action="store_true", help="though somebody is security administrator"
    )
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Do what is not done yet, all or nothing, and tell the invitation once."""
    now = clock.now()
    with transaction.atomic():
        if administrators_seated(at=now).get(FIRST) and not given.again:
            raise AlreadySetUp
        if given.pack:
            _install(given.pack, now)
        if installed() is None:
            raise PackMissing
        if given.divisions:
            _import(given.divisions, now)
        street = _street(given.street)
        territory.name_home(street, by=OPERATOR, at=now)
        username, code = _seat_first(given.name, given.username, street, now)
    address = f"{settings.BASE_URL}{reverse('accounts:invited')}"
    lines = (
        _("The first security administrator is seated. Told once, kept nowhere:"),
        f"  {address}",
        f"  {_('User name')}: {username}",
        f"  {_('Invitation code')}: {code}",
        _("Valid for seven days. After signing in, begin at {path}.").format(
            path=reverse("first_steps")
        ),
    )
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def _install(name: str, now: datetime) -> None:
    report = check_pack(find_folder(name), today=clock.local(now).date())
    install_pack(report.passed(), by=OPERATOR, at=now)


def _import(path: Path, now: datetime) -> None:
    with path.open("rb") as file:
        territory.import_divisions(
            file,
            scheme="statistical",
            valid_from=clock.local(now).date(),
            by=OPERATOR,
            at=now,
        )


def _street(code: str) -> Area:
    try:
        return area_at(code[:9])
    except NotFound:
        raise AreaMissing(code=code[:20]) from None


def _seat_first(name: str, username: str, street: Area, now: datetime) -> tuple[str, str]:
    """Somebody new in a post of the city, for whoever seats people looks after all of it."""
    city = area_at(street.path[:4])
    account, code = accounts.enrol(name, username=username, by=OPERATOR, at=now)
    post = first_post(FIRST, city.path)
    if post is None:
        title = str(_("Security administrator of {area}")).format(area=city.name)
        post = accounts.open_post(FIRST, area=city, name=title, by=OPERATOR, at=now)
    # Beside somebody who cannot sign in any more, and is looked into from the pages.
    accounts.seat_holder(post, account=account, kind="acting", from_at=now, by=OPERATOR, at=now)
    return account.username, code
