"""What is masked opens for a purpose, from one's own task, or because it cannot wait; never silently."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.domains.matters.models import Matter
from linli.domains.matters.services.contacts import open_contact
from linli.domains.matters.testing import Cast, make_cast, make_matter
from linli.domains.matters.tests.desks import desk_of, elsewhere, url_of, words
from linli.engines.workflow.models import Work
from linli.ground.accounts.testing import make_actor
from linli.ground.audit.models import Entry
from linli.ground.privacy.models import Glass
from linli.ground.privacy.queries import looks_at
from linli.ground.privacy.services.looking import (
    OwnGlass,
    ReviewedAlready,
    break_glass,
    review_glass,
)
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import Forbidden
from linli.kernel.ids import uuid7
from linli.kernel.refs import Ref

pytestmark = pytest.mark.django_db
PHONE = "13800000001"
REASON = "居民称家中漏煤气，需立即联系确认人员安全"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def county(cast: Cast) -> Actor:
    return make_actor("county_desk", cast.town.county)


def entries() -> list[str]:
    rows = Entry.objects.filter(verb="matters.open_contact").order_by("at", "id")
    return list(rows.values_list("ground", flat=True))


def test_from_one_s_own_task_nobody_is_asked_what_for(cast: Cast) -> None:
    matter = make_matter()
    post = cast.supervisor.seats[0].post_id
    Work.objects.filter(id=matter.work_id).update(owner_id=post)
    supervisor = desk_of(cast.supervisor)
    page = words(supervisor.get(url_of(matter.id)))
    assert "the task is the purpose" in page
    assert "What do you need the contact for" not in page

    opened = supervisor.post(url_of(matter.id, "contact/"))

    assert PHONE in words(opened)
    assert entries() == ["own_task"]


def test_a_broken_glass_opens_one_record_for_half_an_hour(cast: Cast, county: Actor) -> None:
    matter, other = make_matter(), make_matter()
    desk = desk_of(county)
    assert "It cannot wait" in words(desk.get(url_of(matter.id)))
    form = {"request_id": str(uuid7())}
    for reason in ("", "急"):
        refused = desk.post(url_of(matter.id, "glass/"), form | {"reason": reason})
        assert refused.status_code == 422
        assert "another person will judge it" in words(refused)
        assert PHONE not in words(refused)

    opened = desk.post(url_of(matter.id, "glass/"), form | {"reason": REASON})
    desk.post(url_of(matter.id, "glass/"), form | {"reason": REASON})

    assert PHONE in words(opened)
    assert opened["Cache-Control"] == "no-store"
    assert Glass.objects.count() == 1
    assert set(entries()) == {"broken_glass"}
    assert REASON not in str(list(Entry.objects.values_list("ground", "fields")))
    with pytest.raises(Forbidden):
        open_contact(fresh(other), purpose="ask_back", by=county, at=clock.now())
    later = clock.now() + timedelta(minutes=31)
    with pytest.raises(Forbidden):
        open_contact(fresh(matter), purpose="", by=county, at=later)


def fresh(matter: Matter) -> Matter:
    return Matter.objects.select_related("work", "area").get(id=matter.id)


def test_the_glass_of_another_county_is_not_to_be_found(county: Actor) -> None:
    _cast, matter = elsewhere()
    Matter.objects.filter(id=matter.id).update()
    missing = desk_of(county).post(url_of(uuid7(), "glass/"), {"reason": REASON})
    assert missing.status_code == 404
    outside = make_actor(
        "county_desk", make_cast(first="110101001", name="景山街道", west=116.0).town.county
    )
    answer = desk_of(outside).post(url_of(matter.id, "glass/"), {"reason": REASON})
    assert answer.status_code == 404
    assert not Glass.objects.exists()


def test_who_may_not_break_it_is_not_offered_to_and_cannot(cast: Cast) -> None:
    matter = make_matter()
    hub = desk_of(cast.hub)
    assert "It cannot wait" not in words(hub.get(url_of(matter.id)))
    assert hub.post(url_of(matter.id, "glass/"), {"reason": REASON}).status_code == 404
    assert not Glass.objects.exists()
    assert entries() == []


def test_another_person_reviews_it_once(cast: Cast, county: Actor) -> None:
    matter = make_matter()
    glass = broken(matter, by=county)
    auditor = make_actor("auditor", cast.town.city)
    desk = desk_of(auditor)
    listed = words(desk.get("/desk/privacy/reviews/"))
    assert REASON in listed
    assert matter.number in listed
    assert PHONE not in listed
    asked = desk.post(f"/desk/privacy/reviews/{glass.id}/", {"remark": "?"})
    assert asked.status_code == 422
    assert "Say whether it was justified" in words(asked)

    desk.post(f"/desk/privacy/reviews/{glass.id}/", {"verdict": "yes", "remark": "确有险情"})

    glass.refresh_from_db()
    assert (glass.justified, glass.reviewed_by) == (True, auditor.account_id)
    assert REASON not in words(desk.get("/desk/privacy/reviews/"))
    assert "确有险情" in words(desk.get("/desk/privacy/reviews/?reviewed"))
    with pytest.raises(ReviewedAlready):
        review_glass(glass.id, justified=False, remark="", by=auditor, at=clock.now())


def broken(matter: Matter, *, by: Actor) -> Glass:
    return break_glass(
        Ref("matter", matter.id),
        area_path=matter.area.path,
        reason=REASON,
        by=by,
        at=clock.now(),
        request_id=uuid7(),
    )


def test_nobody_reviews_themselves(cast: Cast, county: Actor) -> None:
    glass = broken(make_matter(), by=county)
    both = Actor(
        kind="person",
        account_id=county.account_id,
        grants=make_actor("auditor", cast.town.city).grants,
    )
    with pytest.raises(OwnGlass):
        review_glass(glass.id, justified=True, remark="", by=both, at=clock.now())
    glass.refresh_from_db()
    assert glass.reviewed_at is None


def test_the_ledger_tells_posts_and_purposes_and_no_names(cast: Cast) -> None:
    matter = make_matter()
    open_contact(fresh(matter), purpose="ask_opinion", by=cast.supervisor, at=clock.now())

    (look,) = looks_at(Ref("matter", matter.id))

    assert (look.purpose, look.post_id) == ("ask_opinion", cast.supervisor.seats[0].post_id)
