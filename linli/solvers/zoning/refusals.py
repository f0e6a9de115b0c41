"""What cannot be divided or drawn, in words for whoever brought the file."""

from __future__ import annotations

from linli.kernel.errors import Conflict, Invalid, _


class NothingToDivide(Invalid):
    message = _("There is no building to divide.")


class WouldFallApart(Conflict):
    """A grid is one connected piece; a river or a wall does not connect."""

    message = _("Grid {grid} would fall apart into pieces that do not touch.")


class GridIsFixed(Conflict):
    message = _("Grid {grid} is dedicated and stays as it is.")


class NoSuchGrid(Invalid):
    message = _("There is no grid {grid} in this plan.")


class CannotSplit(Conflict):
    message = _("Grid {grid} cannot be split into {into} connected parts.")
