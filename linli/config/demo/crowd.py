"""Some thousands of matters, drawn from the curves: the demo's weeks, and what load is measured on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db import models
from shapely.geometry import shape

from linli.config.demo.city import Outline, Street, point_of, well_inside
from linli.config.demo.curves import Calls, Way, curves
from linli.config.demo.history import History
from linli.config.demo.play import TAKE_A_UNIT
from linli.config.demo.seats import Seats
from linli.domains.matters.models import Matter, MatterClass
from linli.domains.matters.queries import current_classes, link_similar
from linli.domains.matters.rules import Channel, PlaceGiven, Report, ReporterGiven, ReporterKind
from linli.domains.matters.services.moving import Answered
from linli.domains.matters.services.places import Located
from linli.domains.matters.services.reporting import rows_of_report
from linli.engines.forms.queries import form_of
from linli.engines.forms.rules import is_asked
from linli.engines.forms.spec import FormField
from linli.engines.workflow.queries import working_calendar
from linli.engines.workflow.rules.moves import (
    HandledByYou,
    NotYours,
    OftenEnough,
    TimeIsOver,
)
from linli.ground.accounts.models import Post
from linli.ground.audit.queries import ask_once, forget
from linli.ground.audit.services import digest_of
from linli.ground.territory.models import Area, Membership, Place
from linli.ground.territory.queries import GRID, outlines
from linli.kernel import clock
from linli.kernel.actor import CLOCK, RESIDENT, Actor
from linli.kernel.rows import insert_together

DAYS: Final = 60
# Grids (community, grid) where nothing happens, and those where everything does.
QUIET: Final = {(4, 2), (10, 2), (13, 4), (16, 3)}
BUSY: Final = {(0, 1), (0, 3), (3, 1), (8, 0)}
# Nobody there ever has anything to do: the desk that is empty.
IDLE_LEAD: Final = "fire"
_AT_ONCE: Final = 100
_CLOCK_LAG: Final = timedelta(seconds=30)
_MOST_STEPS: Final = 40
_WRONG_UNIT: Final = 0.05
_UNHAPPY: Final = 0.14
_NOTHING: Final = Way(key="", weight=1)
_IN_BRACKETS: Final = re.compile(r"（.*?）|\(.*?\)")


@dataclass(frozen=True, slots=True)
class Ground:
    """A grid with what can be pointed at in it."""

    key: tuple[int, int]
    area: Area
    inside: Outline
    houses: tuple[Place, ...]


class Crowd:
    """Draws matters and lets each go its way until now; nothing is saved before `write`."""

    def __init__(
        self, street: Street, seats: Seats, *, random: Random, until: datetime, days: int = DAYS
    ) -> None:
        self._seats, self._random, self._until = seats, random, until
        self._calendar = working_calendar()
        self._calls = Calls(until, days=days, calendar=self._calendar)
        self._classes = {one.code: one for one in current_classes() if one.lead != IDLE_LEAD}
        self._grounds = _grounds(street, until)
        self._weights = [_weight(ground.key, random) for ground in self._grounds]

    def write(self, matters: int) -> None:
        """Draw so many matters, oldest first, and write them with all their rows."""
        moments = sorted(self._calls.draw(self._random) for _ in range(matters))
        token = ask_once()
        try:
            for first in range(0, len(moments), _AT_ONCE):
                histories = [self._lived(at) for at in moments[first : first + _AT_ONCE]]
                insert_rows([row for history in histories for row in history.rows])
        finally:
            forget(token)
            clock.set_offset(timedelta(0))

    def _lived(self, at: datetime) -> History:
        history, ground = self._reported(at)
        way: Way | None = None
        for _ in range(_MOST_STEPS):
            way = way or curves().way(history.work.state, history.open_keys(), self._random)
            when = self._when(history, way)
            clock_at = history.work.clock_at
            if clock_at is not None and (when is None or clock_at <= when):
                if clock_at + _CLOCK_LAG > self._until:
                    break
                stood = history.work.state
                self._let_clock_act(history, clock_at + _CLOCK_LAG)
                # The clock that presses changes nothing of what the unit was about to do.
                way = way if history.work.state == stood else None
                continue
            if when is None or when > self._until:
                break
            way = None if self._act(history, ground, way.key, when) else _NOTHING
        return history

    def _reported(self, at: datetime) -> tuple[History, Ground]:
        random = self._random
        (ground,) = random.choices(self._grounds, self._weights)
        channel = curves().channel(random)
        matter_class = self._classes[curves().class_code(self._codes(channel), random)]
        by = self._seats.reporting(channel, ground.key)
        located = self._located(ground)
        place = located.place
        report = Report(
            description=self._said(
                matter_class, channel, place.name if place else located.text
            ),
            place=PlaceGiven(place_id=place.id if place else None, lng=located.lng),
            reporter=self._reporter(channel),
            channel=channel,
            class_code=matter_class.code,
            answers=self._answers(matter_class),
        )
        stand_at(at)
        incoming = rows_of_report(
            report,
            located=located,
            by=by,
            at=at,
            request_id=_drawn_id(at, random),
            digest=digest_of(asdict(report)),
        )
        return History(incoming), ground

    def _codes(self, channel: Channel) -> tuple[str, ...]:
        """Residents choose among what is theirs to report."""
        return tuple(
            code
            for code, one in self._classes.items()
            if one.for_residents or channel == "grid"
        )

    def _located(self, ground: Ground) -> Located:
        drawn = self._random.random()
        if drawn < 0.7:
            house = self._random.choice(ground.houses)
            return Located(ground.area, "address", house.lng, house.lat, house)
        lng, lat = point_of(ground.inside, self._random)
        return Located(ground.area, "point", lng, lat, text=curves().say("place", self._random))

    def _said(self, matter_class: MatterClass, channel: Channel, place: str) -> str:
        random = self._random
        what = _IN_BRACKETS.sub("", matter_class.title_zh)
        pattern = curves().say("found" if channel == "grid" else "says", random)
        return pattern.format(what=what, where=place + curves().say("where", random))

    def _reporter(self, channel: Channel) -> ReporterGiven:
        if channel == "grid":
            return ReporterGiven(kind="worker")
        drawn = self._random.random()
        if channel == "web" and drawn < 0.2:
            return ReporterGiven()
        names = self._seats.names
        kind: ReporterKind = "confidential" if drawn > 0.92 else "named"
        return ReporterGiven(kind, names.person(), names.phone())

    def _answers(self, matter_class: MatterClass) -> dict[str, object]:
        if matter_class.form_id is None:
            return {}
        answers: dict[str, object] = {}
        for field in form_of(matter_class.form_id).fields:
            if field.required and is_asked(field, answers):  # type: ignore[arg-type]
                answers[field.key] = self._answer(field)
        return answers

    def _answer(self, field: FormField) -> object:
        if field.options:
            chosen = self._random.choice(field.options).key
            return [chosen] if field.type == "choices" else chosen
        if field.type == "number":
            return round(
                (field.minimum or 0) + 0.4 * ((field.maximum or 20) - (field.minimum or 0))
            )
        return "yes" if field.type == "yes_no" else "不清楚"

    def _when(self, history: History, way: Way) -> datetime | None:
        """The moment of the next step: a share of the limit of the present state, in its own time."""
        if not way.key:
            return None
        begun, due = history.work.changed_at, history.work.due_at
        share = curves().share_of_limit(self._random) * way.pace
        if due is None:
            return begun + timedelta(days=1 + 4 * self._random.random())
        worked = self._calendar.worked_until(begun)
        span = self._calendar.worked_until(due) - worked
        if span <= timedelta(0):
            return begun + max(due - begun, timedelta(minutes=20)) * share
        return max(self._calendar.moment_when(worked + span * share), begun + _CLOCK_LAG)

    def _let_clock_act(self, history: History, at: datetime) -> None:
        key = next(
            move.key
            for move in history.workflow.states[history.work.state].moves
            if "clock" in move.by and move.key in history.open_keys()
        )
        self._take(history, key, Answered(), by=CLOCK, at=at)

    def _act(self, history: History, ground: Ground, key: str, at: datetime) -> bool:
        """Take the step; not where the only post that could is empty, as everywhere."""
        owner = history.work.owner_id
        by = self._seats.acting(key, owner=owner, grid=ground.key)
        unit = self._unit(history.matter) if key in TAKE_A_UNIT else None
        answered = self._answered(history, key, unit)
        try:
            self._take(history, key, answered, unit=unit, by=by, at=at)
        except HandledByYou:
            hub = self._seats.acting("reopen", owner=owner, grid=ground.key)
            self._take(history, key, answered, unit=unit, by=hub, at=at)
        except (NotYours, OftenEnough, TimeIsOver):
            return False
        return True

    def _take(
        self,
        history: History,
        key: str,
        answered: Answered,
        *,
        unit: Post | None = None,
        by: Actor,
        at: datetime,
    ) -> None:
        stand_at(at)
        history.step(
            key,
            answered=answered,
            unit=unit,
            by=by,
            at=at,
            request_id=_drawn_id(at, self._random),
            reported=by is RESIDENT,
        )

    def _unit(self, matter: Matter) -> Post:
        if self._random.random() < _WRONG_UNIT:
            return self._seats.unit("street")
        return self._seats.unit_for(matter.matter_class.lead)

    def _answered(self, history: History, key: str, unit: Post | None) -> Answered:
        say, random, matter_class = curves().say, self._random, history.matter.matter_class
        if key == "file":
            chosen = random.choice(matter_class.conditions)
            return Answered(matter_class=matter_class.code, filing_condition=str(chosen["key"]))
        if key in TAKE_A_UNIT:
            return Answered(
                unit=unit.id if unit else None,
                reason="让有职责的单位承办。",
                note="会上议定由该单位牵头。",
            )
        if key == "call_meeting":
            units = tuple(self._seats.unit(kind).id for kind in ("street", "municipal"))
            return Answered(units=units, reason=random.choice(curves().reasons[key]))
        if key.startswith("rate"):
            return self._rated()
        if key in curves().reasons:
            return Answered(reason=random.choice(curves().reasons[key]))
        said: dict[str, Any] = {word: say(word, random) for word in _WORDS.get(key, ())}
        return Answered(**said)

    def _rated(self) -> Answered:
        say, random = curves().say, self._random
        if random.random() < _UNHAPPY:
            score, reason = random.choice((1, 2)), say("complaint", random)
        else:
            score, reason = random.choice((3, 4, 5, 5, 5)), say("score_reason", random)
        return Answered(score=score, score_reason=reason)


_WORDS: Final = {
    "settle": ("result",),
    "settle_again": ("result",),
    "report_result": ("result",),
    "ask": ("question",),
    "resume": ("reply",),
    "progress": ("note",),
    "go_on": ("note",),
    "hand_down": ("note",),
    "feed_back": ("answer",),
    "publish": ("public_text",),
}


def link_open_matters() -> None:
    """Note which open matters look alike, as the job does after each report."""
    for matter in Matter.objects.filter(work__closed_at=None).select_related(
        "area", "matter_class"
    ):
        link_similar(matter)


def _grounds(street: Street, at: datetime) -> list[Ground]:
    spans = outlines(inside=street.area.path, level=GRID, on=clock.local(at).date())
    shapes = {span.area_id: shape(span.outline) for span in spans}
    houses: dict[UUID, list[Place]] = {}
    members = Membership.objects.filter(valid_to=None, place__kind="building")
    for member in members.select_related("place").order_by("place__address"):
        houses.setdefault(member.grid_id, []).append(member.place)
    return [
        Ground(
            (number, place), grid, well_inside(shapes[grid.id]), tuple(houses.get(grid.id, ()))
        )
        for number, grids in enumerate(street.grids)
        for place, grid in enumerate(grids)
    ]


def _weight(key: tuple[int, int], random: Random) -> float:
    drawn = 0.4 + random.expovariate(1.6)
    return 0.0 if key in QUIET else 6.0 if key in BUSY else drawn


def stand_at(at: datetime) -> None:
    """Let the clock show this moment, however long the filling has taken so far."""
    clock.set_offset(timedelta(0))
    clock.set_offset(at - clock.now())


def _drawn_id(at: datetime, random: Random) -> UUID:
    """An id of the moment, as `uuid7` makes it, that falls the same way each time."""
    milliseconds = int(at.timestamp() * 1000)
    tail = random.getrandbits(74)
    bits = milliseconds << 80 | 0x7 << 76 | (tail >> 62) << 64 | 0b10 << 62 | tail & (2**62 - 1)
    return UUID(int=bits)


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Table by table, each in one statement; keys are checked when the filling ends."""
    tables: dict[str, list[models.Model]] = {}
    for row in rows:
        tables.setdefault(row._meta.label, []).append(row)
    for own in tables.values():
        insert_together(own)
