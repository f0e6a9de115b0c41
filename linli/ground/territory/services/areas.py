"""Areas, the codes and names they bear, and which of them this installation serves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from linli.ground.audit.services import note
from linli.ground.territory.models import Area, AreaCode, Scheme, in_force
from linli.kernel.actor import Actor
from linli.kernel.errors import Conflict, _
from linli.kernel.refs import Ref
from linli.kernel.words import initials, pinyin, search_words

BATCH = 2000


class CodeTaken(Conflict):
    """Within one scheme a code names one area at a time."""

    message = _("The code {code} already names an area in this scheme.")


def new_area(path: str, *, level: int, name: str, opened_on: date, kind: str = "") -> Area:
    """An unsaved area, found by its name, its sound and its initials."""
    return Area(path=path, level=level, kind=kind, opened_on=opened_on, **_named(name))


def _named(name: str) -> dict[str, str]:
    return {
        "name": name,
        "pinyin": pinyin(name)[:400],
        "initials": initials(name)[:120],
        "words": search_words(name),
    }


def add_codes(areas: Iterable[Area], *, scheme: str, valid_from: date) -> None:
    """Say from which day the scheme's own digits name these areas so."""
    AreaCode.objects.bulk_create(
        [
            AreaCode(
                area=area, scheme=scheme, code=area.path, name=area.name, valid_from=valid_from
            )
            for area in areas
        ],
        batch_size=BATCH,
    )


def end_codes(areas: Iterable[Area], *, on: date) -> None:
    """The codes of these areas name nothing from a day on."""
    codes = AreaCode.objects.filter(area__in=[area.pk for area in areas], valid_to=None)
    codes.filter(valid_from__gte=on).delete()
    codes.update(valid_to=on)


def rename(named: Sequence[tuple[Area, str]], *, scheme: str, valid_from: date) -> None:
    """Give areas other names from a day on; the old name keeps the span it was borne."""
    areas = [area for area, _name in named]
    codes = AreaCode.objects.filter(area__in=areas, scheme=scheme, valid_to=None)
    codes.filter(valid_from__gte=valid_from).delete()
    codes.update(valid_to=valid_from)
    for area, name in named:
        for field, value in _named(name).items():
            setattr(area, field, value)
        area.save(update_fields=["name", "pinyin", "initials", "words"])
    add_codes(areas, scheme=scheme, valid_from=valid_from)


@transaction.atomic
def name_home(area: Area, *, by: Actor, at: datetime) -> None:
    """Say which area this installation serves."""
    by.require("territory.import")
    Scheme.objects.update(home=area)
    note("territory.home", Ref("area", area.id), by=by, at=at)


@transaction.atomic
def add_code(
    area: Area, *, scheme: str, code: str, valid_from: date, by: Actor, at: datetime
) -> AreaCode:
    """Say what another scheme calls an area from a day on; its digits are never a path."""
    by.require("territory.import", area.path)
    if AreaCode.objects.filter(in_force(valid_from), scheme=scheme, code=code).exists():
        raise CodeTaken(field="code", code=code)
    row = AreaCode.objects.create(
        area=area, scheme=scheme, code=code, name=area.name, valid_from=valid_from
    )
    note("territory.code", Ref("area", area.id), by=by, at=at, ground=scheme)
    return row
