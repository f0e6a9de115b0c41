"""Live pages: one feed per process tells every open page that something it may see has moved.

A message is a kind, an area and a version, never content; the page fetches its part again through
the ordinary view. The feed asks the database twice a second instead of listening: a NOTIFY in the
writers' transactions would make their commits wait for each other. Its position is the snapshot's
horizon, so a transaction that commits late is never passed over, and `Last-Event-ID` is that
position: after a break the page is told what it missed.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error, connection

from linli.engines.workflow.queries import Change, changes_between, horizon
from linli.ground.accounts.queries import active_account, actor_for
from linli.kernel import clock
from linli.kernel.actor import Actor

# A page that takes nothing for so many turns has gone or is asleep: it comes back and is told what it missed.
MOST_WAITING = 120
POLL_SECONDS, BEAT_SECONDS, RECHECK_SECONDS = 0.5, 15.0, 60.0
MOST_CHANGES = 2000
PERMISSION = "matters.view"
POSITION = re.compile(r"[0-9]{1,19}")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Batch:
    """The changes up to a position."""

    position: int
    changes: tuple[Change, ...]
    # More happened than is read at once: what exactly, the page finds out by asking for its parts.
    is_cut: bool = False


@dataclass(eq=False, slots=True)
class Listener:
    """One open page: what waits to be told to it, and whether it has fallen behind for good."""

    waiting: asyncio.Queue[Batch] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    lapsed: bool = False

    def tell(self, batch: Batch) -> None:
        """Keep the batch for the page; a page that is too far behind is told nothing more."""
        try:
            self.waiting.put_nowait(batch)
        except asyncio.QueueFull:
            self.lapsed = True


@dataclass(slots=True)
class Feed:
    """The one reader of changes in this process."""

    position: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    listeners: set[Listener] = field(default_factory=set)

    async def run(self) -> None:
        """Ask, pass on, wait; a database that is away is asked again."""
        while True:
            try:
                await self._step()
            except (
                Error
            ):  # an interface error is no DatabaseError, and would end the feed for good
                await asyncio.sleep(2)
            await asyncio.sleep(POLL_SECONDS)

    async def _step(self) -> None:
        until = await in_thread(horizon)
        since, self.position = self.position or until, until
        self.begun.set()
        if not self.listeners or until <= since:
            return
        batch = await in_thread(lambda: batch_between(since, until))
        if batch.changes:
            for listener in self.listeners:
                listener.tell(batch)


def batch_between(since: int, until: int) -> Batch:
    """What happened from one position to another."""
    changes = tuple(changes_between(since, until, most=MOST_CHANGES + 1))
    return Batch(until, changes[:MOST_CHANGES], is_cut=len(changes) > MOST_CHANGES)


async def stream(
    feed: Feed, session_key: str, last_event_id: str
) -> AsyncGenerator[bytes, None]:
    """The messages for one open page, until its session or its posts have ended."""
    actor = await in_thread(lambda: actor_of_session(session_key))
    if actor is None:
        return
    listener = Listener()
    feed.listeners.add(listener)
    try:
        yield b"retry: 2000\n\n"
        # Before the first look there is no position up to which a page could be told.
        await feed.begun.wait()
        if POSITION.fullmatch(last_event_id):
            since, until = int(last_event_id), feed.position
            missed = await in_thread(lambda: batch_between(since, until))
            yield message(missed, actor)
        checked = time.monotonic()
        # Who has lapsed is let go: the browser comes back with the last position it was told.
        while actor is not None and not listener.lapsed:
            yield await _next(listener.waiting, actor)
            if time.monotonic() - checked > RECHECK_SECONDS:
                checked = time.monotonic()
                actor = await in_thread(lambda: actor_of_session(session_key))
    finally:
        feed.listeners.discard(listener)


async def _next(queue: asyncio.Queue[Batch], actor: Actor) -> bytes:
    try:
        batch = await asyncio.wait_for(queue.get(), BEAT_SECONDS)
    except TimeoutError:
        return b": still here\n\n"
    return message(batch, actor)


def message(batch: Batch, actor: Actor) -> bytes:
    """The batch as this actor may know it; the position goes along even when nothing does."""
    seen = {change.kind: change for change in batch.changes if may_know(actor, change)}
    lines = [f"id: {batch.position}"]
    if batch.is_cut:
        # No kind is named, so the page asks for all of its parts again.
        lines += ["data: {}", "", f"id: {batch.position}"]
    for change in seen.values():
        told = {"kind": change.kind, "area": change.area_path, "version": change.version}
        lines += [f"data: {json.dumps(told)}", "", f"id: {batch.position}"]
    return ("\n".join(lines) + "\n\n").encode()


def may_know(actor: Actor, change: Change) -> bool:
    """By place, or because one of the actor's posts is concerned."""
    grants = actor.grants_for(PERMISSION)
    return any(grant.covers(change.area_path) for grant in grants) or any(
        grant.scope == "assigned" and grant.post_id in change.post_ids for grant in grants
    )


def actor_of_session(session_key: str) -> Actor | None:
    """Who holds this session now, or None when it has ended or sees no matters."""
    account_id = SessionStore(session_key).get(SESSION_KEY) if session_key else None
    account = active_account(account_id) if account_id else None
    if account is None:
        return None
    actor = actor_for(account, at=clock.now())
    return actor if actor.may(PERMISSION) else None


async def in_thread(ask: Callable[[], Result]) -> Result:
    """Ask the database off the loop, and give the connection back."""

    def asked() -> Result:
        try:
            return ask()
        finally:
            connection.close()

    return await sync_to_async(asked, thread_sensitive=False)()
