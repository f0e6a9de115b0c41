"""The trail's pages: what the audit administrator finds, and that nobody finds more than their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from linli.domains.matters.testing import Cast, a_report, make_cast, make_matter
from linli.ground.accounts.models import Account
from linli.ground.accounts.testing import make_holder
from linli.ground.audit.models import Entry
from linli.ground.audit.rules.reads import week_of
from linli.ground.audit.services import note, note_odd_reads
from linli.kernel import clock
from linli.kernel.actor import CLOCK
from linli.kernel.refs import Ref
from linli.web.verbs import VERBS

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
TRAIL, ODD = "/desk/trail/", "/desk/trail/odd-reads/"


@pytest.fixture(autouse=True)
def _second_factor_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-in has tests of its own; here everybody has passed it."""
    monkeypatch.setattr("linli.web.middleware.is_mfa_enabled", lambda _account: True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def browser_of(account: Account) -> Client:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(account)
    return browser


def auditor(cast: Cast) -> Client:
    return browser_of(make_holder("audit_administrator", cast.town.city, name="审计员"))


def shown(browser: Client, url: str, **asked: str) -> str:
    response = browser.get(url, asked)
    assert response.status_code == 200
    return response.content.decode()


def looked_at(cast: Cast, count: int, *, at: datetime, matter_id: object = None) -> None:
    """So many looks at contacts by the street's hub, each at another matter unless one is named."""
    for _ in range(count):
        subject = Ref("matter", matter_id or uuid4())  # type: ignore[arg-type]
        note("matters.open_contact", subject, by=cast.hub, at=at, ground="check_complaint")


def test_the_trail_names_post_act_and_record_and_no_person(cast: Cast) -> None:
    matter = make_matter(a_report())
    looked_at(cast, 1, at=clock.now(), matter_id=matter.id)

    page = shown(auditor(cast), TRAIL)

    assert cast.hub.seats[0].name in page
    assert "Reporter&#x27;s contact opened" in page
    assert matter.number in page
    assert cast.hub.name not in page


def test_filters_leave_what_was_asked_for_and_say_what_cannot_be_understood(cast: Cast) -> None:
    matter, other = make_matter(a_report()), make_matter(a_report())
    looked_at(cast, 1, at=clock.now(), matter_id=matter.id)
    browser = auditor(cast)

    by_record = shown(browser, TRAIL, record=matter.number)
    assert matter.number in by_record
    assert other.number not in by_record
    by_act = shown(browser, TRAIL, verb="matters.report")
    assert other.number in by_act
    assert "check_complaint" not in by_act
    by_post = shown(browser, TRAIL, post=cast.hub.seats[0].name)
    assert "check_complaint" in by_post
    past = shown(browser, TRAIL, until="2020-01-01")
    assert "Nothing fits these filters" in past
    wrong = shown(browser, TRAIL, record="no such", post="nobody", since="soon")
    assert "There is no such record." in wrong
    assert "No post is called that." in wrong


def test_pages_follow_each_other_without_a_gap_and_cost_the_same(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = auditor(cast)
    looked_at(cast, 1, at=clock.now())
    shown(browser, TRAIL, verb="matters.open_contact")
    with django_assert_num_queries(8):
        shown(browser, TRAIL, verb="matters.open_contact")
    looked_at(cast, 119, at=clock.now())
    with django_assert_num_queries(8):
        response = browser.get(TRAIL, {"verb": "matters.open_contact"})

    seen: list[object] = []
    while True:
        seen += [line.entry.id for line in response.context["lines"]]
        if not response.context["next_url"]:
            break
        response = browser.get(TRAIL + response.context["next_url"])

    wanted = Entry.objects.filter(verb="matters.open_contact").order_by("-heard_at", "-id")
    assert seen == list(wanted.values_list("id", flat=True))
    assert len(seen) == 120


def test_an_auditor_of_another_street_reads_nothing_of_this_one(cast: Cast) -> None:
    matter = make_matter(a_report())
    looked_at(cast, 1, at=clock.now() - timedelta(days=7), matter_id=matter.id)
    other = make_cast(first="230803008", name="保卫街道", west=130.40)
    browser = browser_of(make_holder("audit_administrator", other.town.street))

    for url in (TRAIL, ODD):
        page = shown(browser, url)
        assert matter.number not in page
        assert cast.hub.seats[0].name not in page
    sheet = browser.get("/desk/trail/export.xlsx").content
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert matter.number not in str(rows)


def test_the_export_holds_what_is_filtered_runs_no_formula_and_is_an_entry(cast: Cast) -> None:
    note(
        "matters.open_contact",
        Ref("matter", uuid4()),
        by=cast.hub,
        at=clock.now(),
        ground="=1+1",
    )
    browser = auditor(cast)

    sheet = browser.get("/desk/trail/export.xlsx", {"verb": "matters.open_contact"}).content

    rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert len(rows) == 2
    assert rows[1][-1] == "=1+1"
    assert Entry.objects.get(verb="audit.export").ground == "1 rows"


@pytest.fixture
def noon() -> Iterator[datetime]:
    """The clock at twelve, so that what is done now is done by day."""
    now = clock.local(clock.now())
    clock.set_offset(now.replace(hour=12, minute=0) - now)
    yield clock.local(clock.now())
    clock.set_offset(timedelta(0))


def test_a_week_shows_what_is_unusual_and_leaves_out_a_task_by_day(
    cast: Cast, noon: datetime
) -> None:
    matter, week = make_matter(a_report()), f"{noon:%G-W%V}"
    looked_at(cast, 1, at=noon, matter_id=matter.id)
    note("work.file", Ref("matter", matter.id), by=cast.hub, at=noon)
    browser = auditor(cast)

    assert "Nothing unusual in this week" in shown(browser, ODD, week=week)
    looked_at(cast, 1, at=noon)
    page = shown(browser, ODD, week=week)
    table = page.split("<table")[1]
    assert "Not one of the post&#x27;s own tasks" in table
    assert "At night" not in table
    assert cast.hub.seats[0].name in table

    assert note_odd_reads(begins=week_of(noon), by=CLOCK, at=noon) == 1
    assert Entry.objects.get(verb="audit.odd_reads").ground == f"{week}: 1 of 2"
    assert "1 last week" in shown(browser, "/desk/administration/")


def test_a_week_that_is_none_shows_the_last_one(cast: Cast) -> None:
    response = auditor(cast).get(ODD, {"week": "2026-W99"})

    assert response.context["begins"] == week_of(clock.local(clock.now())).date() - timedelta(7)


def test_every_verb_a_service_notes_has_words() -> None:
    """What people read in the trail are words, not names of functions."""
    code = "\n".join(
        path.read_text() for path in (ROOT / "linli").rglob("*.py") if "tests" not in path.parts
    )
    noted = set(re.findall(r'\b(?:note|entry_for)\(\s*"([a-z_]+\.[a-z_]+)"', code))

    assert len(noted) > 20
    missing = [f'    "{verb}": _("…"),' for verb in sorted(noted - VERBS.keys())]
    assert not missing, "add to linli/web/verbs.py:\n" + "\n".join(missing)
