"""Putting a pack in force: a release of its makers, or an edit made here."""

from linli.outer.packs.services.editing import (
    ChangedMeanwhile,
    Edit,
    NothingChanged,
    OtherRelease,
    edit_pack,
    return_to,
)
from linli.outer.packs.services.installing import AnotherCity, Undecided, install_pack

__all__ = [
    "AnotherCity",
    "ChangedMeanwhile",
    "Edit",
    "NothingChanged",
    "OtherRelease",
    "Undecided",
    "edit_pack",
    "install_pack",
    "return_to",
]
