"""Who is told of what happens to a matter."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from linli.domains.matters.models import Matter, Reporter
from linli.domains.matters.rules import ReporterGiven
from linli.domains.matters.services.telling import contacts_of_reporters, tell_near_due
from linli.domains.matters.testing import (
    Cast,
    a_report,
    file_and_route,
    make_cast,
    make_matter,
    take,
)
from linli.engines.notices.models import Notice
from linli.engines.workflow.models import Work
from linli.engines.workflow.services import warn_of_calendars_end
from linli.ground.accounts.testing import make_actor
from linli.kernel.actor import CLOCK, RESIDENT, Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def told(actor: Actor) -> list[str]:
    """What the actor's posts were told and have not read, in order."""
    waiting = Notice.objects.unread().filter(post__in=actor.post_ids).order_by("made_at", "id")
    return list(waiting.values_list("kind", flat=True))


def told_reporter(matter: Matter) -> list[Notice]:
    return list(Notice.objects.filter(contact_id=matter.id).order_by("made_at", "id"))


def test_the_reporter_is_told_the_number_and_then_the_answer_with_the_link_to_rate(
    cast: Cast, client: Client
) -> None:
    matter = make_matter()
    file_and_route(matter, cast)
    take(matter, "report_result", cast.department, result="灯泡已更换")
    take(matter, "pass", cast.community)
    take(matter, "feed_back", cast.hub, answer="路灯已修好，谢谢您的反映。")

    received, answered = told_reporter(matter)
    assert (received.kind, answered.kind) == ("resident_received", "resident_answered")
    assert matter.number in str(received.spoken()["link"])
    assert answered.spoken()["answer"] == "路灯已修好，谢谢您的反映。"
    link = re.sub("^https?://[^/]+", "", str(answered.spoken()["link"]))
    assert "路灯已修好" in client.get(link).content.decode()
    assert 'name="score"' in client.get(link).content.decode()


def test_the_reporter_answers_a_question_by_the_link_that_came_with_it(
    cast: Cast, client: Client
) -> None:
    matter = make_matter()

    take(matter, "ask", cast.community, question="是几号楼？")

    asked = told_reporter(matter)[-1]
    assert asked.spoken()["question"] == "是几号楼？"
    link = re.sub("^https?://[^/]+", "", str(asked.spoken()["link"]))
    assert "是几号楼？" in client.get(link).content.decode()
    assert told(cast.grid_worker) == []
    take(matter, "resume", RESIDENT, reported=True, reply="3幢")
    assert told(cast.grid_worker) == ["owner_resumed"]


@pytest.mark.parametrize("kind", ["anonymous", "worker"])
def test_who_left_no_number_is_told_nothing(kind: str, cast: Cast) -> None:
    given = ReporterGiven(kind)  # type: ignore[arg-type]
    matter = make_matter(
        a_report(reporter=given, channel="grid" if kind == "worker" else "web"),
        by=cast.grid_worker if kind == "worker" else RESIDENT,
    )

    take(matter, "void", cast.community, reason="重复反映")

    assert told_reporter(matter) == []


def test_each_post_is_told_what_came_to_it_and_no_longer_once_it_has_moved_on(
    cast: Cast,
) -> None:
    matter = make_matter()
    assert told(cast.grid_worker) == ["owner_new"]

    file_and_route(matter, cast)
    assert told(cast.grid_worker) == []
    assert told(cast.hub) == []
    assert told(cast.department) == ["owner_new"]

    take(matter, "press", cast.supervisor)
    assert told(cast.department) == ["owner_new", "owner_pressed"]
    take(matter, "send_back", cast.department, reason="不属于本单位")
    assert told(cast.department) == []
    assert told(cast.hub) == ["owner_returned"]
    back = Notice.objects.get(kind="owner_returned")
    assert back.spoken()["reason"] == "不属于本单位"


def test_nobody_is_told_of_what_they_have_just_done_themselves(cast: Cast) -> None:
    given = ReporterGiven("worker")
    make_matter(a_report(reporter=given, channel="grid"), by=cast.grid_worker)

    assert told(cast.grid_worker) == []


def test_what_is_nearly_due_is_told_once_for_each_limit(cast: Cast) -> None:
    matter = make_matter()
    file_and_route(matter, cast)
    due = datetime(2030, 1, 8, 4, tzinfo=UTC)
    Work.objects.update(due_at=due, changed_at=due - timedelta(days=2))

    assert tell_near_due(by=CLOCK, at=due - timedelta(hours=5)) == 0
    assert tell_near_due(by=CLOCK, at=due - timedelta(hours=3)) == 1
    assert tell_near_due(by=CLOCK, at=due - timedelta(hours=2)) == 0
    assert told(cast.department) == ["owner_new", "owner_near_due"]
    Work.objects.update(version=99)
    assert tell_near_due(by=CLOCK, at=due - timedelta(hours=2)) == 1


def test_a_short_limit_is_not_told_twice_within_the_hour(cast: Cast) -> None:
    make_matter()
    due = datetime(2030, 1, 8, 4, tzinfo=UTC)
    Work.objects.update(due_at=due, changed_at=due - timedelta(hours=4))

    assert tell_near_due(by=CLOCK, at=due - timedelta(hours=3)) == 0


def test_a_number_that_was_erased_is_no_longer_known(cast: Cast) -> None:
    matter = make_matter()
    assert contacts_of_reporters([matter.id]) == {matter.id: {"phone": "13800000001"}}

    Reporter.objects.update(phone=None, phone_digest=None)

    assert contacts_of_reporters([matter.id]) == {}


def test_the_end_of_the_calendar_is_told_sixty_days_before_and_once(cast: Cast) -> None:
    keeper = make_actor("system_administrator", cast.town.city)

    assert warn_of_calendars_end(by=CLOCK, at=datetime(2026, 10, 31, 4, tzinfo=UTC)) == 0
    assert warn_of_calendars_end(by=CLOCK, at=datetime(2026, 11, 1, 4, tzinfo=UTC)) == 1
    warn_of_calendars_end(by=CLOCK, at=datetime(2026, 11, 2, 4, tzinfo=UTC))

    assert told(keeper) == ["calendar_ends"]
    notice = Notice.objects.get(kind="calendar_ends")
    assert notice.spoken() == {"day": "2026-12-31", "days": "60"}
