"""The proof of a workflow, and for every promise a workflow that breaks it."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from linli.engines.workflow.spec import Workflow
from linli.outer.packs.queries import check_pack, find_folder
from linli.outer.packs.rules.proof import prove
from linli.outer.packs.tests.test_commands import run

Body = dict[str, Any]


@pytest.fixture
def body() -> Body:
    report = check_pack(find_folder("jiamusi"), today=date(2026, 1, 1))
    return deepcopy(report.passed().workflows["matter"].model_dump(mode="json"))


def broken(body: Body) -> dict[str, str]:
    promises = prove(Workflow.model_validate_json(json.dumps(body)))
    return {str(one.words): one.broken for one in promises if not one.holds}


def move(body: Body, state: str, key: str) -> Body:
    moves: list[Body] = body["states"][state]["moves"]
    return next(one for one in moves if one["key"] == key)


@pytest.mark.parametrize("name", ["jiamusi", "wuhan", "guanghe"])
def test_every_pack_passes_its_gates_without_a_remark_and_keeps_its_promises(name: str) -> None:
    report = check_pack(find_folder(name), today=date(2026, 1, 1))

    assert [str(told) for gate in report.gates for told in (*gate.faults, *gate.warnings)] == []
    for workflow in report.passed().workflows.values():
        assert [one.broken for one in prove(workflow) if not one.holds] == []


def test_every_promise_of_the_real_pack_holds_on_thousands_of_ways(body: Body) -> None:
    assert broken(body) == {}
    assert prove(Workflow.model_validate_json(json.dumps(body)))[0].looked_at > 1000


def test_a_result_that_closes_itself_is_shown_with_its_way(body: Body) -> None:
    move(body, "with_unit", "report_result")["to"] = "answering"

    (way,) = broken(body).values()

    assert way.startswith(
        "reported --file→ filed --route→ with_unit --report_result→ answering"
    )
    assert way.endswith("archived")


def test_a_third_return_is_shown(body: Body) -> None:
    move(body, "with_unit", "send_back")["when"] = []

    (way,) = broken(body).values()

    assert way.count("--send_back→") == 2


def test_a_wait_that_only_the_reporter_can_end_is_shown(body: Body) -> None:
    moves = body["states"]["asking"]["moves"]
    body["states"]["asking"]["moves"] = [one for one in moves if one["key"] == "resume"]

    assert list(broken(body).values()) == ["reported --ask→ asking"]


def test_a_unit_s_state_before_a_unit_was_chosen_is_shown(body: Body) -> None:
    route = move(body, "filed", "route")
    route["needs"] = []

    assert "reported --file→ filed --route→ with_unit" in broken(body).values()


def test_a_clock_that_runs_in_a_circle_is_shown(body: Body) -> None:
    closing = body["states"]["closing"]["moves"]
    closing.append(closing[0] | {"key": "end", "by": ["street_hub"], "after": None})
    closing[0]["to"] = "publishing"
    again = {"key": "again", "needs": [], "by": ["clock"], "after": "immediate"}
    body["states"]["publishing"]["moves"].append(move(body, "publishing", "publish") | again)

    assert "publishing → closing → publishing" in broken(body).values()


def test_the_command_says_every_promise(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("prove", "jiamusi") == 0

    said = capsys.readouterr().out
    assert said.count("holds") + said.count("成立") == 6
