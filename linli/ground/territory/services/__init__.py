"""What can be done to territory: import divisions, publish grids, add places."""

from linli.ground.territory.queries.planning import (
    ForeignCode,
    NotACommunity,
    OlderFile,
    OtherScheme,
    TooEarly,
)
from linli.ground.territory.services.areas import add_code, add_codes, name_home, new_area
from linli.ground.territory.services.importing import Imported, import_divisions
from linli.ground.territory.services.places import (
    Added,
    PlaceRow,
    PlaceWithoutParent,
    add_places,
    seat_places,
)
from linli.ground.territory.services.publishing import (
    GridInUse,
    Source,
    TooLate,
    draw,
    next_version,
    publish_grids,
)

__all__ = [
    "Added",
    "ForeignCode",
    "GridInUse",
    "Imported",
    "NotACommunity",
    "OlderFile",
    "OtherScheme",
    "PlaceRow",
    "PlaceWithoutParent",
    "Source",
    "TooEarly",
    "TooLate",
    "add_code",
    "add_codes",
    "add_places",
    "draw",
    "import_divisions",
    "name_home",
    "new_area",
    "next_version",
    "publish_grids",
    "seat_places",
]
