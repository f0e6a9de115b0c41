"""What can be asked of a pack: is it sound, what would it change, what is installed."""

from linli.outer.packs.queries.check import Gate, Report, check_pack
from linli.outer.packs.queries.folder import PACKS, find_folder
from linli.outer.packs.queries.installed import (
    Plan,
    days_left,
    edition_before,
    editions,
    get_edition,
    in_force,
    installed,
    lead_titles,
    plan,
    texts_of,
)
from linli.outer.packs.queries.items import Contents, Item, contents_of
from linli.outer.packs.queries.pages import diagrams_of, differing, schemas
from linli.outer.packs.queries.proposals import Proposal, line_difference, propose

__all__ = [
    "PACKS",
    "Contents",
    "Gate",
    "Item",
    "Plan",
    "Proposal",
    "Report",
    "check_pack",
    "contents_of",
    "days_left",
    "diagrams_of",
    "differing",
    "edition_before",
    "editions",
    "find_folder",
    "get_edition",
    "in_force",
    "installed",
    "lead_titles",
    "line_difference",
    "plan",
    "propose",
    "schemas",
    "texts_of",
]
