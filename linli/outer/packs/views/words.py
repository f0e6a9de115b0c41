"""What the pages call things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import get_language

from linli.kernel.errors import _
from linli.kernel.spec import Text
from linli.outer.packs.forms.editing import OF_THE_CLASS, UNITS

LEVELS: Final = {
    "city": _("City"),
    "county": _("County"),
    "street": _("Street"),
    "community": _("Community"),
    "grid": _("Grid"),
}
_UNITS = dict((*UNITS, OF_THE_CLASS))


def title_of(text: Any) -> str:
    """Words of the pack in the reader's language."""
    assert isinstance(text, Mapping)
    return Text.model_construct(zh=text["zh"], en=text.get("en", "")).in_language(
        get_language() or "zh"
    )


def limit_words(limit: object) -> str:
    """A limit as people say it."""
    number, _space, unit = str(limit).rpartition(" ")
    said = str(_UNITS.get(unit.removesuffix("s"), unit))
    return f"{number} {said}".strip() if limit else ""
