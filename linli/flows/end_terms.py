"""When a term of the pack is over, everything that was kept under it is forgotten, store by store."""

from __future__ import annotations

from linli.domains.matters.services import forgetting as matters
from linli.engines.notices.services.delivering import TOLD
from linli.ground.accounts.services.forgetting import STAFF
from linli.ground.people.services import HUBS
from linli.ground.privacy.services.parts import (
    BROKEN_GLASS,
    FINISHED_JOBS,
    REQUEST_REPLIES,
    SIGN_IN,
)
from linli.kernel.privacy import end_terms_of

end_terms_of(
    *matters.STORES, STAFF, HUBS, TOLD, BROKEN_GLASS, SIGN_IN, REQUEST_REPLIES, FINISHED_JOBS
)
