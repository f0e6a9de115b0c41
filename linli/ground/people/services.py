from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import ProtectedError

from linli.ground.audit.services import note
from linli.ground.people.models import Household, Hub, Organisation, Person
from linli.ground.people.spec import TERMS
from linli.ground.privacy.services.looking import open_masked
from linli.ground.territory.models import Area, Place
from linli.kernel.actor import Actor
from linli.kernel.clock import local
from linli.kernel.errors import Conflict, Invalid, _
from linli.kernel.ids import normalise_phone
from linli.kernel.keys import key_of
from linli.kernel.privacy import Batch, Piece, Store
from linli.kernel.refs import Ref

_BATCH = 2000


class NameMissing(Invalid):
    """Nobody can be found again without a name."""

    message = _("Please give a name.")


class KeyTaken(Conflict):
    """An organisation's key is how other systems know it."""

    message = _("The key {key} belongs to {name}.")


class LedFromElsewhere(Invalid):
    """A chain leads downwards: who leads stands above or at the same place."""

    message = _("{parent} does not stand above {area}.")


class HubAlready(Conflict):
    """A household is one hub at a time."""

    message = _("This household is a hub already.")


@transaction.atomic
def add_organisation(
    area: Area,
    *,
    key: str,
    kind: str,
    name: str,
    parent: Organisation | None = None,
    by: Actor,
    at: datetime,
) -> Organisation:
    """Enter a committee, department, station or Party body, under the one that leads it."""
    by.require("people.manage", area.path)
    if other := Organisation.objects.filter(key=key).first():
        raise KeyTaken(field="key", key=key, name=other.name)
    if parent is not None and not area.path.startswith(parent.area.path):
        raise LedFromElsewhere(field="parent", parent=parent.name, area=area.name)
    made = Organisation.objects.create(
        key=key,
        kind=kind,
        name=_named(name)[:120],
        parent=parent,
        area=area,
        opened_on=local(at).date(),
    )
    note("people.add_organisation", Ref("organisation", made.id), by=by, at=at)
    return made


@transaction.atomic
def add_person(
    name: str, *, phone: str = "", generated: bool = False, by: Actor, at: datetime
) -> Person:
    """Enter somebody who serves or is served; a made-up person is marked as such for good."""
    by.require("people.manage")
    number = normalise_phone(phone, field="phone") if phone.strip() else None
    made = Person.objects.create(
        name=_named(name)[:60],
        phone=number,
        phone_digest=key_of("contact").digest(number) if number else None,
        generated=generated,
    )
    note("people.add_person", Ref("person", made.id), by=by, at=at)
    return made


@transaction.atomic
def add_household(
    place: Place, *, generated: bool = False, by: Actor, at: datetime
) -> Household:
    """Enter the household of a dwelling."""
    by.require("people.manage", place.community.path)
    made = Household.objects.create(place=place, generated=generated)
    note("people.add_household", Ref("household", made.id), by=by, at=at)
    return made


@transaction.atomic
def add_households(
    places: Sequence[Place],
    *,
    community: Area,
    generated: bool = False,
    by: Actor,
    at: datetime,
) -> int:
    """Enter the households of a community's dwellings, as a list names them; return how many.

    A dwelling that has one already is left as it is, so a list may be given twice.
    """
    by.require("people.manage", community.path)
    there = set(
        Household.objects.filter(place__community=community).values_list("place_id", flat=True)
    )
    new = [
        Household(place=place, generated=generated)
        for place in places
        if place.id not in there and place.community_id == community.id
    ]
    Household.objects.bulk_create(new, batch_size=_BATCH)
    if new:
        note("people.add_households", Ref("area", community.id), by=by, at=at)
    return len(new)


@transaction.atomic
def add_hub(
    household: Household,
    *,
    branch: Organisation,
    person: Person,
    valid_from: date,
    by: Actor,
    at: datetime,
) -> Hub:
    """Make a household the last link of the chain in its building, from a day on."""
    by.require("people.manage", household.place.community.path)
    if Hub.objects.filter(household=household, valid_to=None).exists():
        raise HubAlready(field="household")
    made = Hub(household=household, branch=branch, person=person, valid_from=valid_from)
    made.save(force_insert=True)
    note("people.add_hub", Ref("household", household.id), by=by, at=at)
    return made


@dataclass(frozen=True, slots=True)
class Contact:
    """A name and a number in full, for whoever asked and was recorded."""

    name: str
    phone: str


