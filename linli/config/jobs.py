"""Puts jobs, flows and the queue together, once, when the house starts."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pkgutil import iter_modules

from procrastinate import App

import linli.flows
from linli.kernel import events


def put_together(app: App) -> None:
    """Give every flow a job of its own, and let services write jobs on their own connection."""
    for module in iter_modules(linli.flows.__path__, "linli.flows."):
        import_module(module.name)
    for flow in events.FLOWS.values():
        app.task(name=flow.name, queue="flows")(partial(_run, flow))
    events.defer_with(partial(_defer, app))


def _run(flow: events.Flow, **arguments: str) -> None:
    flow.run(events.revive(flow.event, arguments))


def _defer(app: App, name: str, arguments: dict[str, str]) -> None:
    app.configure_task(name, allow_unknown=False).defer(**arguments)
