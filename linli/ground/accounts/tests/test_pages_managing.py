"""The pages with which posts, holders, accounts and keys are looked after."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from linli.ground.accounts.models import Account, Holding, Post, Token
from linli.ground.accounts.testing import (
    PASSWORD,
    make_account,
    make_holder,
    make_post,
    make_token,
    seat,
)
from linli.ground.audit.models import Entry
from linli.ground.territory.testing import SIDE, WEST, Town, make_town
from linli.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_second_factor")]


@pytest.fixture
def town() -> Town:
    return make_town()


def browser_of(account: Account) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(account)
    return client


@pytest.fixture
def manager(town: Town) -> Client:
    return browser_of(make_holder("security_administrator", town.city, name="沈安"))


def text(answer: object) -> str:
    content = answer.content  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]*>", " ", content.decode()).split())


def at(name: str, *parts: object) -> str:
    return reverse(f"accounts:{name}", args=parts)


def seated(post: Post, account: Account) -> dict[str, str]:
    today = clock.local(clock.now()).date().isoformat()
    return {"account": str(account.pk), "kind": "holder", "from_day": today, "to_day": ""}


def test_holes_are_shown_filled_and_found(town: Town, manager: Client) -> None:
    hole = make_post("street_hub", town.street)
    make_holder("community_desk", town.communities[0], name="孙丽华")

    assert "1 posts are vacant" in text(manager.get(at("posts")))
    shown = text(manager.get(at("posts"), {"only": "holes"}))
    assert hole.name in shown
    assert "孙丽华" not in shown
    assert "孙丽华" in text(manager.get(at("posts"), {"q": "孙丽"}))
    assert "No post fits" in text(manager.get(at("posts"), {"q": "没有"}))

    account = make_account("赵敏")
    answer = manager.post(at("seat", hole.id), seated(hole, account), follow=True)
    assert "Seated" in text(answer)
    assert Holding.objects.get(post=hole).account == account
    assert "posts are vacant" not in text(manager.get(at("posts")))


def test_a_post_is_set_up_and_a_slip_stands_beside_its_field(
    town: Town, manager: Client
) -> None:
    given = {"role": "street_hub", "area": town.street.path, "name": "网格中心"}
    for wrong, beside in (
        ({"area": "没有这里"}, "No area bears this name"),
        ({"organisation": "没有"}, "No organisation bears this name"),
        ({"role": "mayor"}, "Select a valid choice"),
        ({"name": " "}, "This field is required"),
    ):
        refused = manager.post(at("new_post"), given | wrong)
        assert refused.status_code == 422
        assert beside in text(refused)
    assert not Post.objects.filter(name="网格中心").exists()

    assert manager.post(at("new_post"), given).status_code == 302
    assert "This post exists already" in text(manager.post(at("new_post"), given))
    assert Post.objects.filter(name="网格中心").count() == 1


def test_a_seat_that_cannot_be_taken_is_refused_and_nothing_is_lost(
    town: Town, manager: Client
) -> None:
    post = make_post("street_hub", town.street)
    seat(make_account("钱亮"), post)
    other = make_account("吴芳")

    taken = manager.post(at("seat", post.id), seated(post, other))
    assert taken.status_code == 422
    assert "Somebody holds this post" in text(taken)
    assert f'value="{other.pk}"' in taken.content.decode()
    past = seated(post, other) | {"from_day": "2020-01-01"}
    assert "today or a later day" in text(manager.post(at("seat", post.id), past))
    assert Holding.objects.filter(post=post).count() == 1


def test_a_post_is_handed_over_at_once_and_its_old_holder_may_nothing_more(
    town: Town, manager: Client
) -> None:
    old = make_holder("street_hub", town.street, name="钱亮")
    post = Post.objects.get(role__key="street_hub")
    new = make_account("吴芳")

    answer = manager.post(at("hand_over", post.id), {"account": str(new.pk)})

    assert answer["Location"] == reverse("hand_over_sheet", args=[post.id])
    assert "吴芳" in text(manager.get(answer["Location"]))
    assert browser_of(old).get(answer["Location"]).status_code == 404
    assert browser_of(new).get(answer["Location"]).status_code == 200
    ended = Holding.objects.get(account=old)
    assert ended.to_at == Holding.objects.get(account=new).from_at


def test_a_new_colleague_chooses_a_password_that_nobody_else_knows(
    town: Town, manager: Client
) -> None:
    given = {"name": "郑洁", "username": "zheng.jie", "phone": "13800000007"}
    sheet = manager.post(at("new_account"), given)
    assert sheet["Cache-Control"] == "no-store"
    code = re.search(r"(?:[a-z2-9]{4}-){4}[a-z2-9]{4}", text(sheet))
    assert code is not None
    account = Account.objects.get(username="zheng.jie")
    assert not account.has_usable_password()
    assert "is taken" in text(manager.post(at("new_account"), given))

    visitor = Client(HTTP_ACCEPT_LANGUAGE="en")
    asked = {
        "username": "zheng.jie",
        "code": code[0].upper(),
        "password": "three quiet lanterns",
        "again": "three quiet lanterns",
    }
    for wrong, beside in (
        ({"code": "aaaa-bbbb-cccc-dddd-eeee"}, "does not fit or has ended"),
        ({"username": "nobody"}, "does not fit or has ended"),
        ({"again": "another"}, "The two passwords differ"),
        ({"password": "short", "again": "short"}, "Choose another password"),
    ):
        refused = visitor.post(at("invited"), asked | wrong)
        assert refused.status_code == 422
        assert beside in text(refused)
    assert visitor.post(at("invited"), asked)["Location"] == reverse("account_login")
    account.refresh_from_db()
    assert account.check_password("three quiet lanterns")
    assert visitor.post(at("invited"), asked).status_code == 422  # it opens nothing again
    verbs = set(Entry.objects.filter(ref_id=account.id).values_list("verb", flat=True))
    assert verbs == {"accounts.open", "accounts.invite", "accounts.accept_invitation"}


def test_an_invitation_ends_after_seven_days(
    town: Town, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager.post(at("new_account"), {"name": "郑洁", "username": "zheng.jie"})
    Account.objects.update(invited_until=clock.now() - timedelta(seconds=1))
    sheet = manager.post(at("invite", Account.objects.get(username="zheng.jie").pk))
    assert sheet.status_code == 200
    again = Account.objects.get(username="zheng.jie").invited_until
    assert again is not None
    assert again > clock.now() + timedelta(days=6)


def test_locking_ends_every_session_and_unlocking_opens_the_account_again(
    town: Town, manager: Client
) -> None:
    account = make_holder("street_hub", town.street)
    own = Client()
    signs_in = {"login": account.username, "password": PASSWORD}
    assert own.post("/accounts/login/", signs_in).status_code == 302
    assert account.username in text(manager.get(at("sessions"), {"q": account.username}))

    manager.post(at("lock", account.pk))
    assert account.username not in text(manager.get(at("sessions")))
    assert own.get("/desk/").status_code == 302
    own.post("/accounts/login/", signs_in)
    assert "_auth_user_id" not in own.session
    manager.post(at("unlock", account.pk))
    own.post("/accounts/login/", signs_in)
    assert own.get("/desk/").status_code == 200

    manager.post(at("end_sessions", account.pk))
    assert own.get("/desk/").status_code == 302


def test_wrong_tries_are_forgotten_when_an_administrator_says_so(
    town: Town, manager: Client
) -> None:
    account = make_holder("street_hub", town.street)
    own = Client()
    for _try in range(6):
        own.post("/accounts/login/", {"login": account.username, "password": "wrong"})
    signs_in = {"login": account.username, "password": PASSWORD}
    assert own.post("/accounts/login/", signs_in).status_code == 200

    manager.post(at("unlock", account.pk))

    assert own.post("/accounts/login/", signs_in).status_code == 302


def test_who_leaves_ends_everything_in_one_act_that_lists_the_holes(
    town: Town, manager: Client
) -> None:
    account = make_holder("street_hub", town.street)
    deputy = make_post("community_desk", town.communities[0])
    seat(make_account("周正"), deputy)
    seat(account, deputy, kind="deputy")
    make_token(account)

    shown = text(manager.post(at("leave", account.pk)))

    assert Post.objects.get(role__key="street_hub").name in shown
    assert deputy.name not in shown
    account.refresh_from_db()
    assert not account.is_active
    assert not account.has_usable_password()
    assert not Holding.objects.filter(account=account, to_at=None).exists()
    assert not Token.objects.filter(account=account, revoked_at=None).exists()


def test_nobody_looks_after_themselves(town: Town) -> None:
    own = make_holder("security_administrator", town.city)
    browser = browser_of(own)
    for name in ("lock", "unlock", "invite", "leave", "end_sessions"):
        assert browser.post(at(name, own.pk)).status_code == 409
    reset = browser.post(at("reset_second_factor", own.pk), {"reason": "phone_new"})
    assert reset.status_code == 409
    post = make_post("supervisor", town.street)
    assert browser.post(at("seat", post.id), seated(post, own)).status_code == 422
    own.refresh_from_db()
    assert own.is_active
    assert not Holding.objects.filter(post=post).exists()


def test_another_street_s_posts_and_accounts_are_not_there(town: Town) -> None:
    other = make_town(first="230803009", name="东林街道", west=WEST + 100 * SIDE)
    account = make_holder("street_hub", other.street, name="远方")
    post = Post.objects.get(role__key="street_hub")
    browser = browser_of(make_holder("security_administrator", town.street))

    assert "远方" not in text(browser.get(at("posts")))
    assert "远方" not in text(browser.get(at("accounts")))
    for name, record in (("post", post.id), ("seat", post.id), ("account", account.pk)):
        assert browser.get(at(name, record)).status_code == 404
    for name in ("lock", "invite", "leave", "unlock", "end_sessions"):
        assert browser.post(at(name, account.pk)).status_code == 404
    account.refresh_from_db()
    assert account.is_active


def test_a_key_is_issued_once_seen_in_use_and_taken_back(town: Town, manager: Client) -> None:
    account = make_holder("street_hub", town.street)
    asked = {"name": "热线", "permissions": ["matters.view"], "days": "30"}
    wrong = manager.post(at("new_token", account.pk), asked | {"permissions": ["x"]})
    assert wrong.status_code == 422
    shown = manager.post(at("new_token", account.pk), asked)
    secret = re.search(r"<code>([\w-]{43})</code>", shown.content.decode())
    assert secret is not None
    bearer = {"Authorization": f"Bearer {secret[1]}"}
    assert Client().get("/api/matters", headers=bearer).status_code == 200
    token = Token.objects.get()
    assert token.last_used_at is not None
    assert "热线" in text(manager.get(at("tokens")))

    manager.post(at("revoke", token.id))

    assert Client().get("/api/matters", headers=bearer).status_code == 401
    assert "热线" not in text(manager.get(at("tokens")))
    assert "taken back" in text(manager.get(at("tokens"), {"only": "all"}))


@pytest.mark.parametrize("name", ["posts", "accounts", "tokens"])
def test_a_list_costs_the_same_however_long_it_is_and_its_pages_meet(
    name: str, town: Town, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("posts", "people", "tokens"):
        monkeypatch.setattr(f"linli.ground.accounts.views.{module}.ROWS", 3)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert manager.get(at(name)).status_code == 200
        return sum('FROM "accounts_' in query["sql"] for query in asked.captured_queries)

    make_token(make_holder("grid_worker", town.grids[0]))
    before = cost()
    for grid in (town.grids[1], town.grids[2], town.communities[0]):
        make_token(make_holder("grid_leader", grid))
    assert cost() == before

    seen: list[str] = []
    address: str | None = at(name)
    while address:
        page = manager.get(address).content.decode()
        seen += re.findall(r"<tr data-row", page)
        found = re.search(r'rel="next"\s+href="\?([^"]+)"', page)
        address = f"{at(name)}?{found[1]}".replace("&amp;", "&") if found else None
    assert len(seen) == {"posts": 5, "accounts": 5, "tokens": 4}[name]
    assert manager.get(at(name), {"cursor": "nobody-made-this"}).status_code == 422
