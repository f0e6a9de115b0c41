"""A matter's whole way in memory: decided by the workflow's own rules, written with many others.

What a service writes step by step is the same here, because the same functions decide it; a test
plays one story both ways and compares the rows.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models

from linli.domains.matters.models import Matter
from linli.domains.matters.queries import facts_about
from linli.domains.matters.services.moving import PERMISSION_OF, Answered, fill_in, given_of
from linli.domains.matters.services.reporting import Incoming
from linli.engines.workflow.models import Clock, Move, Pause
from linli.engines.workflow.queries import course_of, standing_of, workflow_of
from linli.engines.workflow.rules.moves import Evidence, choose, missing_needs
from linli.engines.workflow.services import Running, take_step
from linli.engines.workflow.spec import Workflow
from linli.ground.accounts.models import Post
from linli.ground.audit.services import entry_for
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref


class History:
    """The rows of one matter, from its report on."""

    def __init__(self, incoming: Incoming) -> None:
        self.matter: Matter = incoming.matter
        self.work = incoming.matter.work
        self.rows: list[models.Model] = list(incoming.rows)
        self.facts = facts_about(self.matter)
        self._unit: UUID | None = None

    @property
    def workflow(self) -> Workflow:
        return workflow_of(self.work.definition_id)

    def open_keys(self) -> set[str]:
        """The moves of the present state that these facts leave open to somebody."""
        moves = self.workflow.states[self.work.state].moves
        return {move.key for move in moves if set(move.when) <= self.facts}

    def step(
        self,
        key: str,
        *,
        answered: Answered,
        unit: Post | None = None,
        by: Actor,
        at: datetime,
        request_id: UUID,
        reported: bool = False,
    ) -> None:
        """Take one step, as `move_matter` would; raises what it raises."""
        standing = standing_of(
            by,
            self.work,
            permission=PERMISSION_OF.get(key, "matters.handle"),
            reported=reported,
            handled=self._handled_by(by),
        )
        spec = choose(
            self.workflow,
            self.work.state,
            key,
            facts=self.facts,
            standing=standing,
            course=course_of(self.work, at=clock.now()),
        )
        given = answered.given()
        if missing := missing_needs(spec, given):
            raise Evidence(field=missing[0])
        clocks = (row for row in self.rows if isinstance(row, Clock))
        running = Running(self.work, clocks, pauses_of=self._pauses_of)
        move = take_step(
            self.work,
            spec,
            given=given_of(given, unit=unit),
            class_limit=self.matter.matter_class.limit,
            running=running,
            by=by,
            at=at,
            request_id=request_id,
            last_unit=self._unit,
        )
        self._unit = move.unit_id or self._unit
        subject = Ref(self.work.subject_kind, self.work.subject_id)
        trace = entry_for(f"work.{key}", subject, by=by, at=at, post_id=move.post_id)
        self.rows += [move, *running.begun, trace]
        fill_in(self.matter, given, needs=frozenset(spec.needs), at=at)

    def _pauses_of(self, running: Clock) -> list[tuple[datetime, datetime]]:
        pauses = (row for row in self.rows if isinstance(row, Pause))
        return [(row.from_at, row.until_at) for row in pauses if row.clock_id == running.id]

    def _handled_by(self, by: Actor) -> set[UUID]:
        return {
            row.work_id
            for row in self.rows
            if isinstance(row, Move) and row.handled and row.actor_key == by.account_id
        }
