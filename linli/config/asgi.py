"""The stream of live messages; pages and the API are served by wsgi.py."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django first

from linli.web.live import Feed, stream  # noqa: E402 - Django first

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_feed = Feed()
_running: list[asyncio.Task[None]] = []


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """`/events` for pages with a session; `/healthz` for whoever watches the machine."""
    if scope["type"] == "lifespan":
        await _live_and_die(receive, send)
    elif scope["path"] == "/healthz":
        await _answer(send, 200, b'{"alive": true}', "application/json")
    elif scope["path"] == "/events" and scope["method"] == "GET":
        await _stream(scope, receive, send)
    else:
        await _answer(send, 404, b"", "text/plain")


async def _live_and_die(receive: Receive, send: Send) -> None:
    while True:
        told = await receive()
        if told["type"] == "lifespan.startup":
            _running.append(asyncio.create_task(_feed.run()))
            await send({"type": "lifespan.startup.complete"})
        else:
            for task in _running:
                task.cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _stream(scope: Message, receive: Receive, send: Send) -> None:
    headers = {
        name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    cookie = SimpleCookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    messages = stream(_feed, cookie.value if cookie else "", headers.get("last-event-id", ""))
    first = await anext(messages, None)
    if first is None:
        await _answer(send, 403, b"", "text/plain")
        return
    await send(_head(200, "text/event-stream"))
    gone = asyncio.create_task(_until_gone(receive))
    try:
        part: bytes | None = first
        while part is not None and not gone.done():
            await send({"type": "http.response.body", "body": part, "more_body": True})
            coming = asyncio.create_task(anext(messages, None))
            await asyncio.wait({coming, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
                return
            part = coming.result()
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        await messages.aclose()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: int, body: bytes, kind: str) -> None:
    await send(_head(status, kind))
    await send({"type": "http.response.body", "body": body})


def _head(status: int, kind: str) -> Message:
    origin = settings.BASE_URL.encode()
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", kind.encode()),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"vary", b"Origin"),
        ],
    }
