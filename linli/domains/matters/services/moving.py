"""A matter goes on: every step of its loop is one move of its work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.events import MatterArchived
from linli.domains.matters.models import Matter
from linli.domains.matters.rules import (
    ConditionUnknown,
    PrivateWords,
    ScoreOutOfRange,
    UnitUnknown,
    holds_private_words,
)
from linli.domains.matters.services.telling import tell_of_move
from linli.engines.workflow.queries import standing_of
from linli.engines.workflow.services import Given, Made, make_move
from linli.ground.accounts.models import Post
from linli.ground.accounts.queries import units_at
from linli.kernel.actor import Actor
from linli.kernel.events import publish

PERMISSION_OF = {"press": "matters.press"}


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody filled in for a move; empty is "not given"."""

    reason: str = ""
    question: str = ""
    reply: str = ""
    matter_class: str = ""
    filing_condition: str = ""
    unit: UUID | None = None
    units: tuple[UUID, ...] = ()
    note: str = ""
    result: str = ""
    answer: str = ""
    score: int | None = None
    score_reason: str = ""
    public_text: str = ""

    def given(self) -> dict[str, str]:
        """What was filled in, as words, without blanks."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: _plain(value)
            for name, value in found.items()
            if value is not None and _plain(value)
        }


@transaction.atomic
def move_matter(
    matter: Matter,
    *,
    key: str,
    answered: Answered,
    by: Actor,
    at: datetime,
    seen_version: int,
    request_id: UUID,
    reported: bool = False,
) -> Made:
    """Take one step of a matter's loop, with what the step needs.

    `reported` says that the actor has proved to be the reporter. The same request id sent again
    returns the step it took. Raises what the workflow refuses, or a refusal beside its field.
    """
    matter = queries.matter_locked(matter.id)
    permission = PERMISSION_OF.get(key, "matters.handle")
    given = answered.given()
    made = make_move(
        matter.work,
        key=key,
        standing=standing_of(by, matter.work, permission=permission, reported=reported),
        facts=queries.facts_about(matter),
        given=given_of(
            given,
            unit=_unit(matter, answered.unit),
            helpers=_helpers(matter, answered.units),
        ),
        class_limit=matter.matter_class.limit,
        by=by,
        at=at,
        seen_version=seen_version,
        request_id=request_id,
    )
    if made.is_repeat:
        return made
    if changed := fill_in(matter, given, needs=made.needs, at=at):
        matter.save(update_fields=sorted(changed))
    tell_of_move(matter, made, given=given, acting=by.post_ids)
    if made.phase == "done":
        publish(MatterArchived(at=at, matter_id=matter.id))
    return made


def given_of(
    given: dict[str, str], *, unit: Post | None, helpers: tuple[Post, ...] = ()
) -> Given:
    """What a step is given: the units, the words that are read in the story, and all of it as evidence."""
    note = next((given[name] for name in _SPOKEN if name in given), "")
    return Given(
        unit=unit,
        helpers=helpers,
        class_limit=_limit_of(given),
        note=note,
        evidence=given,
        names=frozenset(given),
    )


_SPOKEN = ("reason", "question", "reply", "note", "result", "answer", "score_reason")


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value).strip()


def _helpers(matter: Matter, unit_ids: tuple[UUID, ...]) -> tuple[Post, ...]:
    helpers = tuple(units_at(matter.area.path).filter(id__in=unit_ids))
    if len(helpers) != len(set(unit_ids)):
        raise UnitUnknown(field="units")
    return helpers


def _unit(matter: Matter, unit_id: UUID | None) -> Post | None:
    if unit_id is None:
        return None
    unit = units_at(matter.area.path).filter(id=unit_id).first()
    if unit is None:
        raise UnitUnknown(field="unit")
    return unit


def _limit_of(given: dict[str, str]) -> str:
    """The limit of the class this very move files the matter under, if it does."""
    code = given.get("matter_class")
    return queries.class_by_code(code).limit if code else ""


def fill_in(
    matter: Matter, given: dict[str, str], *, needs: frozenset[str], at: datetime
) -> set[str]:
    """Put what the move asked for, and only that, into the matter's own columns; name them.

    Nothing is saved here.
    """
    changed: set[str] = set()
    for need in sorted(needs & _COLUMNS.keys() & given.keys()):
        changed |= _COLUMNS[need](matter, given)
    if "public_text" in needs:
        matter.published_at = at
        changed.add("published_at")
    return changed


def _class(matter: Matter, given: dict[str, str]) -> set[str]:
    matter.matter_class = queries.class_by_code(given["matter_class"])
    return {"matter_class"}


def _condition(matter: Matter, given: dict[str, str]) -> set[str]:
    # The class may change in the same move; its conditions are the ones that count.
    code = given.get("matter_class", matter.matter_class.code)
    known = {condition["key"] for condition in queries.class_by_code(code).conditions}
    if given["filing_condition"] not in known:
        raise ConditionUnknown(field="filing_condition")
    matter.filing_condition = given["filing_condition"]
    return {"filing_condition"}


def _result(matter: Matter, given: dict[str, str]) -> set[str]:
    matter.result = given["result"]
    return {"result"}


def _answer(matter: Matter, given: dict[str, str]) -> set[str]:
    matter.answer = given["answer"]
    return {"answer"}


def _score(matter: Matter, given: dict[str, str]) -> set[str]:
    if given["score"] not in {"1", "2", "3", "4", "5"}:
        raise ScoreOutOfRange(field="score")
    matter.score = int(given["score"])
    matter.score_reason = given.get("score_reason", "")[:500]
    return {"score", "score_reason"}


def _public_text(matter: Matter, given: dict[str, str]) -> set[str]:
    if holds_private_words(given["public_text"]):
        raise PrivateWords(field="public_text")
    matter.public_text = given["public_text"]
    return {"public_text"}


_COLUMNS: dict[str, Callable[[Matter, dict[str, str]], set[str]]] = {
    "matter_class": _class,
    "filing_condition": _condition,
    "result": _result,
    "answer": _answer,
    "score": _score,
    "public_text": _public_text,
}
