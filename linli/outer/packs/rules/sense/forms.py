from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from linli.kernel.errors import _
from linli.outer.packs.rules.faults import one_of
from linli.outer.packs.rules.sense.places import Places

if TYPE_CHECKING:
    from linli.engines.forms.spec import Form, FormField
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.spec import Pack

# A title with one of these asks about a person; otherwise `personal = false` says so.
ASKS_ABOUT_A_PERSON: Final = (
    "姓名", "身份证", "证件号", "电话", "手机", "住址", "年龄", "病", "收入",
)  # fmt: skip


def form_faults(pack: Pack, places: Places) -> Iterator[Fault]:
    """Skip logic compares with an answer somebody can give; personal questions say so."""
    for name, form in pack.forms.items():
        for at, field in enumerate(form.fields):
            section, here = f"forms/{name}", ("fields", at)
            yield from _show_if_faults(form, field, places, section, at)
            if repeated := _repeated_option(field):
                expected = _("each option once")
                yield places.fault(section, *here, "options", found=repeated, expected=expected)
            if _upside_down(field):
                expected = _("no more than `maximum`")
                yield places.fault(
                    section, *here, "minimum", found=field.minimum, expected=expected
                )
            if _is_silent_about_a_person(field):
                expected = _("`personal = true` with its `basis`, or `personal = false`")
                yield places.fault(
                    section, *here, "personal", found=field.title.zh, expected=expected
                )


def form_warnings(pack: Pack, places: Places) -> Iterator[Fault]:
    """A form no class asks."""
    asked = {each.form for each in pack.matters.classes}
    for name in pack.forms:
        if name not in asked:
            yield places.fault(f"forms/{name}", found=name, expected=_("a class that asks it"))


def _show_if_faults(
    form: Form, field: FormField, places: Places, section: str, at: int
) -> Iterator[Fault]:
    if field.show_if is None:
        return
    earlier = next(one for one in form.fields if one.key == field.show_if.field)
    equals, place = field.show_if.equals, ("fields", at, "show_if", "equals")
    if earlier.type == "yes_no":
        if not isinstance(equals, bool):
            expected: object = _("true or false without quotes")
            yield places.fault(section, *place, found=equals, expected=expected)
    elif earlier.type not in ("choice", "choices"):
        expected = _("an earlier choice or yes-or-no question")
        yield places.fault(section, *place[:-1], "field", found=earlier.key, expected=expected)
    elif equals not in {option.key for option in earlier.options}:
        expected = one_of((option.key for option in earlier.options), near=str(equals))
        yield places.fault(section, *place, found=equals, expected=expected)


def _repeated_option(field: FormField) -> str | None:
    keys = [option.key for option in field.options]
    return next((key for key in keys if keys.count(key) > 1), None)


def _upside_down(field: FormField) -> bool:
    if field.minimum is None or field.maximum is None:
        return False
    return field.minimum > field.maximum


def _is_silent_about_a_person(field: FormField) -> bool:
    if "personal" in field.model_fields_set:
        return False
    return any(word in field.title.zh for word in ASKS_ABOUT_A_PERSON)
