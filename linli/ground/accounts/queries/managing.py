"""What whoever looks after posts and accounts works down: seats, holes, accounts, keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from linli.ground.accounts.models import Account, Holding, Post, Role, RoleGrant, Token, held
from linli.ground.accounts.queries.seats import FilledPost, actor_for, fill_posts
from linli.ground.people.models import Organisation
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound
from linli.kernel.paging import Rows, rows_after
from linli.kernel.permissions import permissions

POST_ORDER = ("area__path", "name", "id")


def _in_grants(seen_by: Actor, permission: str, path: str) -> Q:
    """What lies in the areas this permission covers; nothing at all without it."""
    where = Q(pk__in=[])
    for grant in seen_by.grants_for(permission):
        if grant.scope == "area":
            where |= Q(**{f"{path}__startswith": grant.area_path})
    return where


def _sitting(at: datetime) -> QuerySet[Holding]:
    """Whoever holds a post now, or acts for its holder; a deputy alone leaves it a hole."""
    return Holding.objects.filter(held(at), kind__in=["holder", "acting"])


def posts_managed(
    *, seen_by: Actor, at: datetime, text: str = "", only: str = "", role: str = ""
) -> QuerySet[Post]:
    """The posts of the reader's own areas; those with a name, a role, and holes alone on demand."""
    posts = Post.objects.filter(_in_grants(seen_by, "accounts.view", "area__path"))
    filled = Exists(_sitting(at).filter(post=OuterRef("pk")))
    posts = posts.exclude(closed_at=None) if only == "closed" else posts.open()
    if only in {"holes", "held"}:
        posts = posts.filter(filled if only == "held" else ~filled)
    if role:
        posts = posts.filter(role__key=role)
    if wanted := text.strip():
        named = Holding.objects.filter(
            held(at), post=OuterRef("pk"), account__person__name__contains=wanted
        )
        in_words = Q(name__icontains=wanted) | Q(area__name__icontains=wanted)
        posts = posts.filter(
            in_words | Q(organisation__name__icontains=wanted) | Q(Exists(named))
        )
    return posts.select_related("role", "area", "organisation")


def page_of_posts(
    posts: QuerySet[Post], *, cursor: str, limit: int, at: datetime, seen_by: Actor
) -> tuple[list[FilledPost], str]:
    """Some posts by area and name with who sits there, and after which the next begin."""
    rows = rows_after(posts, POST_ORDER, cursor=cursor, limit=limit)
    return fill_posts(rows.items, at=at, seen_by=seen_by), rows.next


def holes(*, seen_by: Actor, at: datetime) -> int:
    """How many open posts nobody holds."""
    return posts_managed(seen_by=seen_by, at=at, only="holes").count()


def get_post(post_id: UUID, *, seen_by: Actor) -> Post:
    """The post, also a closed one, or NotFound."""
    posts = Post.objects.filter(_in_grants(seen_by, "accounts.view", "area__path"))
    try:
        return posts.select_related("role", "area", "organisation").get(pk=post_id)
    except Post.DoesNotExist:
        raise NotFound from None


def post_of_holder(post_id: UUID, *, seen_by: Actor) -> Post:
    """A post the reader holds, or one of their own areas; or NotFound."""
    if post_id not in seen_by.post_ids:
        return get_post(post_id, seen_by=seen_by)
    return Post.objects.select_related("role", "area", "organisation").get(pk=post_id)


def holdings_of_post(post: Post) -> list[Holding]:
    """Everybody who sits, sat or will sit there, the latest first."""
    found = Holding.objects.filter(post=post).select_related("account__person")
    return list(found.order_by("-from_at", "id")[:50])


def get_holding(holding_id: UUID, *, seen_by: Actor) -> Holding:
    """The holding of a post the reader sees, or NotFound."""
    holdings = Holding.objects.filter(_in_grants(seen_by, "accounts.view", "post__area__path"))
    found = holdings.select_related("post__area", "post__role", "account__person")
    holding = found.filter(pk=holding_id).first()
    if holding is None:
        raise NotFound
    return holding


def count_posts_in(organisation: Organisation) -> int:
    """How many open posts stand in an organisation."""
    return Post.objects.open().filter(organisation=organisation).count()


def first_post(role: str, area_path: str) -> Post | None:
    """The first open post of a role in an area itself."""
    posts = Post.objects.open().filter(role__key=role, area__path=area_path)
    return posts.select_related("role", "area").order_by("id").first()


def administrators_seated(*, at: datetime) -> dict[str, int]:
    """How many people hold each of the roles that are kept apart."""
    rows = Holding.objects.filter(
        held(at), separate_role__isnull=False, account__is_active=True
    )
    counted = (
        rows.order_by().values("separate_role__key").annotate(n=Count("account", distinct=True))
    )
    return {row["separate_role__key"]: row["n"] for row in counted}


def is_anybody_at_work(*, at: datetime) -> bool:
    """Whether somebody holds a post that is none of the administrators'."""
    return _sitting(at).filter(separate_role=None, post__closed_at=None).exists()


def roles_open() -> list[Role]:
    """The roles of the pack in force: those that give anything."""
    giving = RoleGrant.objects.filter(role=OuterRef("pk"))
    return list(Role.objects.filter(Exists(giving)).order_by("key"))


# --- accounts ---------------------------------------------------------------------------------


