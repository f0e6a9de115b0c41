from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from linli.ground.accounts.models import Account, Holding, Post, Role, RoleGrant, Token, held
from linli.ground.accounts.rules import Candidate, closest_post
from linli.ground.audit.queries import remembered
from linli.ground.people.models import Organisation
from linli.ground.territory.models import Area
from linli.ground.territory.queries import children_of
from linli.kernel.actor import Actor, Grant, Seat
from linli.kernel.clock import local
from linli.kernel.errors import Refusal, _
from linli.kernel.privacy import mask_name


class NobodyHere(Refusal):
    """No post of the pack answers for this place."""

    message = _("Nobody answers for this place yet. Choose a place in the area we serve.")


class TokenUnknown(Refusal):
    """No such token, or it has ended: the two are never told apart."""

    status = 401
    message = _("This access token is not valid.")


@dataclass(frozen=True, slots=True)
class Sitting:
    """A seat with all its rights, from when until when somebody holds it."""

    seat: Seat
    grants: tuple[Grant, ...]
    from_at: datetime
    to_at: datetime | None

    def in_force(self, at: datetime) -> bool:
        return self.from_at <= at and (self.to_at is None or at < self.to_at)


def actor_for(
    account: Account, *, at: datetime, limited_to: Iterable[str] | None = None
) -> Actor:
    """The account's person in the posts held at this moment, with every right that follows.

    Two queries whatever the number of posts. `limited_to` are a token's permissions.
    """
    sittings = [sitting for sitting in _sittings(account.pk) if sitting.in_force(at)]
    allowed = None if limited_to is None else set(limited_to)
    return Actor(
        kind="person" if allowed is None else "token",
        account_id=account.pk,
        name=account.person.name,
        seats=tuple(sitting.seat for sitting in sittings),
        grants=tuple(
            grant
            for sitting in sittings
            for grant in sitting.grants
            if allowed is None or grant.permission in allowed
        ),
    )


@remembered
def _sittings(account_id: UUID) -> tuple[Sitting, ...]:
    holdings = list(
        Holding.objects.filter(account=account_id, post__closed_at=None)
        .select_related("post__role", "post__area")
        .order_by("from_at", "id")
    )
    given = RoleGrant.objects.filter(role__in={h.post.role_id for h in holdings})
    by_role: dict[UUID, list[RoleGrant]] = {}
    for row in given.order_by("permission", "scope"):
        by_role.setdefault(row.role_id, []).append(row)
    return tuple(_sitting(h, by_role.get(h.post.role_id, [])) for h in holdings)


def _sitting(holding: Holding, given: Iterable[RoleGrant]) -> Sitting:
    return Sitting(
        seat=_seat_of(holding.post),
        grants=_grants_of(holding.post, given),
        from_at=holding.from_at,
        to_at=holding.to_at,
    )


def _seat_of(post: Post) -> Seat:
    return Seat(post.id, post.role.key, post.name, post.area.path, post.organisation_id)


def _grants_of(post: Post, given: Iterable[RoleGrant]) -> tuple[Grant, ...]:
    return tuple(
        # The database holds only the three words of a scope.
        Grant(row.permission, row.scope, post.area.path, post.id, post.organisation_id)  # type: ignore[arg-type]
        for row in given
    )


def actor_in_post(post_id: UUID) -> Actor:
    """Nobody in particular, with everything one post gives."""
    post = Post.objects.select_related("role", "area").get(pk=post_id)
    given = RoleGrant.objects.filter(role=post.role).order_by("permission", "scope")
    return Actor(
        kind="person", seats=(_seat_of(post),), grants=_grants_of(post, given), name=post.name
    )


def account_of_token(secret: str, *, at: datetime) -> tuple[Account, list[str]]:
    """The account a token speaks for and the permissions it is limited to, or TokenUnknown."""
    token = _token(hashlib.sha256(secret.encode()).digest())
    if token is None or token.expires_at <= at or not token.account.is_active:
        raise TokenUnknown
    return token.account, token.permissions


@remembered
def _token(digest: bytes) -> Token | None:
    tokens = Token.objects.filter(digest=digest, revoked_at=None)
    return tokens.select_related("account__person").first()


def owner_for(roles: Sequence[str], area_path: str, *, at: datetime) -> UUID:
    """The post that work at this place belongs to, or NobodyHere where no such post stands."""
    candidates = [
        Candidate(post.id, post.role.key, post.area.path, _is_held(spans, at))
        for post, spans in _posts_above(tuple(roles), area_path)
    ]
    best = closest_post(roles, candidates)
    if best is None:
        raise NobodyHere(field="place")
    return best.post_id


Spans = tuple[tuple[datetime, datetime | None], ...]


@remembered
def _posts_above(roles: tuple[str, ...], area_path: str) -> tuple[tuple[Post, Spans], ...]:
    above = [area_path[:length] for length in range(2, len(area_path) + 1)]
    posts = list(
        Post.objects.open()
        .filter(role__key__in=roles, area__path__in=above)
        .select_related("role", "area")
    )
    spans: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    holdings = Holding.objects.filter(post__in=posts, kind__in=["holder", "acting"])
    for post_id, from_at, to_at in holdings.values_list("post_id", "from_at", "to_at"):
        spans.setdefault(post_id, []).append((from_at, to_at))
    return tuple((post, tuple(spans.get(post.id, []))) for post in posts)


def _is_held(spans: Spans, at: datetime) -> bool:
    return any(from_at <= at and (to_at is None or at < to_at) for from_at, to_at in spans)


def units_at(area_path: str) -> QuerySet[Post]:
    """The stations that work at this place may be routed to, by name."""
    above = [area_path[:length] for length in range(2, len(area_path) + 1)]
    return (
        Post.objects.open()
        .filter(role__is_unit=True, area__path__in=above)
        .select_related("organisation", "role")
        .order_by("name", "id")
    )


