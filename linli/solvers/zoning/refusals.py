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


class MixedCrs(Invalid):
    message = _("The coordinate systems differ: {found}. Convert all layers to one first.")


class TooWide(Invalid):
    message = _("The buildings lie {kilometres} km apart: this is not one town.")


class BoundaryUnusable(Invalid):
    message = _("The boundary has no usable area.")


class NoBuildingInside(Invalid):
    """A file of another place, or of another system of coordinates."""

    message = _(
        "None of the buildings lies inside the boundary. Is it the right file, in the right"
        " coordinate system?"
    )


class NoUsableOutline(Invalid):
    message = _("The outlines of the buildings are not usable: none has a position.")
