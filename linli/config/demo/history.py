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
from linli.engines.workflow.models import Clock, Move
from linli.engines.workflow.queries import standing_of, workflow_of
from linli.engines.workflow.rules.moves import Evidence, choose, missing_needs
from linli.engines.workflow.services import take_step
from linli.engines.workflow.spec import Workflow
from linli.ground.accounts.models import Post
from linli.ground.audit.services import entry_for
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
        spec = choose(self.workflow, self.work.state, key, facts=self.facts, standing=standing)
        given = answered.given()
        if missing := missing_needs(spec, given):
            raise Evidence(field=missing[0])
        taken = take_step(
            self.work,
            spec,
            given=given_of(given, unit=unit),
            class_limit=self.matter.matter_class.limit,
            by=by,
            at=at,
            request_id=request_id,
            last_unit=self._unit,
        )
        self._unit = taken.move.unit_id or self._unit
        for row in self.rows:
            if isinstance(row, Clock) and row.stopped_at is None and row.kind in taken.stopped:
                row.stopped_at = self.work.changed_at
        subject = Ref(self.work.subject_kind, self.work.subject_id)
        trace = entry_for(f"work.{key}", subject, by=by, at=at, post_id=taken.move.post_id)
        self.rows += [taken.move, *taken.begun, trace]
        fill_in(self.matter, given, needs=frozenset(spec.needs), at=at)

    def _handled_by(self, by: Actor) -> set[UUID]:
        return {
            row.work_id
            for row in self.rows
            if isinstance(row, Move) and row.handled and row.actor_key == by.account_id
        }
