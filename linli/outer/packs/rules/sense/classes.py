from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from linli.engines.workflow.rules.calendar import WorkingCalendar
from linli.engines.workflow.rules.clocks import Limit, due_at
from linli.kernel.errors import _
from linli.outer.packs.rules.faults import one_of
from linli.outer.packs.rules.sense.places import Places

if TYPE_CHECKING:
    from linli.domains.matters.spec import ClassSpec
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.spec import Pack

_LONGEST = {"title": 200, "major": 120}
_ORDINARY: Final = 3
# A plain Monday morning on a calendar without holidays: enough to say which limit is longer.
_MONDAY: Final = datetime(2024, 3, 4, 1, tzinfo=UTC)
_PLAIN: Final = WorkingCalendar("plain", _MONDAY.date(), _MONDAY.date().replace(year=2070))


def class_faults(pack: Pack, places: Places) -> Iterator[Fault]:
    """Every class names a lead, a form and a workflow that exist, and limits that count."""
    for at, each in enumerate(pack.matters.classes):
        yield from _name_faults(pack, each, places, at)
        yield from _limit_faults(each, places, at)
        yield from _condition_faults(pack, each, places, at)
        for key, most in _LONGEST.items():
            text = each.title if key == "title" else each.major
            if max(len(text.zh), len(text.en)) > most:
                expected = _("a shorter one")
                yield places.fault(
                    "matters", "classes", at, key, found=text.zh, expected=expected
                )


def class_warnings(pack: Pack, places: Places) -> Iterator[Fault]:
    """An urgent matter settled by whoever found it; a workflow no class runs in."""
    for at, each in enumerate(pack.matters.classes):
        if each.on_the_spot and each.severity < _ORDINARY:
            expected = _("severity 3 or 4 for what is settled on the spot")
            place = ("classes", at, "severity")
            yield places.fault("matters", *place, found=each.severity, expected=expected)
    running = {each.workflow for each in pack.matters.classes}
    for name in pack.workflows:
        if name not in running:
            expected = _("a class that runs in it")
            yield places.fault(f"workflows/{name}", found=name, expected=expected)


def _name_faults(pack: Pack, each: ClassSpec, places: Places, at: int) -> Iterator[Fault]:
    named = (
        ("lead", each.lead, pack.about.leads),
        ("workflow", each.workflow, pack.workflows),
        ("form", each.form, pack.forms),
    )
    for key, name, known in named:
        if name is not None and name not in known:
            expected = one_of(known, near=name)
            yield places.fault("matters", "classes", at, key, found=name, expected=expected)


def _limit_faults(each: ClassSpec, places: Places, at: int) -> Iterator[Fault]:
    here = ("classes", at)
    faults = places.limit_faults("matters", *here, "limit", limit=each.limit)
    if each.target is not None:
        faults += places.limit_faults("matters", *here, "target", limit=each.target)
    yield from faults
    if each.target is None or faults:
        return
    if _length(each.target) >= _length(each.limit):
        expected = _("a target shorter than the limit")
        yield places.fault("matters", *here, "target", found=each.target, expected=expected)


def _length(limit: str) -> datetime:
    return due_at(_MONDAY, Limit.parse(limit), _PLAIN)


def _condition_faults(pack: Pack, each: ClassSpec, places: Places, at: int) -> Iterator[Fault]:
    here = ("classes", at, "conditions")
    keys = [condition.key for condition in each.conditions]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            expected: object = _("each condition once")
            yield places.fault("matters", *here, number, found=key, expected=expected)
    workflow = pack.workflows.get(each.workflow)
    if workflow is None or keys:
        return
    if any("filing_condition" in move.needs for _state, move in workflow.moves()):
        expected = _("at least one, because the workflow files by condition")
        yield places.fault("matters", *here, found=_("nothing"), expected=expected)
