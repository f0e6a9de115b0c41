"""The first gate: every part has the keys, types and values its spec knows, and no others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from linli.domains.matters.spec import MattersSpec
from linli.engines.forms.spec import Form
from linli.engines.notices.spec import NoticesSpec
from linli.engines.workflow.spec import Calendar, Workflow
from linli.ground.accounts.spec import PostsSpec
from linli.ground.privacy.spec import RetentionSpec
from linli.ground.territory.spec import TerritorySpec
from linli.kernel.errors import _
from linli.kernel.spec import Spec, SpecError
from linli.outer.packs.rules.faults import Fault, dotted, nothing, one_of, say, shown
from linli.outer.packs.rules.merge import Merged, Source
from linli.outer.packs.rules.texts import Texts
from linli.outer.packs.spec import About, Case, Pack

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SpecT = TypeVar("SpecT", bound=Spec)
_PATTERNS = {
    r"^[a-z][a-z0-9_]{0,59}$": _("a name of small letters, digits and _, letter first"),
    r"^\d{2}-\d{2}$": _("a code such as 01-03"),
    r"^\d{1,4}\.\d{1,4}\.\d{1,4}$": _("a version such as 1.0.0"),
    r"^\d{1,4} (days|months|years)$": _("a term such as 7 days, 6 months or 3 years"),
    r"^[a-z_]+\.[a-z_]+$": _("a permission such as matters.view"),
    r"^([01]\d|2[0-3]):[0-5]\d$": _("a time of the day such as 08:00"),
}
_A_LIMIT = _("a limit such as 4 work_hours, 1 work_day, 2 urgent_hours or immediate")
_TYPES = {
    "string_type": _("text in quotes"),
    "int_type": _("a whole number without quotes"),
    "int_from_float": _("a whole number"),
    "float_type": _("a number without quotes"),
    "bool_type": _("true or false without quotes"),
    "tuple_type": _("a list in [ ]"),
    "dict_type": _("a table"),
    "model_type": _("a table"),
    "date_type": _("a day such as 2026-01-31"),
    "date_from_datetime_parsing": _("a day such as 2026-01-31"),
    "datetime_type": _("a moment such as 2026-01-31T09:00:00+08:00"),
    "datetime_from_date_parsing": _("a moment such as 2026-01-31T09:00:00+08:00"),
    "timezone_aware": _("a moment with its time zone, such as 2026-01-31T09:00:00+08:00"),
}
_BOUNDS = {
    "greater_than_equal": (_("at least {ge}"), "ge"),
    "less_than_equal": (_("at most {le}"), "le"),
    "string_too_short": (_("at least {min_length} characters"), "min_length"),
    "string_too_long": (_("at most {max_length} characters"), "max_length"),
    "too_short": (_("at least {min_length} of them"), "min_length"),
    "literal_error": (_("one of: {expected}"), "expected"),
}


def shape_of(
    merged: Merged, faults: list[Fault], *, texts: Texts, is_whole: bool = True
) -> Pack | None:
    """The pack, or None when any part is missing or has not the right shape.

    A pack that is only there to be extended may leave the rest of a part to the one that does.
    """
    found: list[Fault] = []
    pack = _parts_of(merged, found, texts)
    left_open = {str(_("this key"))} if not is_whole else set()
    faults += [
        fault
        for fault in found
        if fault.expected not in left_open or "." in fault.key or "[" in fault.key
    ]
    return None if found else pack


def _parts_of(merged: Merged, faults: list[Fault], texts: Texts) -> Pack | None:
    about = _one(merged, "pack", About, faults)
    territory = _one(merged, "territory", TerritorySpec, faults)
    posts = _one(merged, "posts", PostsSpec, faults)
    retention = _one(merged, "retention", RetentionSpec, faults)
    calendar = _one(merged, "calendar", Calendar, faults)
    notices = _one(merged, "notices", NoticesSpec, faults)
    matters = _one(merged, "matters", MattersSpec, faults)
    workflows = _many(merged, "workflows", Workflow, faults)
    forms = _many(merged, "forms", Form, faults)
    cases = _many(merged, "cases", Case, faults)
    if not (about and territory and posts and retention and calendar and notices and matters):
        return None
    return Pack(
        about,
        territory,
        posts,
        retention,
        calendar,
        notices,
        matters,
        workflows,
        forms,
        cases,
        texts,
    )


def _one(merged: Merged, section: str, spec: type[SpecT], faults: list[Fault]) -> SpecT | None:
    source = merged.sections.get(section)
    if source is None:
        return None
    try:
        # Strict as JSON is: text is no number, but a list may become a tuple and text a day.
        plain = json.dumps(source.data, default=_plain, allow_nan=False)
        return spec.model_validate_json(plain, strict=True)
    except ValidationError as error:
        faults += [_fault(source, spec, one) for one in error.errors()]
    except ValueError:
        pass  # a number that is none, named where it was read
    return None


def _many(
    merged: Merged, folder: str, spec: type[SpecT], faults: list[Fault]
) -> dict[str, SpecT]:
    named = [section for section in merged.sections if section.startswith(f"{folder}/")]
    found = {section: _one(merged, section, spec, faults) for section in sorted(named)}
    return {section.removeprefix(f"{folder}/"): one for section, one in found.items() if one}


def _plain(value: object) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _fault(source: Source, spec: type[Spec], error: ErrorDetails) -> Fault:
    place = [part for part in error["loc"] if part != "[key]"]
    file, key = source.file_of(place), dotted(source.data, place)
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, SpecError):
        inner = f"{key}.{cause.key}" if key else cause.key
        return Fault(file, inner, shown(cause.found), str(cause.expected))
    if error["type"] == "extra_forbidden":
        known = _known_keys(spec, place[:-1])
        return Fault(file, key, shown(str(place[-1])), one_of(known, near=str(place[-1])))
    if error["type"] == "missing":
        return Fault(file, key, nothing(), say(_("this key")))
    return Fault(file, key, shown(error["input"]), _expected(error))


def _expected(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return str(_PATTERNS.get(pattern, _A_LIMIT if "immediate" in pattern else pattern))
    if kind in _BOUNDS:
        message, name = _BOUNDS[kind]
        return say(message, **{name: context[name]})
    return str(_TYPES.get(kind, error["msg"]))


def _known_keys(spec: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The keys a table at this place may have."""
    kind: Any = spec
    for part in place:
        kind = _inner(kind, part)
    model = _model_in(kind)
    return list(model.model_fields) if model else []


def _inner(kind: Any, part: str | int) -> Any:
    model = _model_in(kind)
    if model is not None and part in model.model_fields:
        return model.model_fields[str(part)].annotation
    for option in _options(kind):
        if get_origin(option) is dict:
            return get_args(option)[1]
        if get_origin(option) is tuple:
            return get_args(option)[0]
    return None


def _model_in(kind: Any) -> type[BaseModel] | None:
    models = (one for one in _options(kind) if isinstance(one, type))
    return next((one for one in models if issubclass(one, BaseModel)), None)


def _options(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Annotated:
        return _options(get_args(kind)[0])
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
