"""The posts of the demo, who sits in them, and which seats are empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from linli.config.demo.accounts import API_TOKEN, LOGINS, PASSWORD, TOTP_SECRET
from linli.config.demo.chain import STANDS_IN, UNITS, Chain
from linli.config.demo.city import Street
from linli.config.demo.names import Names, short_name
from linli.config.demo.operator import OPERATOR
from linli.domains.matters.rules import Channel
from linli.ground.accounts.models import Account, Post
from linli.ground.accounts.queries import actor_for
from linli.ground.accounts.services import issue_token, open_account, open_post, seat_holder
from linli.ground.people.models import Organisation
from linli.ground.people.services import add_person
from linli.ground.territory.models import Area
from linli.ground.territory.queries import area_at
from linli.kernel.actor import RESIDENT, Actor

# Grids (community, grid) without a worker, and a community desk without anybody.
HOLES: Final = {(2, 4), (5, 4), (9, 0), (12, 3), (17, 2), (18, 4)}
EMPTY_DESK: Final = 19
TOKEN_MAY: Final = ("matters.view", "matters.report", "matters.handle", "territory.view")
_BY_USERNAME: Final = {login.username: login for login in LOGINS}


@dataclass(slots=True)
class Seats:
    """Who acts for which post."""

    names: Names
    at: datetime
    holders: dict[UUID, Account] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    _actors: dict[UUID, Actor] = field(default_factory=dict)
    _program: Actor | None = None

    def actor(self, post_id: UUID) -> Actor:
        """The actor who holds a post."""
        if post_id not in self._actors:
            self._actors[post_id] = actor_for(self.holders[post_id], at=self.at)
        return self._actors[post_id]

    def unit(self, kind: str) -> Post:
        """The post of a station's desk."""
        return self.posts[f"unit:{kind}"]

    def unit_for(self, lead: str) -> Post:
        """The station that takes the work of a lead."""
        return self.unit(lead if lead in UNITS else STANDS_IN.get(lead, "street"))

    def first_of(self, *keys: str) -> Actor:
        """Who holds the first of these posts that somebody holds."""
        posts = [self.posts[key].id for key in keys]
        return self.actor(next(post for post in posts if post in self.holders))

    def reporting(self, channel: Channel, grid: tuple[int, int]) -> Actor:
        """Who writes down what comes in at a grid this way."""
        number, place = grid
        if channel == "api":
            if self._program is None:
                hub = self.holders[self.posts["hub"].id]
                self._program = actor_for(hub, at=self.at, limited_to=TOKEN_MAY)
            return self._program
        if channel == "grid":
            return self.first_of(f"grid:{number}.{place}", f"desk:{number}", "hub")
        if channel in {"telephone", "counter"}:
            return self.first_of(f"desk:{number}", "hub")
        return RESIDENT

    def acting(self, key: str, *, owner: UUID | None, grid: tuple[int, int]) -> Actor:
        """Who takes this step of a matter of a grid that belongs to this post."""
        number, place = grid
        if key in {"rate", "resume"}:
            return RESIDENT
        if key == "press":
            return self.first_of("supervisor")
        if key in {"reopen", "reroute", "call_meeting"}:
            return self.first_of("hub")
        if key == "rate_self_found":
            return self.first_of(f"desk:{number}", "hub")
        if key in {"settle", "settle_again"}:
            return self.first_of(f"grid:{number}.{place}", f"desk:{number}")
        assert owner is not None
        return self.actor(owner)

    def open(
        self, key: str, role: str, area: Area, organisation: Organisation, name: str
    ) -> Post:
        """A post nobody holds yet."""
        post = open_post(
            role, area=area, organisation=organisation, name=name, by=OPERATOR, at=self.at
        )
        self.posts[key] = post
        return post

    def sit(self, post: Post, username: str, *, account: Account | None = None) -> Account:
        """Somebody in a post: new, or somebody who sits elsewhere too."""
        sitting = account or self._account(username)
        seat_holder(
            post, account=sitting, kind="holder", from_at=self.at, by=OPERATOR, at=self.at
        )
        self.holders[post.id] = sitting
        return sitting

    def _account(self, username: str) -> Account:
        person = add_person(
            self.names.person(),
            phone=self.names.phone(),
            generated=True,
            by=OPERATOR,
            at=self.at,
        )
        login = _BY_USERNAME.get(username)
        account = open_account(
            person,
            username=username,
            password=PASSWORD if login else None,
            by=OPERATOR,
            at=self.at,
        )
        if login and login.second_factor:
            _add_second_factor(account)
        return account


