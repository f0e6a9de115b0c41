"""What can be asked of a pack: is it sound, what would it change, what is installed."""

from linli.outer.packs.queries.check import Gate, Report, check_pack
from linli.outer.packs.queries.folder import PACKS, find_folder
from linli.outer.packs.queries.installed import Plan, installed, lead_titles, plan
from linli.outer.packs.queries.pages import diagrams_of, differing, schemas

__all__ = [
    "PACKS",
    "Gate",
    "Plan",
    "Report",
    "check_pack",
    "diagrams_of",
    "differing",
    "find_folder",
    "installed",
    "lead_titles",
    "plan",
    "schemas",
]
