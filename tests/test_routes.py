"""Every page of ours against every role: nobody sees or does anything outside their posts.

What a role may do comes from the pack; what a page asks for, from the page's own door. A page that
is added without a door, or without being reachable here, fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from linli.config.docs import reference
from linli.domains.matters.testing import Cast, a_report, make_cast, make_matter
from linli.ground.accounts.models import Account, Holding, Role, RoleGrant
from linli.ground.accounts.testing import make_holder, make_organisation
from linli.ground.audit.queries import entries_about
from linli.kernel import clock
from linli.kernel.refs import Ref

pytestmark = pytest.mark.django_db
LEVELS = {"grid_worker": "grid", "grid_leader": "grid", "community_desk": "community"}
RECORD_PAGES = {
    "matters:matter",
    "matters:step",
    "matters:contact",
    "matters:archive",
    "matters:photo",
}


@dataclass(frozen=True, slots=True)
class Door:
    """A page behind permissions, and how its address is filled."""

    name: str
    needs: frozenset[str]
    converters: tuple[str, ...]


def doors() -> Iterator[Door]:
    """Every page that names permissions."""
    for route, name, view in reference.views():
        if needed := getattr(view, "needs", None):
            found = tuple(part.split(":")[1].split(">")[0] for part in route.split("<")[1:])
            yield Door(name, frozenset(needed), found)


def open_pages() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every page of ours that is open to everybody."""
    for route, name, view in reference.views():
        if getattr(view, "open_because", None):
            yield name, tuple(part.split(":")[1].split(">")[0] for part in route.split("<")[1:])


def address(name: str, converters: tuple[str, ...], matter_id: UUID, area_id: UUID) -> str:
    """The page's address for a record of the home street."""
    kinds = {"matter_id": matter_id, "area_id": area_id, "key": "file", "photo_id": uuid4()}
    kinds |= {"channel": "sms", "notice_id": uuid4(), "dispatch_id": uuid4()}
    kinds |= {"token": "none", "number": 999, "hub_id": 999, "organisation_id": uuid4()}
    kinds |= {name: uuid4() for name in ("post_id", "holding_id", "account_id", "token_id")}
    kinds |= {"session_id": 999, "job_id": 999, "digest": "none", "recount_id": uuid4()}
    kinds |= {"glass_id": uuid4()}
    kinds |= {"code": "99-99", "name": "none", "label": "none.toml"}
    return reverse(name, args=[kinds[one] for one in converters])


def area_of(role: str, cast: Cast) -> Any:
    """Where a role of this kind sits in a street."""
    places = {"grid": cast.town.grids[0], "community": cast.town.communities[0]}
    return places.get(LEVELS.get(role, "street"), cast.town.street)


def seated(role: str, cast: Cast) -> Account:
    """Somebody of this role in this street, in a station of its own where the role is a unit's."""
    station = make_organisation(cast.town.street, name=f"{role}站")
    return make_holder(role, area_of(role, cast), organisation=station)


def page_of(account: Account | None) -> Client:
    """A browser of this account, past its second factor."""
    client = Client(raise_request_exception=True)
    if account is not None:
        client.force_login(account)
        assert SESSION_KEY in client.session
    return client


def ask(client: Client, url: str) -> tuple[int, bytes]:
    """The answer to reading a page, and where it only takes posts, to posting nothing."""
    response = client.get(url)
    if response.status_code == 405:
        response = client.post(url, {})
    return response.status_code, b"".join(response) if response.streaming else response.content


@pytest.fixture(autouse=True)
def _second_factor_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-in has tests of its own; here everybody has passed it."""
    monkeypatch.setattr("linli.web.middleware.is_mfa_enabled", lambda _account: True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def other() -> Cast:
    return make_cast(first="230803008", name="保卫街道", west=130.40)


ROLES = [
    "grid_worker",
    "grid_leader",
    "community_desk",
    "street_hub",
    "department_desk",
    "supervisor",
    "party_secretary",
    "county_desk",
    "city_desk",
    "system_administrator",
    "security_administrator",
    "audit_administrator",
    "auditor",
]


def test_the_roles_here_are_those_of_the_pack() -> None:
    assert sorted(ROLES) == sorted(Role.objects.values_list("key", flat=True))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_exactly_the_doors_its_permissions_name(role: str, cast: Cast) -> None:
    matter = make_matter(a_report())
    client = page_of(seated(role, cast))
    held = set(RoleGrant.objects.filter(role__key=role).values_list("permission", flat=True))

    for door in doors():
        url = address(door.name, door.converters, matter.id, cast.town.communities[0].id)
        status, body = ask(client, url)
        assert status < 500, url
        if not door.needs & held:
            assert status == 404, (role, url)
        elif not door.converters:
            assert status in {200, 302}, (role, url, status, body[:200])


@pytest.mark.parametrize("role", ["grid_worker", "community_desk", "street_hub", "supervisor"])
def test_a_record_of_the_own_area_is_there(role: str, cast: Cast) -> None:
    """Without this, the test below could not tell a closed door from a broken one."""
    url = reverse("matters:matter", args=[make_matter(a_report()).id])

    assert ask(page_of(seated(role, cast)), url)[0] == 200


@pytest.mark.parametrize("role", ROLES)
def test_a_record_of_another_street_is_not_there(role: str, cast: Cast, other: Cast) -> None:
    """Same status and same body as a record that never was."""
    matter = make_matter(a_report())
    client = page_of(seated(role, other))
    held = set(RoleGrant.objects.filter(role__key=role).values_list("permission", flat=True))
    traces = 0

    for door in doors():
        if door.name not in RECORD_PAGES:
            continue
        area_id = cast.town.communities[0].id
        foreign = ask(client, address(door.name, door.converters, matter.id, area_id))
        missing = ask(client, address(door.name, door.converters, uuid4(), area_id))
        assert foreign[0] == missing[0] == 404, (role, door.name)
        if "matter_id" in door.converters and door.needs & held:
            traces += 1
        assert _plain(foreign[1]) == _plain(missing[1])
    recorded = entries_about(Ref("matter", matter.id)).filter(verb="refused.not_found")
    assert recorded.count() >= traces


def _plain(body: bytes) -> bytes:
    """Without the token that differs on every page."""
    return b"\n".join(line for line in body.splitlines() if b"csrf" not in line.lower())


@pytest.mark.parametrize("role", ROLES)
def test_who_no_longer_holds_a_post_opens_nothing(role: str, cast: Cast) -> None:
    matter = make_matter(a_report())
    account = seated(role, cast)
    Holding.objects.filter(account=account).update(to_at=clock.now())
    client = page_of(account)

    for door in doors():
        url = address(door.name, door.converters, matter.id, cast.town.communities[0].id)
        assert ask(client, url)[0] == 404, (role, url)


def test_who_has_not_signed_in_is_asked_to(cast: Cast) -> None:
    matter = make_matter(a_report())
    client = page_of(None)

    for door in doors():
        url = address(door.name, door.converters, matter.id, cast.town.communities[0].id)
        response = client.get(url)
        assert response.status_code == 302, url
        assert response["Location"].startswith(reverse("account_login"))


def test_open_pages_answer_everybody(cast: Cast) -> None:
    matter = make_matter(a_report())
    clients: list[Callable[..., Any]] = [
        page_of(None).get,
        page_of(seated("street_hub", cast)).get,
    ]

    for name, converters in open_pages():
        url = address(name, converters, matter.id, cast.town.communities[0].id)
        for get in clients:
            assert get(url).status_code in {200, 204, 302, 404, 405}, url
