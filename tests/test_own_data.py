"""A resident reads what is kept about them and who looked, takes a copy, and asks for the rest."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from linli.domains.matters.models import Matter, Reporter
from linli.domains.matters.queries import matter_just_made
from linli.domains.matters.rules import ReporterGiven
from linli.domains.matters.services.contacts import open_contact
from linli.domains.matters.testing import Cast, a_report, make_cast, make_matter
from linli.domains.matters.tests.desks import desk_of, url_of, words
from linli.domains.matters.views.resident import address_of
from linli.engines.workflow.models import Clock, Work
from linli.ground.audit.models import Entry
from linli.ground.privacy.models import Tombstone
from linli.kernel import clock
from linli.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
PHONE = "13800000001"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def resident() -> Client:
    return Client(headers={"accept-language": "en"})


def ended(matter: Matter) -> Matter:
    Work.objects.filter(id=matter.work_id).update(
        phase="void", owner=None, due_at=None, clock_at=None, closed_at=clock.now()
    )
    return matter


def asks_for(right: str, matter: Matter, said: str = "") -> Matter:
    asked = resident().post(
        address_of("matters:mine", matter),
        {"right": right, "words": said, "request_id": str(uuid7())},
    )
    assert asked.status_code == 302
    return Matter.objects.select_related("work", "matter_class", "area").order_by("-id")[0]


def test_who_opened_my_number_is_told_by_post_and_purpose(cast: Cast) -> None:
    matter = make_matter()
    found = resident().post("/track/", {"number": matter.number, "secret": PHONE}, follow=True)
    address = address_of("matters:mine", matter)
    assert "My data" in words(found)
    assert "Nobody has" in words(resident().get(address))

    open_contact(
        matter_just_made(matter.id), purpose="ask_opinion", by=cast.supervisor, at=clock.now()
    )

    told = words(resident().get(address))
    assert cast.supervisor.seats[0].name in told
    assert "Ask how the reporter found it" in told
    assert cast.supervisor.name not in told
    assert "138****0001" in told
    assert PHONE not in told
    assert resident().get("/track/forged/mine/").status_code == 404


def test_a_copy_is_readable_by_people_and_programs_and_stands_in_the_ledger(cast: Cast) -> None:
    matter = make_matter()

    read = resident().get(address_of("matters:copy_text", matter))
    parsed = json.loads(resident().get(address_of("matters:copy_json", matter)).content)

    assert parsed["reporter"] == {"kind": "named", "name": "李梅", "phone": PHONE}
    assert parsed["description"] == matter.description
    assert PHONE in read.content.decode()
    assert read["Cache-Control"] == "no-store"
    assert Entry.objects.filter(verb="matters.copy_own", ref_id=matter.id).count() == 2
    assert "Yourself" in words(resident().get(address_of("matters:mine", matter)))


@pytest.mark.parametrize(
    ("right", "code"), [("copy", "32-01"), ("correct", "32-02"), ("delete", "32-03")]
)
def test_each_right_is_a_matter_with_fifteen_work_days(
    cast: Cast, right: str, code: str
) -> None:
    matter = make_matter()

    asked = asks_for(right, matter, "请办理")

    assert asked.matter_class.code == code
    assert asked.matter_class.limit == "15 work_days"
    assert matter.number in asked.description
    assert Reporter.objects.get(matter=asked).phone == PHONE
    assert Clock.objects.filter(work=asked.work_id, kind="resident").exists()


def test_a_wish_without_a_choice_is_refused_beside_it(cast: Cast) -> None:
    before = make_matter()
    answer = resident().post(address_of("matters:mine", before), {"words": "删除"})
    assert answer.status_code == 422
    assert "Choose one of the three" in words(answer)
    assert "删除" in answer.content.decode()
    assert Matter.objects.count() == 1


def test_deletion_forgets_what_has_ended_and_names_what_has_not(cast: Cast) -> None:
    gone, running = ended(make_matter()), make_matter()
    other = ended(make_matter(a_report(reporter=ReporterGiven("named", "王强", "13800000002"))))
    asked = asks_for("delete", gone)
    desk = desk_of(cast.supervisor)
    assert "Carry out the wish" in words(desk.get(url_of(asked.id)))

    done = desk.post(url_of(asked.id, "person/"), follow=True)

    assert "Forgotten in 1 matters" in words(done)
    assert running.number in words(done)
    assert not Reporter.objects.filter(matter=gone).exists()
    assert Matter.objects.get(id=gone.id).description == ""
    assert Reporter.objects.get(matter=running).phone == PHONE
    assert Reporter.objects.get(matter=other).phone == "13800000002"
    assert set(Tombstone.objects.values_list("ref_id", "ground")) == {(gone.id, "own_wish")}
    assert "Deleted" in words(resident().get(address_of("matters:mine", gone)))


def test_a_correction_reaches_every_matter_of_the_person(cast: Cast) -> None:
    matter = make_matter()
    asked = asks_for("correct", matter, "号码换了")
    desk = desk_of(cast.supervisor)
    refused = desk.post(url_of(asked.id, "person/"), {"name": "李玫", "phone": "12"})
    assert refused.status_code == 422

    desk.post(url_of(asked.id, "person/"), {"name": "李玫", "phone": "13900000009"})

    rows = Reporter.objects.filter(matter__in=[matter.id, asked.id])
    assert {(row.name, row.phone) for row in rows} == {("李玫", "13900000009")}
    found = resident().post("/track/", {"number": matter.number, "secret": "13900000009"})
    assert found.status_code == 302
    assert (
        resident().post("/track/", {"number": matter.number, "secret": PHONE}).status_code
        == 422
    )


def test_only_what_was_asked_for_is_done_and_only_by_who_may(cast: Cast) -> None:
    matter = ended(make_matter())
    asked = asks_for("copy", matter)
    assert desk_of(cast.hub).post(url_of(asked.id, "person/")).status_code == 404

    refused = desk_of(cast.supervisor).post(url_of(asked.id, "person/"))

    assert refused.status_code == 422
    assert "did not ask for this" in words(refused)
    assert Reporter.objects.get(matter=matter).phone == PHONE
