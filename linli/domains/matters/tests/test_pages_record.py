"""One matter on the desk: its page, its reporter, and who may not see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli.domains.matters.models import Matter, Rules
from linli.domains.matters.queries import matter_just_made, rating_token
from linli.domains.matters.rules import ReporterGiven
from linli.domains.matters.testing import (
    LAMP,
    Cast,
    a_report,
    file_and_route,
    make_cast,
    make_matter,
)
from linli.domains.matters.tests.desks import (
    asked,
    desk_of,
    elsewhere,
    on_the_spot,
    send,
    url_of,
    words,
)
from linli.engines.workflow.models import Work
from linli.engines.workflow.queries import story_of
from linli.ground.audit.models import Entry
from linli.kernel import clock
from linli.kernel.ids import uuid7

# Fixed: a test's name may not differ between two processes.
SOME_ID = "01a20092-e5fe-76a0-b202-fae0c6a341a8"
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def hub(cast: Cast) -> Client:
    return desk_of(cast.hub)


@pytest.fixture
def routed(cast: Cast) -> Matter:
    matter = make_matter()
    file_and_route(matter, cast)
    return matter


# --- the loop, by pages -----------------------------------------------------------------------


@pytest.mark.practice("JM4")
def test_a_matter_goes_through_the_eight_steps_at_the_desks_that_hold_it(
    client: Client, cast: Cast
) -> None:
    matter = make_matter()
    hub, unit = desk_of(cast.hub), desk_of(cast.department)
    condition = matter.matter_class.conditions[0]["key"]
    send(
        desk_of(cast.grid_worker), matter, "file", matter_class=LAMP, filing_condition=condition
    )
    send(hub, matter, "route", unit=str(cast.unit_id))
    send(unit, matter, "progress", note="已派人查看")
    send(desk_of(cast.supervisor), matter, "press")
    send(unit, matter, "report_result", result="灯泡已更换")
    send(desk_of(cast.community), matter, "pass")
    send(hub, matter, "feed_back", answer="路灯已修好，谢谢您的反映。")
    link = f"/rate/{rating_token(matter)}/"
    form = client.get(link).context["form"]
    hidden = {name: form[name].value() for name in ("request_id", "seen_version")}
    client.post(link, hidden | {"score": "5"})
    send(hub, matter, "publish", public_text="路灯已修好。")
    send(hub, matter, "archive")

    page = hub.get(url_of(matter.id))
    assert matter_just_made(matter.id).work.phase == "done"
    assert "Archived" in words(page)
    assert {m.step for m in story_of(matter.work)} >= {1, 2, 3, 4, 5, 6, 7, 8}
    for said in ("已派人查看", "灯泡已更换", "路灯已修好，谢谢您的反映。", "5 of 5"):
        assert said in words(page)
    assert [step["key"] for step in page.context["record"]["steps"]] == ["reopen"]
    assert "路灯已修好。" in words(client.get(f"/public/{matter.number}/"))


# --- the page of a matter ---------------------------------------------------------------------


def test_the_page_says_where_until_when_why_and_whose_and_masks_the_reporter(
    cast: Cast, hub: Client, routed: Matter
) -> None:
    page = hub.get(url_of(routed.id))
    read = words(page)
    for said in (
        routed.number,
        "西林街道 / 安民社区居委会 / 1格",
        "Limit of the unit : 2 d of office hours",
        "Promised to the reporter : 15 d by the calendar",
        "counts 15 d",
        "李*",
        "Being handled",
    ):
        assert said in read
    assert "李梅" not in page.content.decode()
    assert "13800000001" not in page.content.decode()
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert not Entry.objects.filter(verb="matters.open_contact").exists()


def test_only_the_steps_of_this_state_and_this_post_are_offered(
    cast: Cast, routed: Matter
) -> None:
    def offered(actor: object) -> list[str]:
        page = desk_of(actor).get(url_of(routed.id))  # type: ignore[arg-type]
        return [step["key"] for step in page.context["record"]["steps"]]

    asking = ["ask_extension", "ask_hold"]
    assert offered(cast.department) == ["report_result", "progress", "send_back", *asking]
    assert offered(cast.hub) == ["progress", "reroute", "call_meeting", "press"]
    assert offered(cast.supervisor) == ["call_meeting", "press"]
    assert offered(cast.community) == []
    nothing = desk_of(cast.grid_worker).get(url_of(routed.id))
    assert "Nothing to do for your posts now. It lies with" in words(nothing)


def test_the_page_costs_the_same_however_much_else_there_is(cast: Cast, hub: Client) -> None:
    matter = make_matter()
    hub.get(url_of(matter.id))
    counts = []
    for more in (0, 2):
        for _ in range(more):
            make_matter()
        with CaptureQueriesContext(connection) as captured:
            hub.get(url_of(matter.id))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_who_handled_it_is_told_that_somebody_else_must_check(cast: Cast) -> None:
    Rules.objects.update(sample_percent=100)
    community = desk_of(cast.community)
    matter = make_matter(a_report(class_code=on_the_spot()))
    send(community, matter, "settle", result="已清理")
    assert matter_just_made(matter.id).work.state == "second_look"

    page = community.get(url_of(matter.id))
    assert page.context["record"]["steps"] == []
    assert "You handled this yourself; somebody else must check it." in words(page)
    version = matter_just_made(matter.id).work.version
    tried = community.post(
        url_of(matter.id, "steps/pass/"),
        {"request_id": str(uuid7()), "seen_version": version},
    )
    assert tried.status_code == 403
    assert "somebody else must check it" in words(tried)
    assert matter_just_made(matter.id).work.version == version
    assert send(desk_of(cast.hub), matter, "pass").status_code == 200
    assert matter_just_made(matter.id).work.phase == "done"


def test_a_late_matter_says_so(cast: Cast, hub: Client, routed: Matter) -> None:
    Work.objects.filter(id=routed.work_id).update(due_at=clock.now() - timedelta(hours=2))
    page = hub.get("/desk/?queue=late")
    assert "2 h late" in words(page)
    assert "ll-count-urgent" in page.content.decode()


# --- the reporter -----------------------------------------------------------------------------


def test_a_contact_opens_for_a_purpose_and_leaves_its_trace(cast: Cast, routed: Matter) -> None:
    supervisor = desk_of(cast.supervisor)
    address = url_of(routed.id, "contact/")
    for purpose in ("", "curious"):
        refused = supervisor.post(address, {"purpose": purpose})
        assert refused.status_code == 422
        assert "Say what you need the contact for" in words(refused)
        assert "13800000001" not in refused.content.decode()
    assert not Entry.objects.filter(verb="matters.open_contact").exists()

    opened = supervisor.post(
        address,
        {"purpose": "ask_opinion"},
        headers={"HX-Request": "true", "HX-Target": "contact"},
    )
    assert "李梅" in words(opened)
    assert "13800000001" in words(opened)
    assert "This look has been recorded" in words(opened)
    assert "<html" not in opened.content.decode()
    assert opened["Cache-Control"] == "no-store"
    entry = Entry.objects.get(verb="matters.open_contact")
    assert (entry.ref_id, entry.actor_key, entry.ground) == (
        routed.id,
        cast.supervisor.account_id,
        "ask_opinion",
    )
    assert entry.fields == ["name", "phone"]
    assert supervisor.get(address).status_code == 405


def test_who_may_not_open_contacts_is_not_offered_to_and_cannot(
    cast: Cast, hub: Client, routed: Matter
) -> None:
    assert "Show the contact" not in words(hub.get(url_of(routed.id)))
    assert hub.post(url_of(routed.id, "contact/"), {"purpose": "ask_back"}).status_code == 404
    assert not Entry.objects.filter(verb="matters.open_contact").exists()


def test_a_confidential_name_is_not_even_masked(hub: Client, cast: Cast) -> None:
    report = a_report(reporter=ReporterGiven("confidential", "欧阳梅", "13800000009"))
    read = words(hub.get(url_of(make_matter(report).id)))
    assert "Confidential: the name stays hidden" in read
    assert "欧" not in read


# --- another street ---------------------------------------------------------------------------

ADDRESSES = [
    ("hub", "GET", "", {}),
    ("hub", "GET", "steps/file/", {}),
    ("hub", "POST", "steps/file/", {"request_id": SOME_ID, "seen_version": 1}),
    ("supervisor", "POST", "contact/", {"purpose": "ask_back"}),
    ("supervisor", "GET", "archive/", {}),
    ("supervisor", "GET", "archive/?part=annex", {}),
    ("hub", "GET", f"photos/{SOME_ID}/", {}),
    ("department", "GET", "", {}),
    ("department", "POST", "steps/progress/", {"note": "x"}),
]


@pytest.mark.parametrize(("role", "method", "rest", "sent"), ADDRESSES)
def test_another_street_s_matter_is_as_one_that_is_not_there(
    cast: Cast, role: str, method: str, rest: str, sent: dict[str, object]
) -> None:
    _theirs, foreign = elsewhere()
    desk = desk_of(getattr(cast, role))
    missing = uuid7()
    asked(desk, method, url_of(missing, rest), sent)
    not_there = asked(desk, method, url_of(missing, rest), sent)
    not_mine = asked(desk, method, url_of(foreign.id, rest), sent)
    assert not_there == not_mine
    assert not_mine[0] == 404
    assert matter_just_made(foreign.id).work.version == 1


def test_the_control_one_s_own_matter_is_there(cast: Cast, hub: Client) -> None:
    matter = make_matter()
    assert asked(hub, "GET", url_of(matter.id), {})[0] == 200
    assert asked(hub, "GET", url_of(matter.id, "steps/file/"), {})[0] == 200


def test_another_street_s_matter_does_not_open_beside_the_list(cast: Cast, hub: Client) -> None:
    _theirs, foreign = elsewhere()
    address = "/desk/?queue=all&open={}"
    asked(hub, "GET", address.format(uuid7()), {})
    assert asked(hub, "GET", address.format(uuid7()), {}) == asked(
        hub, "GET", address.format(foreign.id), {}
    )
    assert "There is no such record." in words(hub.get(address.format(foreign.id)))
    assert "There is no such record." in words(hub.get(address.format("nonsense")))
