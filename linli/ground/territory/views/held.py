"""What somebody has sent and not yet confirmed, for an hour and for nobody else."""

from __future__ import annotations

import secrets
import zlib

from django.core.cache import cache

from linli.kernel.actor import Actor
from linli.kernel.errors import Gone, _

_HOUR = 3600


class NoLongerHeld(Gone):
    """An hour has passed, or this is somebody else's."""

    message = _("This preview has ended. Please choose the file again.")


def hold(sent: bytes, *, kind: str, by: Actor) -> str:
    """Keep what was sent until it is confirmed; the token tells it from others of its kind."""
    token = secrets.token_urlsafe(12)
    cache.set(_key(token, kind, by), zlib.compress(sent, 3), _HOUR)
    return token


def held(token: str, *, kind: str, by: Actor) -> bytes:
    """What was sent, or NoLongerHeld."""
    kept = (
        cache.get(_key(token, kind, by))
        if token.replace("-", "").replace("_", "").isalnum()
        else None
    )
    if not isinstance(kept, bytes):
        raise NoLongerHeld
    return zlib.decompress(kept)


def _key(token: str, kind: str, by: Actor) -> str:
    return f"territory:{kind}:{by.account_id}:{token[:40]}"
