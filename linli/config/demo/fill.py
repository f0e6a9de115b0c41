"""Fills an empty house with one street, its people and some weeks of its matters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.db import connection, transaction

from linli.config.demo.chain import build_chain
from linli.config.demo.city import found_city, settle_households
from linli.config.demo.crowd import Crowd, link_open_matters
from linli.config.demo.names import Names, seeded
from linli.config.demo.play import Player, move_clock
from linli.config.demo.seats import fill_seats
from linli.config.demo.stories import stories
from linli.domains.matters.models import Matter
from linli.ground.accounts.models import Post, Role
from linli.ground.people.models import Household
from linli.ground.territory.models import Area
from linli.ground.territory.queries import COMMUNITY, GRID, home_area
from linli.kernel import clock
from linli.kernel.errors import Conflict, NotFound, _

SEED: Final = 2026
CROWD: Final = 6_000
_FOUNDED_BEFORE: Final = timedelta(days=90)
_OPENS: Final = time(9)


class NoPackYet(Conflict):
    """Posts, classes and workflows come from a pack."""

    message = _("Install a practice pack first: linli packs install jiamusi.")


@dataclass(frozen=True, slots=True)
class Filled:
    """What the demo holds."""

    communities: int
    grids: int
    posts: int
    households: int
    matters: int


def is_filled() -> bool:
    """Whether a home is named already: filling is all or nothing."""
    try:
        home_area()
    except NotFound:
        return False
    return True


@transaction.atomic
def fill(*, crowd: int = CROWD) -> Filled:
    """Make the street, draw its weeks, play its stories at their own times; once is enough.

    The same seed makes the same street. Raises NoPackYet.
    """
    if not Role.objects.exists():
        raise NoPackYet
    if not is_filled():
        real = clock.now()
        try:
            _fill(real, crowd)
        finally:
            clock.set_offset(timedelta(0))
    return _counted()


def _fill(real: datetime, crowd: int) -> None:
    founded = clock.local(real - _FOUNDED_BEFORE)
    at = datetime.combine(founded.date(), _OPENS, founded.tzinfo)
    move_clock(at, real=real)
    names = Names(seeded(SEED))
    street = found_city(seed=SEED, at=at)
    chain = build_chain(street, names, at=at)
    seats = fill_seats(street, chain, names, at=at)
    settle_households(street, at=at)
    _count_rows()
    Crowd(street, seats, random=seeded(SEED), until=real).write(crowd)
    _count_rows()
    Player(street, seats, real=real, seed=SEED).play(stories())
    link_open_matters()


def _count_rows() -> None:
    """Tell the planner what has just been written.

    It believes these tables empty until the transaction has ended, and would read twenty thousand
    areas for every row of a join.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _counted() -> Filled:
    inside = Area.objects.current().inside(home_area().path)
    return Filled(
        communities=inside.filter(level=COMMUNITY).count(),
        grids=inside.filter(level=GRID).count(),
        posts=Post.objects.open().count(),
        households=Household.objects.count(),
        matters=Matter.objects.count(),
    )
