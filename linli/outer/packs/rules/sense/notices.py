from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from linli.domains.matters.spec import NOTICES as MATTERS
from linli.engines.notices.spec import NOTICES as ENGINE
from linli.engines.notices.spec import Kind
from linli.engines.workflow.spec import NOTICES as WORKFLOW
from linli.kernel.errors import _
from linli.outer.packs.rules.faults import one_of
from linli.outer.packs.rules.sense.places import Places

if TYPE_CHECKING:
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.spec import Pack

KINDS: Final[Mapping[str, Kind]] = {**ENGINE, **WORKFLOW, **MATTERS}


def notice_faults(pack: Pack, places: Places) -> Iterator[Fault]:
    """Every notice is one the product sends, and names only words that are known then."""
    for kind, words in pack.notices.texts.items():
        here = ("texts", kind)
        known = KINDS.get(kind)
        if known is None:
            yield places.fault("notices", *here, found=kind, expected=one_of(KINDS, near=kind))
            continue
        for place, name in sorted(words.places()):
            if name not in known.words:
                expected = one_of(known.words, near=name)
                yield places.fault(
                    "notices", *here, *place.split("."), found=name, expected=expected
                )
    yield from _unknown_names(pack, places)


def _unknown_names(pack: Pack, places: Places) -> Iterator[Fault]:
    """What breaks through is told to posts; who is warned is a role of the pack."""
    to_posts = {kind for kind, known in KINDS.items() if known.to == "post"}
    for at, kind in enumerate(pack.notices.urgent.notices):
        if kind not in to_posts:
            expected = one_of(to_posts, near=kind)
            yield places.fault(
                "notices", "urgent", "notices", at, found=kind, expected=expected
            )
    for at, role in enumerate(pack.notices.calendar_ends.roles):
        if role not in pack.posts.roles:
            expected = one_of(pack.posts.roles, near=role)
            place = ("calendar_ends", "roles", at)
            yield places.fault("notices", *place, found=role, expected=expected)


def notice_warnings(pack: Pack, places: Places) -> Iterator[Fault]:
    """What happens and nobody is told of, and links a resident would miss."""
    for kind, known in KINDS.items():
        words = pack.notices.texts.get(kind)
        if words is None:
            expected = _("words for it; without them nobody is told")
            yield places.fault("notices", "texts", found=kind, expected=expected)
        elif "link" in known.words and not any(name == "link" for _at, name in words.places()):
            expected = _("{link}, without which the reader cannot act")
            yield places.fault(
                "notices", "texts", kind, "text", found=words.text.zh, expected=expected
            )
