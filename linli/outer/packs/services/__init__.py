"""Putting a pack in force: a release of its makers, or an edit made here."""

from linli.outer.packs.services.editing import Edit, edit_pack, return_to
from linli.outer.packs.services.installing import AnotherCity, Undecided, install_pack

__all__ = ["AnotherCity", "Edit", "Undecided", "edit_pack", "install_pack", "return_to"]
