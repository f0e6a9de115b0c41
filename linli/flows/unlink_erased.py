"""When all terms have been gone through, files whose rows are erased are looked for once more."""

from __future__ import annotations

from datetime import timedelta

from linli.engines.files.services import unlink_erased as unlink
from linli.ground.privacy.events import TermsEnded
from linli.kernel.events import on

# A machine that stopped between a commit and its files is found within these days.
_DAYS = timedelta(days=14)


@on(TermsEnded)
def unlink_erased(event: TermsEnded) -> None:
    unlink(since=event.at - _DAYS)
