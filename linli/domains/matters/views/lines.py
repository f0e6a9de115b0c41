"""The line of steps a resident reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from linli.domains.matters import queries
from linli.kernel.pages import Step

if TYPE_CHECKING:
    from datetime import datetime

    from linli.engines.workflow.spec import Workflow
    from linli.kernel.spec import Text

# Tracking and pressing run alongside the handling; they are not the resident's to wait for.
_ALONGSIDE = frozenset({3, 4})


def title_in(text: Text) -> str:
    """A pack's words in the language of the present reader."""
    return queries.in_language(text.zh, text.en)


def line_of(workflow: Workflow, state: str, filled: Mapping[int, datetime]) -> list[Step]:
    """Each step done with its date, now with one sentence, or still to come.

    What has ended shows only the steps it really took: nobody is told that a declined report
    was answered and rated.
    """
    present = workflow.states[state]
    shown = [step for step in workflow.steps if step.number not in _ALONGSIDE]
    if present.ended:
        last = shown[-1].number if present.phase == "done" else shown[0].number
        shown = [step for step in shown if step.number in filled or step.number == last]
        told = shown[-1].number
        done = told + 1 if present.phase == "done" else told
    else:
        # Handling and inspection stand between routing and feedback, without a number.
        told = present.step or max((n for n in filled if n not in _ALONGSIDE), default=1)
        done = told
    return [
        Step(
            title_in(step.title),
            "done" if step.number < done else "now" if step.number == told else "next",
            title_in(present.resident) if step.number == told else "",
            filled.get(step.number) if step.number < done else None,
        )
        for step in shown
    ]
