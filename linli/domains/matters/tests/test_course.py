"""Returns, extensions, holds and alarms of real matters: the pack of Jiamusi in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.domains.matters.models import Matter
from linli.domains.matters.queries import matter_just_made
from linli.domains.matters.testing import Cast, file_and_route, make_cast, make_matter, take
from linli.engines.workflow.models import Alarm, Clock, Pause
from linli.engines.workflow.queries import clocks_of
from linli.engines.workflow.rules.moves import NoSuchMove, OftenEnough, TimeIsOver
from linli.engines.workflow.services import sound_alarms
from linli.ground.audit.models import Entry
from linli.kernel import clock
from linli.kernel.actor import CLOCK

pytestmark = pytest.mark.django_db


def routed() -> tuple[Cast, Matter]:
    cast = make_cast()
    matter = make_matter()
    file_and_route(matter, cast)
    return cast, matter_just_made(matter.id)


def unit_clock(matter: Matter) -> Clock:
    return Clock.objects.get(work=matter.work, kind="unit", stopped_at=None)


def test_the_second_return_goes_to_the_arbiter_and_there_is_no_third() -> None:
    cast, matter = routed()
    take(matter, "send_back", cast.department, reason="不属于我单位职责")
    take(matter, "route", cast.hub, unit=cast.unit_id)
    take(matter, "send_back", cast.department, reason="清单第十二项归住建")
    before = matter_just_made(matter.id)
    assert before.work.state == "arbitrated"
    assert before.work.owner_id in cast.supervisor.post_ids

    take(matter, "rule", cast.supervisor, unit=cast.unit_id, reason="按清单由你单位承办")

    with pytest.raises(NoSuchMove):
        take(matter, "send_back", cast.department, reason="还是不归我们")
    assert matter_just_made(matter.id).work.returns == 2


def test_silence_accepts_once_the_time_to_return_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast, matter = routed()
    days_later = clock.now() + timedelta(days=5)
    monkeypatch.setattr(clock, "now", lambda: days_later)

    with pytest.raises(TimeIsOver):
        take(matter, "send_back", cast.department, reason="太晚了")

    assert matter_just_made(matter.id).work.returns == 0


def test_an_extension_adds_the_limit_again_and_the_residents_clock_runs_on() -> None:
    cast, matter = routed()
    first_due = unit_clock(matter).due_at
    residents = Clock.objects.get(work=matter.work, kind="resident")

    take(matter, "ask_extension", cast.department, reason="等配件")
    assert unit_clock(matter).due_at == first_due
    take(matter, "grant", cast.hub, reason="同意")

    extended = matter_just_made(matter.id).work
    assert unit_clock(matter).times == 2
    assert extended.due_at == unit_clock(matter).due_at
    assert extended.due_at is not None
    assert extended.due_at > first_due
    assert Clock.objects.get(id=residents.id).due_at == residents.due_at


def test_on_hold_only_the_units_clock_stands_still_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast, matter = routed()
    first_due = unit_clock(matter).due_at
    take(matter, "ask_hold", cast.department, reason="等开春")
    take(matter, "grant", cast.hub, reason="同意挂账")
    assert unit_clock(matter).paused_at is not None

    week_later = clock.now() + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: week_later)
    take(matter, "go_on", cast.department, note="天气转暖")

    assert unit_clock(matter).due_at > first_due
    assert Pause.objects.filter(clock=unit_clock(matter)).count() == 1
    told = next(one for one in clocks_of(matter.work) if one.kind == "unit")
    assert "paused" in {step.kind for step in told.steps}
    with pytest.raises(OftenEnough):
        take(matter, "ask_hold", cast.department, reason="还想再挂")


def test_alarms_warn_the_owner_and_then_climb_the_tree_once_each() -> None:
    cast, matter = routed()
    work = matter.work
    assert work.due_at is not None
    assert sound_alarms(by=CLOCK, at=clock.now()) == 0

    sound_alarms(by=CLOCK, at=work.due_at - timedelta(minutes=1))
    warned = Alarm.objects.get(work=work)
    assert (warned.is_warning, warned.post_id) == (True, work.owner_id)

    for _ in range(2):
        sound_alarms(by=CLOCK, at=work.due_at + timedelta(days=30))
    told = Alarm.objects.filter(work=work, is_warning=False)
    assert {alarm.post_id for alarm in told} & cast.hub.post_ids
    assert matter_just_made(matter.id).work.alarm_at is None
    assert Entry.objects.filter(verb="work.alarm").count() == Alarm.objects.count()


def test_what_came_back_in_time_is_not_alarmed() -> None:
    cast, matter = routed()
    due = matter.work.due_at
    assert due is not None
    take(matter, "report_result", cast.department, result="修好了")

    sound_alarms(by=CLOCK, at=due + timedelta(days=30))

    assert not Alarm.objects.filter(work=matter.work, state="with_unit").exists()
