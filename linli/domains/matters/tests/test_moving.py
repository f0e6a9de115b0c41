"""The loop under random people: never without an owner, never a lost step."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from linli.domains.matters.models import Matter, Similar
from linli.domains.matters.queries import facts_about, matter_just_made
from linli.domains.matters.rules import PlaceGiven, ReporterGiven, is_sampled
from linli.domains.matters.services.clocks import run_clocks
from linli.domains.matters.services.moving import Answered, move_matter
from linli.domains.matters.services.reporting import _numbers, remember_similar
from linli.domains.matters.services.settling import settle_found
from linli.domains.matters.testing import (
    Cast,
    a_report,
    file_and_route,
    make_cast,
    make_matter,
    take,
)
from linli.engines.workflow.models import Assignment, Clock, Move
from linli.engines.workflow.queries import clocks_of, moves_open, standing_of, story_of
from linli.engines.workflow.rules.moves import Evidence, HandledByYou, NotYours, Stale
from linli.ground.accounts.testing import make_actor
from linli.ground.audit.services import RequestIdReused
from linli.ground.territory.testing import SIDE, SOUTH, WEST
from linli.kernel import clock
from linli.kernel.actor import CLOCK, RESIDENT, Actor
from linli.kernel.errors import Conflict
from linli.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
TIDY = "06-12"


def inspected(cast: Cast) -> Matter:
    """A matter the department has handled."""
    matter = make_matter()
    file_and_route(matter, cast)
    take(matter, "report_result", cast.department, result="已更换")
    return matter


def test_who_handled_it_does_not_inspect_it() -> None:
    cast = make_cast()
    matter = inspected(cast)
    both = Actor(
        kind="person",
        account_id=cast.department.account_id,
        seats=(*cast.department.seats, *cast.community.seats),
        grants=(*cast.department.grants, *cast.community.grants),
    )

    with pytest.raises(HandledByYou):
        take(matter, "pass", both)

    take(matter, "pass", cast.community)
    assert matter_just_made(matter.id).work.phase == "feedback"


def test_a_failed_inspection_goes_back_to_the_same_unit() -> None:
    cast = make_cast()
    matter = inspected(cast)

    take(matter, "fail", cast.community, reason="还是不亮")

    assert matter_just_made(matter.id).work.owner_id == cast.unit_id


def test_two_at_once_one_wins_and_the_other_is_told() -> None:
    cast = make_cast()
    matter = make_matter()
    seen = matter.work.version
    take(matter, "ask", cast.grid_worker, question="哪一栋?")

    with pytest.raises(Stale):
        move_matter(
            matter,
            key="void",
            answered=Answered(reason="重复"),
            by=cast.community,
            at=clock.now(),
            seen_version=seen,
            request_id=uuid7(),
        )

    assert [move.key for move in story_of(matter.work)] == ["report", "ask"]


def test_a_repeated_step_is_the_same_step() -> None:
    cast = make_cast()
    matter = make_matter()
    request_id = uuid4()
    made = [
        move_matter(
            matter,
            key="ask",
            answered=Answered(question="哪一栋?"),
            by=cast.grid_worker,
            at=clock.now(),
            seen_version=1,
            request_id=request_id,
        ).move
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert Move.objects.filter(work=matter.work).count() == 2


def test_a_step_without_what_it_needs_is_refused_beside_the_field() -> None:
    cast = make_cast()
    matter = make_matter()

    with pytest.raises(Evidence) as refused:
        take(matter, "void", cast.grid_worker, reason="  ")

    assert refused.value.field == "reason"
    assert matter_just_made(matter.id).work.version == 1


def test_a_unit_sees_what_it_held_after_it_has_left() -> None:
    cast = make_cast()
    matter = inspected(cast)

    assert Matter.objects.visible_to(cast.department).filter(id=matter.id).exists()
    assert matter_just_made(matter.id).work.owner_id != cast.unit_id


def test_the_clock_presses_once_and_closes_what_waits_too_long() -> None:
    cast = make_cast()
    matter = make_matter()
    file_and_route(matter, cast)
    clock.set_offset(timedelta(days=30))
    try:
        assert run_clocks(by=CLOCK, at=clock.now()) == 1
        assert run_clocks(by=CLOCK, at=clock.now()) == 0
        take(matter, "report_result", cast.department, result="已更换")
        take(matter, "pass", cast.community)
        take(matter, "feed_back", cast.hub, answer="已修好")
        clock.set_offset(timedelta(days=45))
        assert run_clocks(by=CLOCK, at=clock.now()) == 1
    finally:
        clock.set_offset(timedelta(0))

    keys = [move.key for move in story_of(matter.work)]
    assert keys.count("press") == 1
    assert keys[-1] == "rating_over"


def test_the_residents_clock_runs_from_the_report_to_the_answer() -> None:
    cast = make_cast()
    matter = inspected(cast)
    take(matter, "pass", cast.community)
    running = [c.kind for c in clocks_of(matter.work) if c.stopped_at is None]
    assert sorted(running) == ["resident", "state"]

    take(matter, "feed_back", cast.hub, answer="已修好")

    stopped = {c.kind for c in clocks_of(matter.work) if c.stopped_at is not None}
    assert "resident" in stopped
    assert all(c.steps[-1].ends_at == c.due_at for c in clocks_of(matter.work))


def _worker_report(class_code: str) -> object:
    return a_report(
        class_code=class_code, reporter=ReporterGiven(kind="worker"), channel="grid"
    )


@pytest.mark.parametrize("drawn", [True, False])
def test_what_is_found_and_settled_ends_in_one_tap_unless_it_is_drawn(drawn: bool) -> None:
    cast = make_cast()
    request_id = next(one for one in iter(uuid4, None) if is_sampled(one, 10) is drawn)

    matter = settle_found(
        _worker_report(TIDY),  # type: ignore[arg-type]
        result="已清走",
        by=cast.grid_worker,
        at=clock.now(),
        request_id=request_id,
    )

    assert matter.work.phase == ("check" if drawn else "done")
    assert "self_found" in facts_about(matter)
    if drawn:
        with pytest.raises((HandledByYou, NotYours)):
            take(matter, "pass", cast.grid_worker)
        take(matter, "pass", cast.community)
        assert matter_just_made(matter.id).work.phase == "done"


def test_a_dangerous_class_is_not_settled_on_the_spot() -> None:
    cast = make_cast()

    with pytest.raises(Conflict):
        settle_found(
            _worker_report("01-01"),  # type: ignore[arg-type]
            result="已盖好",
            by=cast.grid_worker,
            at=clock.now(),
            request_id=uuid4(),
        )

    assert not Matter.objects.exists()


def test_matters_close_by_of_one_class_are_noted_as_alike() -> None:
    make_cast()
    here = make_matter()
    near = make_matter(
        a_report(
            place=PlaceGiven(
                lng=WEST + SIDE / 2 + 0.0005, lat=SOUTH + SIDE / 2, crs="EPSG:4490"
            )
        )
    )
    make_matter(
        a_report(place=PlaceGiven(lng=WEST + 3 * SIDE, lat=SOUTH + SIDE / 2, crs="EPSG:4490"))
    )

    assert remember_similar(near.id) == 1
    assert remember_similar(near.id) == 1

    assert set(Similar.objects.values_list("matter_id", "other_id")) == {
        (near.id, here.id),
        (here.id, near.id),
    }


def test_the_database_refuses_open_work_without_an_owner() -> None:
    make_cast()
    matter = make_matter()

    with pytest.raises(IntegrityError), transaction.atomic():
        type(matter.work).objects.filter(pk=matter.work_id).update(owner=None)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    # A walk of thirty moves in the database is never shrunk in time; its choices are printed.
    phases=[Phase.explicit, Phase.generate],
)
@given(
    choices=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 7)), min_size=5, max_size=30)
)
def test_random_people_make_random_moves_and_nothing_is_lost(
    choices: list[tuple[int, int]],
) -> None:
    with transaction.atomic():
        _walk(choices)
        transaction.set_rollback(True)


def _walk(choices: list[tuple[int, int]]) -> None:
    cast = make_cast()
    matter = make_matter()
    people = [
        cast.grid_worker,
        cast.community,
        cast.hub,
        cast.department,
        cast.supervisor,
        make_actor("county_desk", cast.town.county),
        make_actor("city_desk", cast.town.city),
        RESIDENT,
        CLOCK,
    ]
    made = 1
    for who, which in choices:
        made += _try_move(matter, cast, people[who % len(people)], which)
        _assert_whole(matter, made)


def _try_move(matter: Matter, cast: Cast, actor: Actor, which: int) -> int:
    fresh = matter_just_made(matter.id)
    reported = actor is RESIDENT
    permission = "matters.handle"
    standing = standing_of(actor, fresh.work, permission=permission, reported=reported)
    moves = [
        m
        for m in moves_open(
            fresh.work, facts=facts_about(fresh), standing=standing, at=clock.now()
        )
        if m.key != "press"
    ]
    if not moves:
        return 0
    move = moves[which % len(moves)]
    conditions = fresh.matter_class.conditions
    given_words = {
        "matter_class": fresh.matter_class.code,
        "filing_condition": conditions[0]["key"],
        "unit": cast.unit_id,
        "units": (cast.unit_id,),
        "score": 3,
    }
    answered = {need: given_words.get(need, "写了") for need in move.needs if need != "photos"}
    take(matter, move.key, actor, reported=reported, **answered)
    return 1


def _assert_whole(matter: Matter, made: int) -> None:
    work = matter_just_made(matter.id).work
    moves = list(story_of(work))
    assert [move.number for move in moves] == list(range(1, made + 1))
    assert [m.to_state for m in moves[:-1]] == [m.from_state for m in moves[1:]]
    assert (work.owner_id is None) == (work.phase in {"done", "void"})
    clocks = Clock.objects.filter(work=work)
    assert all(c.due_at >= c.started_at for c in clocks)
    running = {c.kind: c for c in clocks if c.stopped_at is None and c.kind != "resident"}
    assert bool(running) == (work.phase not in {"done", "void"})
    assert work.due_at in {None, *(c.due_at for c in running.values())}
    assert {c.kind for c in running.values() if c.paused_at} <= {"unit"}
    assert work.returns <= 2
    assert work.holds <= 1
    assert work.extensions <= 2
    assert (
        work.owner_id is None
        or Assignment.objects.filter(work=work, post=work.owner_id).exists()
    )


def test_a_note_of_progress_that_names_a_unit_hands_nothing_on() -> None:
    cast = make_cast()
    matter = make_matter()
    file_and_route(matter, cast)
    before = list(Clock.objects.filter(work=matter.work).order_by("id").values())

    made = take(matter, "progress", cast.department, note="已看", unit=cast.unit_id)

    assert made.move.unit is None
    assert list(Clock.objects.filter(work=matter.work).order_by("id").values()) == before


def test_one_request_id_is_not_two_steps() -> None:
    cast = make_cast()
    matter, other = make_matter(), make_matter(a_report(description="灯又不亮"))
    file_and_route(matter, cast)
    file_and_route(other, cast)
    noted = take(matter, "progress", cast.department, note="已看").move

    for elsewhere, key in ((other, "progress"), (matter, "report_result")):
        fresh = matter_just_made(elsewhere.id)
        with pytest.raises(RequestIdReused):
            move_matter(
                fresh,
                key=key,
                answered=Answered(note="已看", result="已修"),
                by=cast.department,
                at=clock.now(),
                seen_version=fresh.work.version,
                request_id=noted.id,
            )
        assert matter_just_made(elsewhere.id).work.version == fresh.work.version


def test_a_number_drawn_twice_is_a_fault_and_no_missing_record() -> None:
    make_cast()
    first = make_matter()
    _numbers.appendleft(int(first.number[14:]))

    with pytest.raises(IntegrityError):
        make_matter(a_report(description="灯又不亮"))

    assert Matter.objects.get() == first
