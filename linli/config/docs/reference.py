"""Pages of reference that cannot lie, because they are made from the code itself."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from linli.config.variables import VARIABLES, Variable
from linli.kernel import events, privacy
from linli.kernel.permissions import permissions
from linli.kernel.spec import Term

Rows = Iterable[tuple[str, ...]]


def pages() -> dict[str, str]:
    """Every page of docs/reference by its name."""
    return {
        "settings.md": _page(
            "Settings",
            "Read from the environment by one frozen object; an unknown `LINLI_` name or a malformed "
            "value stops the start with one sentence.",
            ("Variable", "Meaning", "Unless said", "Example"),
            [(f"`{one.name}`", one.meaning, one.default, _shown(one)) for one in VARIABLES],
        ),
        "permissions.md": _page(
            "Permissions",
            "What a role of a pack may give, with its scope.",
            ("Permission", "中文", "English"),
            [(f"`{key}`", text.zh, text.en) for key, text in sorted(permissions().items())],
        ),
        "events.md": _page(
            "Events and flows",
            "What happened, and what runs because of it.",
            ("Event", "Flow", "What it does"),
            sorted(_flows()),
        ),
        "routes.md": _page(
            "Routes",
            "Every page, and for whom its door is open.",
            ("Address", "Name", "Open to"),
            sorted(_routes()),
        ),
        "privacy.md": _page(
            "Personal data",
            "Every personal field, also of the parts we use, with its purpose, its basis and its end.",
            ("Field", "Purpose", "Basis", "Until", "Erased by"),
            sorted(_personal()),
        ),
    }


def _shown(variable: Variable) -> str:
    """An example as one types it; a sentence stays a sentence."""
    return variable.example if "`" in variable.example else f"`{variable.example}`"


def _page(title: str, lead: str, head: tuple[str, ...], rows: Rows) -> str:
    lines = [
        f"# {title}",
        "",
        f"{lead} Written by `make docs`; do not edit.",
        "",
        f"| {' | '.join(head)} |",
        f"| {' | '.join(['---'] * len(head))} |",
        *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows),
        "",
    ]
    return "\n".join(lines)


def _flows() -> Iterable[tuple[str, str, str]]:
    for flow in events.FLOWS.values():
        module = inspect.getmodule(flow.run)
        told = (module.__doc__ or "").strip() if module else ""
        yield f"`{flow.event.__name__}`", f"`{flow.name.rsplit('.', 1)[0]}`", told


def _routes() -> Iterable[tuple[str, str, str]]:
    for route, name, view in views():
        yield f"`/{route}`", name, opened_to(view)


def views() -> Iterable[tuple[str, str, Any]]:
    """Every address of our own pages with its name and its view; the API describes itself."""
    return _inside(get_resolver(), "", "")


def _inside(resolver: URLResolver, prefix: str, space: str) -> Iterable[tuple[str, str, Any]]:
    for one in resolver.url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            if one.namespace != "api":
                inner = f"{one.namespace}:" if one.namespace else space
                yield from _inside(one, route, inner)
        elif isinstance(one, URLPattern):
            yield route, f"{space}{one.name or ''}", one.callback


def opened_to(view: Any) -> str:
    """What the door itself says: permissions, or why everybody may come in."""
    if needed := getattr(view, "needs", None):
        return " or ".join(f"`{permission}`" for permission in needed)
    if reason := getattr(view, "open_because", None):
        return f"everybody: {reason}"
    return "sign-in and machine"


def keeps() -> dict[str, privacy.Kept]:
    """The classification of every field, the house's own and those of the parts it uses."""
    found: dict[str, privacy.Kept] = {}
    for name in settings.FIRST_PARTY_APPS:
        if importlib.util.find_spec(f"{name}.privacy"):
            found |= importlib.import_module(f"{name}.privacy").KEEPS
    return found


def fields() -> list[str]:
    """Every column of every table that has a model."""
    return [
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for config in apps.get_app_configs()
        for model in config.get_models()
        for field in model._meta.local_concrete_fields
    ]


def terms() -> dict[str, Term]:
    """Every term an app declares in its spec; a pack says how long each lasts."""
    found: dict[str, Term] = {}
    for name in settings.FIRST_PARTY_APPS:
        if importlib.util.find_spec(f"{name}.spec"):
            found |= getattr(importlib.import_module(f"{name}.spec"), "TERMS", {})
    return found


def _until(term: str) -> str:
    if term == privacy.OF_ITS_SUBJECT:
        return "with the record it belongs to"
    return f"`{term}`, counted from {terms()[term].counted_from.en}"


def _personal() -> Iterable[tuple[str, ...]]:
    for field, basis in keeps().items():
        if basis is not None:
            yield (
                f"`{field}`",
                basis.purpose,
                basis.legal_basis,
                _until(basis.term),
                basis.erased_by,
            )
