"""Every permission the apps declare, with its words: `PERMISSIONS` in the spec of each."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from functools import cache

from django.conf import settings

from linli.kernel.spec import Text


@cache
def permissions() -> Mapping[str, Text]:
    """Name and words of each; apps are asked by name, so nobody below imports them."""
    found: dict[str, Text] = {}
    for name in settings.FIRST_PARTY_APPS:
        if importlib.util.find_spec(f"{name}.spec"):
            spec = importlib.import_module(f"{name}.spec")
            found |= getattr(spec, "PERMISSIONS", {})
    return found
