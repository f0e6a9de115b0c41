"""One question to a provider: did it arrive, and what came back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

SECONDS = 10.0


class NotReached(Exception):
    """The connection never stood: nothing was handed over."""


class Unanswered(Exception):
    """Something was handed over, and no answer that can be understood came back."""


class TooFast(Exception):
    """The provider asks to wait."""


class Declined(Exception):
    """The provider's own server would not take the request."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the environment says of a provider: where, who, with which secret."""

    base: str
    user: str
    secret: str
    path: str
    query: str

    @classmethod
    def parse(cls, address: str) -> Account:
        """`https://USER:SECRET@HOST/PATH`, already checked when the house started."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
        return cls(
            base=f"{parts.scheme}://{host}{port}",
            user=unquote(parts.username or ""),
            secret=unquote(parts.password or ""),
            path=parts.path,
            query=parts.query,
        )


def ask(
    method: str,
    url: str,
    *,
    params: dict[str, str] | None = None,
    json: object = None,
    content: bytes | None = None,
) -> dict[str, Any]:
    """The provider's answer as an object, or one of the four ways to get none.

    A proxy named by the environment (HTTPS_PROXY) is used. Redirects are not followed: whoever
    sends a message elsewhere is not the provider.
    """
    # Loaded late: a process that sends nothing needs no client.
    import httpx

    try:
        answer = httpx.request(
            method, url, params=params, json=json, content=content, timeout=SECONDS
        )
    except (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
    ) as error:
        raise NotReached(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise Unanswered(type(error).__name__) from error
    return _understood(answer.status_code, answer)


def _understood(status: int, answer: Any) -> dict[str, Any]:
    if status == 429:
        raise TooFast(f"HTTP {status}")
    if 300 <= status < 500:
        raise Declined(f"HTTP {status}")
    if status != 200:
        raise Unanswered(f"HTTP {status}")
    try:
        found = answer.json()
    except ValueError:
        raise Unanswered("HTTP 200, not JSON") from None
    if not isinstance(found, dict):
        raise Unanswered("HTTP 200, not an object")
    return found