def _add_second_factor(account: Account) -> None:
    TOTP.activate(account, TOTP_SECRET)
    Authenticator.objects.filter(user=account).update(created_at=account.created_at)


def fill_seats(street: Street, chain: Chain, names: Names, *, at: datetime) -> Seats:
    """Every role of the pack, with holders; a few seats stay empty, as everywhere."""
    seats = Seats(names, at)
    _fill_above(seats, street, chain)
    _fill_street(seats, street, chain)
    for kind, unit in chain.units.items():
        post = seats.open(
            f"unit:{kind}", "department_desk", street.area, unit, f"{unit.name}承办岗"
        )
        seats.sit(post, _UNIT_LOGIN.get(kind, f"unit-{kind.replace('_', '-')}"))
    for number in range(len(street.communities)):
        _fill_community(seats, street, chain, number)
    hub = seats.holders[seats.posts["hub"].id]
    issue_token(
        hub,
        name="demo",
        permissions=TOKEN_MAY,
        days=366,
        secret=API_TOKEN,
        by=OPERATOR,
        at=at,
    )
    return seats


_UNIT_LOGIN: Final[Mapping[str, str]] = {"municipal": "department", "sanitation": "sanitation"}


def _fill_above(seats: Seats, street: Street, chain: Chain) -> None:
    city, county = area_at(street.area.path[:4]), area_at(street.area.path[:6])
    above = (
        ("city", "city_desk", city, chain.city, "佳木斯市网格中心"),
        ("county", "county_desk", county, chain.county, "富锦市网格中心"),
        ("admin", "system_administrator", city, chain.city, "佳木斯市系统管理员"),
        ("security", "security_administrator", city, chain.city, "佳木斯市安全管理员"),
        ("audit", "audit_administrator", city, chain.city, "佳木斯市审计管理员"),
        ("auditor", "auditor", city, chain.city, "佳木斯市档案审计岗"),
    )
    for username, role, area, organisation, name in above:
        seats.sit(seats.open(username, role, area, organisation, name), username)


def _fill_street(seats: Seats, street: Street, chain: Chain) -> None:
    here = street.area
    at_street = (
        ("hub", "street_hub", chain.office, "城西街道网格中心"),
        ("supervisor", "supervisor", chain.office, "城西街道督查岗"),
        ("secretary", "party_secretary", chain.party, "城西街道党工委书记"),
    )
    for username, role, organisation, name in at_street:
        seats.sit(seats.open(username, role, here, organisation, name), username)


def _fill_community(seats: Seats, street: Street, chain: Chain, number: int) -> None:
    community = street.communities[number]
    short = short_name(community.name)
    committee = chain.committees[community.id]
    desk = seats.open(
        f"desk:{number}", "community_desk", community, committee, f"{short}受理岗"
    )
    if number != EMPTY_DESK:
        seats.sit(desk, "community" if number == 0 else f"community-{community.path}")
    party = chain.party_committees[community.id]
    secretary = seats.open(
        f"secretary:{number}", "party_secretary", community, party, f"{short}党委书记"
    )
    cadre = seats.sit(secretary, f"secretary-{community.path}")
    for place, grid in enumerate(street.grids[number]):
        worker = seats.open(
            f"grid:{number}.{place}",
            "grid_worker",
            grid,
            committee,
            f"{grid.name}专职网格员",
        )
        if (number, place) not in HOLES:
            seats.sit(worker, "grid" if (number, place) == (0, 0) else f"grid-{grid.path}")
        leader = seats.open(
            f"leader:{number}.{place}",
            "grid_leader",
            grid,
            chain.branches[grid.id],
            f"{grid.name}网格长",
        )
        seats.sit(leader, "", account=cadre)
