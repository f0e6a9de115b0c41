"""Plays the stories of the demo through the public services, each step at its own time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from shapely.geometry import shape

from linli.config.demo.city import Street, point_in
from linli.config.demo.names import seeded
from linli.config.demo.pictures import picture
from linli.config.demo.seats import Seats
from linli.config.demo.stories import Source, Story
from linli.domains.matters.models import Matter
from linli.domains.matters.queries import matter_just_made, waiting_for_the_clock
from linli.domains.matters.rules import Channel, PlaceGiven, Report, ReporterGiven, is_sampled
from linli.domains.matters.services.clocks import run_clocks
from linli.domains.matters.services.moving import Answered, move_matter
from linli.domains.matters.services.photos import add_photo
from linli.domains.matters.services.reporting import report_matter
from linli.engines.workflow.queries import working_calendar
from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.engines.workflow.rules.moves import NoSuchMove
from linli.ground.territory.models import Area, Membership, Place
from linli.ground.territory.queries import outlines
from linli.kernel import clock
from linli.kernel.actor import CLOCK, RESIDENT, Actor
from linli.kernel.ids import uuid7

_RECENT: Final = 8.0
_AT_MOST: Final = timedelta(days=4)
_CLOCK_LAG: Final = timedelta(seconds=30)
_SAMPLE_PERCENT: Final = 10
_WORDS: Final = {
    "ask": "question",
    "resume": "reply",
    "void": "reason",
    "send_back": "reason",
    "fail": "reason",
    "reopen": "reason",
    "withhold": "reason",
    "raise": "reason",
    "rule": "reason",
    "grant": "reason",
    "ask_extension": "reason",
    "ask_hold": "reason",
    "call_meeting": "reason",
    "progress": "note",
    "resolve": "note",
    "hand_down": "note",
    "feed_back": "answer",
    "publish": "public_text",
}
TAKE_A_UNIT: Final = frozenset({"route", "reroute", "rule", "resolve"})
_RESULTS: Final = {"report_result", "settle", "settle_again"}


def move_clock(to: datetime, *, real: datetime) -> None:
    """Stand at another moment; `real` is when the filling began."""
    clock.set_offset(to - real)


@dataclass(slots=True)
class Thread:
    """A story on its way: its matter, and how often each kind of step was taken."""

    story: Story
    grid: tuple[int, int]
    matter_id: UUID = field(default_factory=uuid7)
    turns: Counter[str] = field(default_factory=Counter)


class Player:
    """Knows the street and its people, and what time it is."""

    def __init__(self, street: Street, seats: Seats, *, real: datetime, seed: int) -> None:
        self._street = street
        self._seats = seats
        self._real = real
        self._random = seeded(seed)

    def play(self, stories: tuple[Story, ...]) -> None:
        """Every step of every story in the order of time, and the clock's own in between."""
        calendar = working_calendar()
        beats: list[tuple[datetime, int, int]] = []
        threads = [Thread(story, self._grid_of(story)) for story in stories]
        for number, story in enumerate(stories):
            times = moments(story, calendar, now=self._real, late=self._random.random() / 4)
            beats += [(at, number, step) for step, at in enumerate(times)]
        for at, number, step in sorted(beats):
            self._let_clock_run(at)
            move_clock(at, real=self._real)
            if step == 0:
                self._report(threads[number])
            else:
                self._step(threads[number], threads[number].story.steps[step - 1][0])

    def _grid_of(self, story: Story) -> tuple[int, int]:
        if story.grid is not None:
            return story.grid
        number = self._random.randrange(len(self._street.grids))
        return number, self._random.randrange(len(self._street.grids[number]))

    def _let_clock_run(self, until: datetime) -> None:
        """What the worker would have done meanwhile, at the time it would have done it."""
        while waiting := waiting_for_the_clock(at=until).first():
            assert waiting.work.clock_at is not None
            move_clock(min(waiting.work.clock_at + _CLOCK_LAG, until), real=self._real)
            if not run_clocks(by=CLOCK, at=clock.now()):
                return

    def _report(self, thread: Thread) -> None:
        story = thread.story
        by = self._seats.reporting(_CHANNELS[story.source], thread.grid)
        if any(key == "settle" for key, _ in story.steps):
            while is_sampled(thread.matter_id, _SAMPLE_PERCENT) != story.sampled:
                thread.matter_id = uuid7()
        report_matter(
            Report(
                description=story.says,
                place=self._place(thread),
                reporter=self._reporter(story),
                channel=_CHANNELS[story.source],
                class_code=story.class_code,
                answers=story.answers,
            ),
            by=by,
            at=clock.now(),
            request_id=thread.matter_id,
        )
        self._keep(thread, story.photos, "photo", by)

    def _reporter(self, story: Story) -> ReporterGiven:
        if story.source == "found":
            return ReporterGiven(kind="worker")
        if story.source == "anonymous":
            return ReporterGiven()
        name, phone = self._seats.names.person(), self._seats.names.phone()
        if story.source == "confidential":
            return ReporterGiven("confidential", name, phone)
        return ReporterGiven("named", name, phone)

    def _place(self, thread: Thread) -> PlaceGiven:
        story, (number, place) = thread.story, thread.grid
        if story.where == "text":
            area = self._street.communities[number] if story.grid else None
            return PlaceGiven(area_id=area.id if area else None, text=story.place)
        grid = self._street.grids[number][place]
        if story.where == "point":
            lng, lat = self._point(grid)
            return PlaceGiven(lng=lng, lat=lat, crs="EPSG:4490", text=story.place)
        return PlaceGiven(place_id=self._building(grid, story.says).id, text=story.place)

    def _point(self, grid: Area) -> tuple[float, float]:
        span = outlines(inside=grid.path, level=5, on=clock.local(clock.now()).date())[0]
        return point_in(shape(span.outline), self._random)

    def _building(self, grid: Area, says: str) -> Place:
        """The house that is spoken of, where one is."""
        inside = Membership.objects.filter(grid=grid).values("place_id")
        houses = list(Place.objects.filter(kind="building", id__in=inside).order_by("id"))
        named = [house for house in houses if house.name in says]
        return named[0] if named else self._random.choice(houses)

    def _step(self, thread: Thread, key: str) -> None:
        matter = matter_just_made(thread.matter_id)
        by = self._seats.acting(key, owner=matter.work.owner_id, grid=thread.grid)
        try:
            move_matter(
                matter,
                key=key,
                answered=self._answered(thread, matter, key),
                by=by,
                at=clock.now(),
                seen_version=matter.work.version,
                request_id=uuid7(),
                reported=by is RESIDENT,
            )
        except NoSuchMove:
            # Over a long holiday the time to rate or to answer ends before anybody is back.
            if by is not RESIDENT:
                raise
        thread.turns[key] += 1
        if key in _RESULTS:
            self._keep(thread, thread.story.result_photos, "result_photo", by)

    def _answered(self, thread: Thread, matter: Matter, key: str) -> Answered:
        story = thread.story
        if key == "file":
            conditions = matter.matter_class.conditions
            chosen = story.condition or str(conditions[0]["key"])
            return Answered(matter_class=matter.matter_class.code, filing_condition=chosen)
        if key in TAKE_A_UNIT:
            unit = self._unit(thread, matter)
            return Answered(unit=unit, reason=story.reason, note=story.note)
        if key == "call_meeting":
            units = tuple(self._seats.unit(kind).id for kind in story.units)
            return Answered(units=units, reason=story.reason)
        if key in _RESULTS:
            done = sum(thread.turns[result] for result in _RESULTS)
            return Answered(result=story.result_of(done))
        if key.startswith("rate"):
            return Answered(score=story.score, score_reason=story.score_reason)
        word = _WORDS.get(key)
        return Answered(**{word: getattr(story, word)}) if word else Answered()

    def _unit(self, thread: Thread, matter: Matter) -> UUID:
        turn = sum(thread.turns[key] for key in TAKE_A_UNIT)
        lead = matter.matter_class.lead
        if turn < len(thread.story.units):
            return self._seats.unit(thread.story.units[turn]).id
        return self._seats.unit_for(lead).id

    def _keep(self, thread: Thread, names: tuple[str, ...], kind: str, by: Actor) -> None:
        for name in names:
            matter = matter_just_made(thread.matter_id)
            add_photo(
                matter,
                picture(name),
                kind="photo" if kind == "photo" else "result_photo",
                by=by,
                at=clock.now(),
                request_id=uuid7(),
            )


_CHANNELS: Final[dict[Source, Channel]] = {
    "named": "web",
    "confidential": "web",
    "anonymous": "web",
    "telephone": "telephone",
    "counter": "counter",
    "found": "grid",
    "api": "api",
}


def moments(
    story: Story, calendar: WorkingCalendar, *, now: datetime, late: float = 0.0
) -> list[datetime]:
    """When it was reported and when each step was taken, counted back from now in office hours.

    What is said to be recent stays recent over a long holiday, so that no window closes on it.
    """
    end = now
    if story.ended:
        hours = timedelta(hours=story.ended + late)
        end = calendar.moment_when(calendar.worked_until(now) - hours)
        end = max(end, now - _AT_MOST) if story.ended <= _RECENT else end
    worked = calendar.worked_until(end)
    times = [end]
    for _, hours_before in reversed(story.steps):
        worked -= timedelta(hours=hours_before)
        times.insert(0, calendar.moment_when(worked))
    return times