@transaction.atomic
def open_contact(
    person: Person, *, area_path: str, purpose: str, by: Actor, at: datetime
) -> Contact:
    """Show a masked name and number in full for a purpose; that somebody looked is recorded."""
    open_masked(
        Ref("person", person.id),
        verb="people.unmask",
        permission="people.unmask",
        area_path=area_path,
        fields=["name", "phone"],
        purpose=purpose,
        by=by,
        at=at,
    )
    return Contact(person.name, person.phone or "")


def _hubs_due(before: datetime) -> int:
    """How many hub households ended before a moment."""
    return Hub.objects.filter(valid_to__lt=local(before).date()).count()


def _forget_hubs(piece: Piece) -> Batch:
    """Forget households that ended as a hub before then, and their people unless known otherwise.

    The caller leaves the trace.
    """
    ended = Hub.objects.filter(valid_to__lt=local(piece.before).date()).order_by(
        "valid_to", "id"
    )
    hubs = list(ended.select_for_update(of=("self",)).select_related("person")[: piece.most])
    Hub.objects.filter(id__in=[hub.id for hub in hubs]).delete()
    for person in {hub.person_id: hub.person for hub in hubs}.values():
        with suppress(ProtectedError):  # they serve, or are a hub elsewhere
            person.delete()
    return Batch(len(hubs))


HUBS = Store("hubs", TERMS["hubs"], _hubs_due, _forget_hubs)


def _named(name: str) -> str:
    clean = name.strip()
    if not clean:
        raise NameMissing(field="name")
    return clean


class StillLeads(Conflict):
    """Whom it leads would be led by nobody."""

    message = _("It still leads {n} organisations. Put them under another one first.")


class LedByItself(Invalid):
    """A chain has a beginning."""

    message = _("An organisation is not led by itself or by whom it leads.")


@transaction.atomic
def change_organisation(
    organisation: Organisation,
    *,
    name: str,
    kind: str,
    parent: Organisation | None,
    by: Actor,
    at: datetime,
) -> Organisation:
    """Give an organisation another name, kind or leader; its posts and its key stay.

    Raises NameMissing, LedFromElsewhere or LedByItself.
    """
    by.require("people.manage", organisation.area.path)
    locked = Organisation.objects.select_for_update(of=("self",)).select_related("area")
    organisation = locked.get(pk=organisation.pk)
    area = organisation.area
    if parent is not None and not area.path.startswith(parent.area.path):
        raise LedFromElsewhere(field="parent", parent=parent.name, area=area.name)
    above = parent
    while above is not None:
        if above.pk == organisation.pk:
            raise LedByItself(field="parent")
        above = above.parent
    wanted = {"name": _named(name)[:120], "kind": kind, "parent": parent}
    changed = [
        field for field, value in wanted.items() if getattr(organisation, field) != value
    ]
    for field in changed:
        setattr(organisation, field, wanted[field])
    if changed:
        organisation.save(update_fields=changed)
        subject = Ref("organisation", organisation.id)
        note("people.change_organisation", subject, by=by, at=at, fields=changed)
    return organisation


@transaction.atomic
def close_organisation(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """Take an organisation out of the chain from today on; its story stays. Raises StillLeads."""
    by.require("people.manage", organisation.area.path)
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    leads = Organisation.objects.filter(parent=organisation, closed_on=None).count()
    if leads:
        raise StillLeads(n=leads)
    if organisation.closed_on is None:
        organisation.closed_on = local(at).date()
        organisation.save(update_fields=["closed_on"])
        note("people.close_organisation", Ref("organisation", organisation.id), by=by, at=at)


@transaction.atomic
def end_hub(hub: Hub, *, by: Actor, at: datetime) -> None:
    """Let a household be a hub no longer from today on; one that began today never was."""
    by.require("people.manage", hub.household.place.community.path)
    today = local(at).date()
    if hub.valid_from >= today:
        hub.delete()
    else:
        hub.valid_to = today
        hub.save(update_fields=["valid_to"])
    note("people.end_hub", Ref("household", hub.household_id), by=by, at=at)


@transaction.atomic
def name_hub(
    place: Place, *, branch: Organisation, name: str, phone: str, by: Actor, at: datetime
) -> Hub:
    """Enter the person of a dwelling and make its household a hub of the branch from today on.

    Raises NameMissing, HubAlready or what a telephone number is refused for.
    """
    by.require("people.manage", branch.area.path)
    household = Household.objects.filter(place=place).order_by("id").first()
    if household is None:
        household = add_household(place, by=by, at=at)
    person = add_person(name, phone=phone, by=by, at=at)
    return add_hub(
        household, branch=branch, person=person, valid_from=local(at).date(), by=by, at=at
    )
