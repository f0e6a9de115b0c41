from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from linli.domains.matters.spec import TERMS as MATTERS
from linli.engines.notices.spec import TERMS as NOTICES
from linli.ground.accounts.spec import TERMS as ACCOUNTS
from linli.ground.people.spec import TERMS as PEOPLE
from linli.ground.privacy.rules import keep_of
from linli.ground.privacy.spec import TERMS as PRIVACY
from linli.kernel.errors import _
from linli.outer.packs.rules.faults import nothing, one_of, say
from linli.outer.packs.rules.sense.places import Places

if TYPE_CHECKING:
    from linli.outer.packs.rules.faults import Fault
    from linli.outer.packs.spec import Pack

KNOWN: Final = {**PRIVACY, **PEOPLE, **ACCOUNTS, **NOTICES, **MATTERS}


def retention_faults(pack: Pack, places: Places) -> Iterator[Fault]:
    """Everything kept has an end, none lies beyond the longest, and no term is made up."""
    given = pack.retention.terms
    for term in KNOWN.keys() - given.keys():
        expected = say(_("how long: {title}"), title=KNOWN[term].title.zh)
        yield places.fault("retention", "terms", term, found=nothing(), expected=expected)
    for term, kept in given.items():
        if term not in KNOWN:
            expected = one_of(KNOWN, near=term)
            yield places.fault("retention", "terms", term, found=term, expected=expected)
            continue
        longest, keep = KNOWN[term].longest, keep_of(kept.keep)
        if keep.number < 1 or keep.days_at_most > keep_of(longest).days_at_most:
            expected = say(_("at least 1 days and at most {longest}"), longest=longest)
            yield places.fault(
                "retention", "terms", term, "keep", found=kept.keep, expected=expected
            )
