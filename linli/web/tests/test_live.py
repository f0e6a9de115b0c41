"""The stream behind every open page: bounded, and nobody is passed over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from linli.domains.matters.testing import Cast, a_report, make_cast, make_matter
from linli.engines.workflow.queries import Change, horizon
from linli.ground.accounts.models import Account
from linli.web.live import MOST_WAITING, Batch, Feed, Listener, batch_between, message, stream

NOTHING = Batch(7, ())


def _session(cast: Cast) -> str:
    client = Client()
    assert cast.hub.account_id is not None
    client.force_login(Account.objects.get(id=cast.hub.account_id))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


async def _first(stream_of_page: AsyncGenerator[bytes, None], parts: int) -> bytes:
    found = [await anext(stream_of_page) for _ in range(parts)]
    await stream_of_page.aclose()
    return b"".join(found)


def test_a_page_that_takes_nothing_is_let_go_and_holds_no_more_than_its_share() -> None:
    listener = Listener()
    for _ in range(MOST_WAITING + 5):
        listener.tell(NOTHING)

    assert listener.lapsed
    assert listener.waiting.qsize() == MOST_WAITING


@pytest.mark.django_db
def test_more_than_is_read_at_once_makes_the_page_ask_for_everything() -> None:
    cast = make_cast()
    change = Change("matter", "330212", frozenset({uuid4()}), 1)

    whole, cut = (
        message(Batch(9, (change,)), cast.hub),
        message(Batch(9, (change,), is_cut=True), cast.hub),
    )

    assert b"data" not in whole
    assert b"data: {}" in cut


@pytest.mark.django_db(transaction=True)
def test_who_comes_back_to_a_stream_just_begun_is_told_what_it_missed() -> None:
    cast = make_cast()
    since = horizon()
    make_matter(a_report())
    feed, session = Feed(), _session(cast)

    async def come_back() -> bytes:
        told = asyncio.create_task(_first(stream(feed, session, str(since)), 2))
        await asyncio.sleep(0.05)
        assert not told.done()
        running = asyncio.create_task(feed.run())
        try:
            return await asyncio.wait_for(told, 10)
        finally:
            running.cancel()

    answer = asyncio.run(come_back())

    assert b'"kind": "matter"' in answer
    assert b"id: 0" not in answer
    assert batch_between(since, horizon()).changes