def holders_of(post_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, str]:
    """Who sits in each post now; a post that is missing from the answer is a hole."""
    rows = (
        Holding.objects.filter(held(at), post__in=list(post_ids))
        .exclude(kind="deputy")
        .order_by("from_at")
        .values_list("post_id", "account__person__name")
    )
    return dict(rows)


def active_account(account_id: str) -> Account | None:
    """Who a session speaks for; None once the account is closed."""
    return (
        Account.objects.filter(pk=account_id, is_active=True).select_related("person").first()
    )


def needs_second_factor(actor: Actor) -> bool:
    """Whether any post the actor holds asks for a second factor; no query for who holds none."""
    return bool(actor.roles & _guarded_roles())


@remembered
def _guarded_roles() -> frozenset[str]:
    guarded = Role.objects.filter(needs_second_factor=True)
    return frozenset(guarded.values_list("key", flat=True))


@dataclass(frozen=True, slots=True)
class FilledPost:
    """A post as people see it: its seat, who holds it (nobody: a hole), who stands in."""

    post: Post
    title: str
    holder: str
    stands_in: str


def posts_of_area(area: Area, *, at: datetime, seen_by: Actor) -> list[FilledPost]:
    """The seats of an area itself, with holders and holes, by role and name."""
    return _filled(Post.objects.open().filter(area=area), at=at, seen_by=seen_by)


def posts_of_organisation(
    organisation: Organisation, *, at: datetime, seen_by: Actor
) -> list[FilledPost]:
    """The seats of an organisation and of those it leads, with holders and holes."""
    own = Q(organisation=organisation) | Q(organisation__parent=organisation)
    return _filled(Post.objects.open().filter(own), at=at, seen_by=seen_by)


def _filled(posts: QuerySet[Post], *, at: datetime, seen_by: Actor) -> list[FilledPost]:
    found = posts.select_related("role", "area", "organisation").order_by(
        "area__path", "role__key", "name", "id"
    )
    return fill_posts(list(found[:500]), at=at, seen_by=seen_by)


def fill_posts(found: list[Post], *, at: datetime, seen_by: Actor) -> list[FilledPost]:
    """These posts, each with who sits there; one query."""
    holding = Holding.objects.filter(held(at), post__in=[post.id for post in found])
    held_by: dict[UUID, dict[str, str]] = {}
    for row in holding.select_related("account__person").order_by("from_at", "id"):
        held_by.setdefault(row.post_id, {})[row.kind] = row.account.person.name
    return [_filled_post(post, held_by.get(post.id, {}), seen_by) for post in found]


def _filled_post(post: Post, names: dict[str, str], seen_by: Actor) -> FilledPost:
    """Who is on duty is named to who may see posts here; others read a masked name."""
    if not seen_by.may("accounts.view", post.area.path):
        names = {kind: mask_name(name) for kind, name in names.items()}
    stands_in = names.get("deputy", "")
    return FilledPost(
        post, post.role.title, names.get("holder") or names.get("acting", ""), stands_in
    )


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A grid with who leads it and who walks it."""

    area: Area
    number: int
    leaders: tuple[FilledPost, ...]
    workers: tuple[FilledPost, ...]


def roster_of(community: Area, *, at: datetime, seen_by: Actor) -> list[RosterRow]:
    """Every grid of a community with the seats of its leader and its worker; three queries."""
    posts = Post.objects.open().filter(
        area__parent=community, role__key__in=["grid_leader", "grid_worker"]
    )
    seats: dict[tuple[UUID, str], list[FilledPost]] = {}
    for filled in _filled(posts, at=at, seen_by=seen_by):
        key = (filled.post.area_id, filled.post.role.key)
        seats.setdefault(key, []).append(filled)
    grids = sorted(children_of(community, on=local(at).date()), key=lambda grid: grid.path)
    return [
        RosterRow(
            grid,
            int(grid.path[-3:]),
            tuple(seats.get((grid.id, "grid_leader"), ())),
            tuple(seats.get((grid.id, "grid_worker"), ())),
        )
        for grid in grids
    ]


def hub_of(community: Area, *, at: datetime) -> Holding | None:
    """Who sits in the street's hub now; None where that seat is empty."""
    street = community.path[:9]
    holdings = Holding.objects.filter(
        held(at), post__role__key="street_hub", post__area__path=street, post__closed_at=None
    )
    return (
        holdings.exclude(kind="deputy")
        .select_related("account__person", "post")
        .order_by("from_at", "id")
        .first()
    )


def posts_inside(paths: Iterable[str]) -> QuerySet[Post, UUID]:
    """The ids of every post there is or was in these areas."""
    inside = Q(pk__in=[])
    for path in paths:
        inside |= Q(area__path__startswith=path)
    return Post.objects.filter(inside).values_list("id", flat=True)


def posts_called(text: str, *, most: int = 100) -> dict[UUID, str]:
    """Posts whose name holds these words."""
    return dict(Post.objects.filter(name__icontains=text).values_list("id", "name")[:most])


def names_of_posts(post_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What these posts are called."""
    return dict(Post.objects.filter(id__in=list(post_ids)).values_list("id", "name"))


def people_in(
    *, accounts: Iterable[UUID], posts: Iterable[UUID], seen_by: Actor
) -> dict[UUID, str]:
    """The names of people and of posts by their ids, for who may see posts; masked for others."""
    rows = Account.objects.filter(id__in=set(accounts)).values_list("id", "person__name")
    may = seen_by.may("accounts.view")
    names = {one: name if may else mask_name(name) for one, name in rows}
    return names | names_of_posts(posts)
