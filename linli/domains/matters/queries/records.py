from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from linli.domains.matters.models import Archive, Matter, Reporter, Rules, Similar
from linli.domains.matters.rules import facts_of, metres_between
from linli.engines.forms.queries import answers_about
from linli.engines.forms.spec import FormField
from linli.ground.audit.queries import remembered
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound

_WHOLE = (
    "work__definition",
    "work__area",
    "work__owner__role",
    "work__owner__organisation",
    "matter_class",
    "area",
    "place",
)
SIMILAR_METRES = 150
SIMILAR_DAYS = 30
# A degree of latitude is 111 km; this box holds the circle everywhere in the country.
_BOX = 0.003


def get_matter(matter_id: UUID, *, seen_by: Actor, permission: str = "matters.view") -> Matter:
    """The matter, or NotFound when there is none or the actor may not see it; one query for both."""
    try:
        return (
            Matter.objects.visible_to(seen_by, permission)
            .select_related(*_WHOLE)
            .get(id=matter_id)
        )
    except Matter.DoesNotExist:
        raise NotFound from None


def matters_marked(matter_ids: Sequence[UUID], *, seen_by: Actor) -> list[Matter]:
    """Those of the matters the actor may see, in the order they were named; one query."""
    seen = Matter.objects.visible_to(seen_by, "matters.view").select_related(*_WHOLE)
    by_id = seen.in_bulk(list(matter_ids))
    return [by_id[one] for one in dict.fromkeys(matter_ids) if one in by_id]


def matter_just_made(matter_id: UUID) -> Matter:
    """A matter for the services themselves, which have decided already who asks."""
    try:
        return Matter.objects.select_related(*_WHOLE).get(id=matter_id)
    except Matter.DoesNotExist:
        raise NotFound from None


def matter_locked(matter_id: UUID) -> Matter:
    """The matter as it now stands, held until the transaction ends."""
    return (
        Matter.objects.select_for_update(of=("self",))
        .select_related("work__area", "work__owner", "matter_class", "area", "place")
        .get(id=matter_id)
    )


def facts_about(matter: Matter) -> frozenset[str]:
    """What a workflow's `when` may ask of this matter."""
    return facts_of(
        matter_id=matter.id,
        channel=matter.channel,
        on_the_spot=matter.matter_class.on_the_spot,
        inspect=matter.matter_class.inspect,
        sample_percent=_sample_percent(),
    )


@remembered
def _sample_percent() -> int:
    return Rules.objects.values_list("sample_percent", flat=True).first() or 0


def waiting_for_the_clock(*, at: datetime) -> QuerySet[Matter]:
    """Matters in a state where the clock's own time has come, longest-waiting first."""
    return (
        Matter.objects.filter(work__clock_at__lte=at)
        .select_related("work__area", "matter_class", "area")
        .order_by("work__clock_at", "id")
    )


def similar_to(matter: Matter, *, seen_by: Actor) -> list[Matter]:
    """Matters noted as like this one that the actor may see, the nearest first."""
    linked = Similar.objects.filter(matter=matter).order_by("metres", "id")
    ids = list(linked.values_list("other_id", flat=True)[:20])
    seen = Matter.objects.visible_to(seen_by).filter(id__in=ids).select_related("work")
    by_id = {other.id: other for other in seen}
    return [by_id[other] for other in ids if other in by_id]


def link_similar(matter: Matter) -> int:
    """Note, both ways, the open matters of the same class close by within a month."""
    if matter.lng is None or matter.lat is None:
        return 0
    near = Matter.objects.filter(
        matter_class__code=matter.matter_class.code,
        work__closed_at=None,
        reported_at__gte=matter.reported_at - timedelta(days=SIMILAR_DAYS),
        lng__range=(matter.lng - _BOX, matter.lng + _BOX),
        lat__range=(matter.lat - _BOX, matter.lat + _BOX),
        area__path__startswith=matter.area.path[:9],
    ).exclude(id=matter.id)
    found = [
        (other_id, round(metres))
        for other_id, lng, lat in near.values_list("id", "lng", "lat")[:200]
        if lng is not None
        and lat is not None
        and (metres := metres_between(matter.lng, matter.lat, lng, lat)) <= SIMILAR_METRES
    ]
    links = [
        Similar(matter_id=one, other_id=other, metres=metres)
        for other_id, metres in found
        for one, other in ((matter.id, other_id), (other_id, matter.id))
    ]
    Similar.objects.bulk_create(links, ignore_conflicts=True)
    return len(found)


def get_archive(matter_id: UUID, *, seen_by: Actor) -> Archive:
    """The archive of a matter the actor may see, or NotFound before it has ended."""
    matter = get_matter(matter_id, seen_by=seen_by, permission="matters.view_archive")
    archive = Archive.objects.filter(matter=matter).select_related("case_part", "annex").first()
    if archive is None:
        raise NotFound
    archive.matter = matter
    return archive


def answers_of(matter: Matter) -> dict[str, object]:
    """What was answered to the extra questions of its class, by question."""
    return {
        key: value
        for _form, record in answers_about("matter", matter.id)
        for key, value in record.answers.items()
    }


def reporter_of(matter: Matter) -> Reporter:
    """Who reported a matter that the caller has been allowed to see; nobody once forgotten."""
    kept = Reporter.objects.filter(matter=matter).first()
    return kept or Reporter(matter=matter, kind="forgotten")


def numbers_of(matters: Iterable[UUID]) -> dict[UUID, str]:
    """The numbers of matters by id: a number tells nothing of what was reported."""
    return dict(Matter.objects.filter(id__in=list(matters)).values_list("id", "number"))


def is_own_task(matter: Matter, *, seen_by: Actor) -> bool:
    """Whether the matter is in the reader's own hands now: then the task itself is the purpose."""
    return matter.work.owner_id is not None and matter.work.owner_id in seen_by.post_ids


def answered_questions(matter: Matter) -> list[tuple[FormField, object]]:
    """The extra questions that were answered, in the form's order, each with its answer."""
    return [
        (field, record.answers[field.key])
        for form, record in answers_about("matter", matter.id)
        for field in form.fields
        if field.key in record.answers
    ]


def id_numbered(number: str) -> UUID | None:
    """The id of the matter of this number, and nothing else of it."""
    return Matter.objects.filter(number=number).values_list("id", flat=True).first()