def _managed(seen_by: Actor, at: datetime) -> QuerySet[Account]:
    """Accounts that hold nothing, and those with a post in the reader's own areas."""
    now_or_later = Q(to_at=None) | Q(to_at__gt=at)
    any_post = Holding.objects.filter(now_or_later, account=OuterRef("pk"))
    own = any_post.filter(_in_grants(seen_by, "accounts.manage", "post__area__path"))
    accounts = Account.objects.select_related("person")
    if not seen_by.may("accounts.manage"):
        return accounts.none()
    return accounts.filter(Exists(own) | ~Exists(any_post))


def accounts_managed(
    *, seen_by: Actor, at: datetime, text: str = "", only: str = ""
) -> QuerySet[Account]:
    """The accounts the reader looks after, by name; those without a post, or locked, on demand."""
    accounts = _managed(seen_by, at)
    sits = Exists(Holding.objects.filter(held(at), account=OuterRef("pk")))
    if only == "locked":
        accounts = accounts.filter(is_active=False)
    elif only == "idle":
        accounts = accounts.filter(~sits, is_active=True)
    elif only == "invited":
        accounts = accounts.filter(invited_until__gt=at)
    if wanted := text.strip():
        by_name = Q(person__name__contains=wanted)
        accounts = accounts.filter(by_name | Q(username__startswith=wanted.lower()))
    return accounts


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in a list, with the posts its person holds now."""

    account: Account
    posts: tuple[str, ...]


def page_of_accounts(
    accounts: QuerySet[Account], *, cursor: str, limit: int, at: datetime
) -> tuple[list[AccountRow], str]:
    """Some accounts by user name with their posts, and after which the next begin; two queries."""
    rows = rows_after(accounts, ("username", "id"), cursor=cursor, limit=limit)
    return _with_posts(rows, at), rows.next


def _with_posts(rows: Rows[Account], at: datetime) -> list[AccountRow]:
    held_by: dict[UUID, list[str]] = {}
    holdings = Holding.objects.filter(held(at), account__in=[one.pk for one in rows.items])
    for account_id, name in holdings.order_by("from_at").values_list("account", "post__name"):
        held_by.setdefault(account_id, []).append(name)
    return [AccountRow(one, tuple(held_by.get(one.pk, ()))) for one in rows.items]


def get_account(account_id: UUID, *, seen_by: Actor, at: datetime) -> Account:
    """The account, or NotFound."""
    account = _managed(seen_by, at).filter(pk=account_id).first()
    if account is None:
        raise NotFound
    return account


def holdings_of_account(account: Account) -> list[Holding]:
    """Every post the person sits or sat in, the latest first."""
    found = Holding.objects.filter(account=account).select_related("post__role", "post__area")
    return list(found.order_by("-from_at", "id")[:50])


def has_second_factor(account: Account) -> bool:
    """Whether signing in asks for a code."""
    return bool(Authenticator.objects.filter(user=account).exists())


def sessions_of(account: Account) -> list[UserSession]:
    """Where the account is signed in, the latest first."""
    return list(UserSession.objects.filter(user=account).order_by("-created_at")[:50])


def sessions_managed(*, seen_by: Actor, at: datetime, text: str = "") -> QuerySet[UserSession]:
    """Who is signed in now, of the accounts the reader looks after; of one name on demand."""
    managed = accounts_managed(seen_by=seen_by, at=at, text=text).order_by()
    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    found: QuerySet[UserSession] = UserSession.objects.filter(Exists(live), user__in=managed)
    return found.select_related("user__person")


def page_of_sessions(
    sessions: QuerySet[UserSession], *, cursor: str, limit: int
) -> Rows[UserSession]:
    """Some sessions, the one that began first at the top."""
    return rows_after(sessions, ("id",), cursor=cursor, limit=limit)


def tokens_of(account: Account) -> list[Token]:
    """The account's keys, those that still open something first."""
    found = Token.objects.filter(account=account).select_related("account__person")
    return list(found.order_by("-created_at", "id")[:50])


# --- keys of programs -------------------------------------------------------------------------


def tokens_managed(*, seen_by: Actor, at: datetime, only: str = "") -> QuerySet[Token]:
    """The keys of the accounts the reader looks after; those in force, or all."""
    tokens = Token.objects.filter(account__in=_managed(seen_by, at).order_by())
    if only != "all":
        tokens = tokens.filter(revoked_at=None, expires_at__gt=at)
    return tokens.select_related("account__person")


def ending_soon(*, seen_by: Actor, at: datetime) -> int:
    """How many keys in force end within thirty days: whoever uses them must be told before."""
    soon = tokens_managed(seen_by=seen_by, at=at).filter(expires_at__lt=at + timedelta(days=30))
    return soon.count()


def page_of_tokens(tokens: QuerySet[Token], *, cursor: str, limit: int) -> Rows[Token]:
    """Some keys, the one that ends first at the top."""
    return rows_after(tokens, ("expires_at", "id"), cursor=cursor, limit=limit)


def get_token(token_id: UUID, *, seen_by: Actor, at: datetime) -> Token:
    """The key, or NotFound."""
    token = tokens_managed(seen_by=seen_by, at=at, only="all").filter(pk=token_id).first()
    if token is None:
        raise NotFound
    return token


def permissions_of(account: Account, *, at: datetime) -> list[tuple[str, str]]:
    """Every permission the account's posts give, once, with its words in the reader's language."""
    held_now = {grant.permission for grant in actor_for(account, at=at).grants}
    language = get_language() or ""
    return sorted(
        (name, words.in_language(language))
        for name, words in permissions().items()
        if name in held_now
    )
