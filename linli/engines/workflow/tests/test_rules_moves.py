from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from linli.engines.workflow.rules.moves import (
    HandledByYou,
    NoSuchMove,
    NotYours,
    Standing,
    choose,
    missing_needs,
    open_moves,
    trusted_time,
)
from linli.engines.workflow.spec import Workflow

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)


def a_workflow(**changes: object) -> dict[str, Any]:
    """Report, handle, inspect, end."""

    def text(word: str) -> dict[str, str]:
        return {"zh": word}

    whole: dict[str, Any] = {
        "title": text("小循环"),
        "basis": "测试",
        "start": "open",
        "resident_limit": "5 work_days",
        "states": {
            "open": {
                "title": text("办理"),
                "phase": "with_unit",
                "owner": ["grid_worker"],
                "limit": "class",
                "resident": text("办理中"),
                "moves": [
                    {
                        "key": "done",
                        "title": text("办结"),
                        "to": "check",
                        "by": ["owner"],
                        "needs": ["result", "photos"],
                        "when": ["inspects"],
                    },
                    {
                        "key": "done",
                        "title": text("办结"),
                        "to": "end",
                        "by": ["owner"],
                        "needs": ["result"],
                        "when": ["inspects_not"],
                    },
                ],
            },
            "check": {
                "title": text("核查"),
                "phase": "check",
                "owner": ["community_desk"],
                "limit": "1 work_day",
                "resident": text("核查中"),
                "moves": [
                    {
                        "key": "pass",
                        "title": text("通过"),
                        "to": "end",
                        "by": ["community_desk"],
                        "another_than_handler": True,
                    },
                    {
                        "key": "over",
                        "title": text("期满"),
                        "to": "end",
                        "by": ["clock"],
                        "after": "3 calendar_days",
                    },
                ],
            },
            "end": {"title": text("完"), "phase": "done", "resident": text("办结")},
        },
    }
    return {**whole, **changes}


WORKFLOW = Workflow.model_validate(a_workflow())
OWNER = Standing(owns=True)
DESK = Standing(roles=frozenset({"community_desk"}))


@pytest.mark.parametrize(("fact", "leads_to"), [("inspects", "check"), ("inspects_not", "end")])
def test_the_facts_decide_where_a_move_leads(fact: str, leads_to: str) -> None:
    assert choose(WORKFLOW, "open", "done", facts=[fact], standing=OWNER).to == leads_to


@pytest.mark.parametrize(
    ("state", "key", "standing", "refusal"),
    [
        ("open", "pass", OWNER, NoSuchMove),
        ("open", "done", DESK, NotYours),
        ("check", "pass", OWNER, NotYours),
        ("check", "over", DESK, NotYours),
        ("check", "pass", Standing(roles=DESK.roles, handled=True), HandledByYou),
    ],
)
def test_a_move_that_is_not_open_says_why(
    state: str, key: str, standing: Standing, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        choose(WORKFLOW, state, key, facts=["inspects"], standing=standing)


def test_only_what_would_not_be_refused_is_offered() -> None:
    handled = Standing(roles=DESK.roles, handled=True)

    assert [m.key for m in open_moves(WORKFLOW, "check", facts=[], standing=DESK)] == ["pass"]
    assert open_moves(WORKFLOW, "check", facts=[], standing=handled) == []
    clock = Standing(is_clock=True)
    assert [m.key for m in open_moves(WORKFLOW, "check", facts=[], standing=clock)] == ["over"]


def test_photos_are_welcome_and_never_needed() -> None:
    move = choose(WORKFLOW, "open", "done", facts=["inspects"], standing=OWNER)

    assert missing_needs(move, []) == ["result"]
    assert missing_needs(move, ["result"]) == []


@pytest.mark.parametrize(
    ("minutes", "trusted"), [(-30, True), (0, True), (-90, False), (10, False)]
)
def test_a_phones_time_is_believed_between_its_last_contact_and_now(
    minutes: int, trusted: bool
) -> None:
    said = NOON + timedelta(minutes=minutes)

    at, doubtful = trusted_time(said, heard_at=NOON, last_contact=NOON - timedelta(hours=1))

    assert doubtful is not trusted
    assert at == (said if trusted else NOON)


def _without(state: str, key: str) -> dict[str, Any]:
    whole = a_workflow()
    del whole["states"][state][key]
    return whole


@pytest.mark.parametrize(
    ("whole", "says"),
    [
        (a_workflow(start="nowhere"), "nowhere"),
        (_without("open", "owner"), "owner"),
        (_without("open", "limit"), "limit"),
        (_without("check", "moves"), "check"),
        (_without("open", "moves"), "check"),
    ],
)
def test_a_workflow_that_is_not_whole_is_refused(whole: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Workflow.model_validate(whole)
