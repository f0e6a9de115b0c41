"""A street with everybody a matter meets, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from linli.domains.matters.models import Matter
from linli.domains.matters.queries import matter_just_made
from linli.domains.matters.rules import PlaceGiven, Report, ReporterGiven
from linli.domains.matters.services.moving import Answered, move_matter
from linli.domains.matters.services.reporting import report_matter
from linli.engines.workflow.services import Made
from linli.ground.accounts.models import Post
from linli.ground.accounts.testing import make_actor, make_organisation
from linli.ground.people.models import Organisation
from linli.ground.territory.testing import SIDE, SOUTH, WEST, Town, make_town
from linli.kernel import clock
from linli.kernel.actor import RESIDENT, Actor
from linli.kernel.ids import uuid7

LAMP = "01-03"


@dataclass(frozen=True, slots=True)
class Cast:
    """The posts of one street, each held by somebody."""

    town: Town
    grid_worker: Actor
    community: Actor
    hub: Actor
    department: Actor
    supervisor: Actor
    station: Organisation

    @property
    def unit_id(self) -> UUID:
        """The post of the department's desk."""
        return Post.objects.get(organisation=self.station).id


def make_cast(**town: object) -> Cast:
    """A town and everybody who moves a matter in it."""
    made = make_town(**town)  # type: ignore[arg-type]
    station = make_organisation(made.street)
    return Cast(
        town=made,
        grid_worker=make_actor("grid_worker", made.grids[0]),
        community=make_actor("community_desk", made.communities[0]),
        hub=make_actor("street_hub", made.street),
        department=make_actor("department_desk", made.street, organisation=station),
        supervisor=make_actor("supervisor", made.street),
        station=station,
    )


def a_report(
    *,
    description: str = "3幢门口的路灯不亮，晚上看不见。",
    class_code: str = LAMP,
    place: PlaceGiven | None = None,
    reporter: ReporterGiven | None = None,
    channel: str = "web",
) -> Report:
    """A lamp in the first grid that does not burn."""
    return Report(
        description=description,
        place=place or PlaceGiven(lng=WEST + SIDE / 2, lat=SOUTH + SIDE / 2, crs="EPSG:4490"),
        reporter=reporter or ReporterGiven("named", "李梅", "13800000001"),
        channel=channel,  # type: ignore[arg-type]
        class_code=class_code,
        answers={"how_many": "one"} if class_code == LAMP else {},
    )


def make_matter(report: Report | None = None, *, by: Actor = RESIDENT) -> Matter:
    """A matter that has just come in."""
    made = report_matter(report or a_report(), by=by, at=clock.now(), request_id=uuid7())
    return matter_just_made(made.id)


def take(
    matter: Matter, key: str, by: Actor, *, reported: bool = False, **answered: object
) -> Made:
    """One step of a matter as it now stands."""
    fresh = matter_just_made(matter.id)
    return move_matter(
        fresh,
        key=key,
        answered=Answered(**answered),  # type: ignore[arg-type]
        by=by,
        at=clock.now(),
        seen_version=fresh.work.version,
        request_id=uuid7(),
        reported=reported,
    )


def file_and_route(matter: Matter, cast: Cast) -> None:
    """Steps one and two."""
    condition = matter.matter_class.conditions[0]["key"]
    code = matter.matter_class.code
    take(matter, "file", cast.grid_worker, matter_class=code, filing_condition=condition)
    take(matter, "route", cast.hub, unit=cast.unit_id)
