"""A loop begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models

from linli.engines.workflow import queries
from linli.engines.workflow.models import Assignment, Move, Work
from linli.engines.workflow.services.running import clock_at, new_clock, own_limit, set_alarms
from linli.ground.accounts.queries import owner_for
from linli.ground.territory.models import Area
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref


@dataclass(frozen=True, slots=True)
class Begun:
    """A work and its first rows, not yet saved: the caller writes them with its own rows."""

    work: Work
    rows: tuple[models.Model, ...]


def begin_work(
    subject: Ref,
    *,
    name: str,
    area: Area,
    class_limit: str,
    by: Actor,
    at: datetime,
    at_doubtful: bool = False,
    request_id: UUID,
) -> Begun:
    """Start a loop: the first owner, the first limit, the resident's clock, the first move.

    The rows are returned unsaved, because a report writes all its rows in one statement; the
    caller notes the trace. Limits run from the time heard.
    """
    definition_id = queries.current_definition(name)
    workflow = queries.workflow_of(definition_id)
    state = workflow.states[workflow.start]
    heard_at = clock.now()
    owner_id = owner_for(state.owner, area.path, at=heard_at)
    work = Work(
        definition_id=definition_id,
        area=area,
        subject_kind=subject.kind,
        subject_id=subject.id,
        phase=state.phase,
        state=workflow.start,
        owner_id=owner_id,
        entered_at=heard_at,
        clock_at=clock_at(state, class_limit=class_limit, started_at=heard_at),
        opened_at=heard_at,
        changed_at=heard_at,
    )
    first = _first_move(work, state.step, by=by, at=at, request_id=request_id)
    first.at_doubtful = at_doubtful
    own, residents = (
        new_clock(work, kind, limit=own_limit(limit, class_limit), started_at=heard_at)
        for kind, limit in (("state", state.limit), ("resident", workflow.resident_limit))
    )
    set_alarms(work, state, running=own)
    held = Assignment(work=work, post_id=owner_id, from_at=heard_at)
    return Begun(work, (work, first, own, residents, held))


def _first_move(
    work: Work, step: int | None, *, by: Actor, at: datetime, request_id: UUID
) -> Move:
    seat = next(iter(by.seats), None)
    return Move(
        id=request_id,
        work=work,
        number=1,
        key="report",
        step=step,
        to_state=work.state,
        actor_kind=by.kind,
        actor_key=by.account_id,
        post_id=seat.post_id if seat else None,
        at=at,
        heard_at=work.opened_at,
    )
