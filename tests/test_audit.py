from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from linli.config.rights import GROWING, OWNERS
from linli.ground.accounts.testing import make_account, make_post, seat
from linli.ground.audit.models import Entry, Month, Reply, Revision, Seal
from linli.ground.audit.queries import (
    SEALED,
    ask_once,
    entries_about,
    forget,
    remembered,
    revision,
)
from linli.ground.audit.services import (
    RequestIdReused,
    digest_of,
    earlier_reply,
    forget_replies,
    note,
    reply_for,
)
from linli.ground.audit.testing import as_owner
from linli.ground.territory.testing import make_town
from linli.kernel.actor import CLOCK, Actor, Seat
from linli.kernel.refs import Ref

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)


def test_an_entry_names_the_post_the_act_and_the_fields_and_nobody() -> None:
    post, matter = uuid4(), Ref("matter", uuid4())
    actor = Actor(
        kind="person",
        account_id=uuid4(),
        name="王芳",
        seats=(Seat(post, "street_hub", "中心", "230803007", None),),
    )

    note(
        "matters.open_contact",
        matter,
        by=actor,
        at=NOON,
        fields=["phone", "name"],
        ground="回访",
    )

    entry = entries_about(matter).get()
    assert (entry.post_id, entry.verb, entry.fields) == (
        post,
        "matters.open_contact",
        ["name", "phone"],
    )
    assert entry.xact > 0
    assert "王芳" not in str([getattr(entry, field.name) for field in Entry._meta.fields])


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET digest = ''", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_the_house_has_no_right_to_change_the_trail(statement: str, table: str) -> None:
    note("matters.report", Ref("matter", uuid4()), by=CLOCK, at=NOON)
    statement = statement.replace("digest", "verb" if table == "audit_entry" else "digest")

    with (
        pytest.raises(DatabaseError, match=f"permission denied for table {table}"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))

    assert Entry.objects.count() >= 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET verb = 'other'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_seal",
    ],
)
def test_even_the_owner_changes_it_only_past_a_trigger(statement: str) -> None:
    note("matters.report", Ref("matter", uuid4()), by=CLOCK, at=NOON)

    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        as_owner(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Entry.objects.count() >= 1


def test_saying_that_months_are_dropped_opens_nothing_to_the_house() -> None:
    """The word that lets the owner through is no secret: the right and the trigger both look who asks."""
    note("matters.report", Ref("matter", uuid4()), by=CLOCK, at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL linli.dropping = 'served months'")

    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM audit_entry")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("GRANT DELETE ON audit_entry TO linli")
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM audit_entry")


def test_the_house_owns_no_table_and_the_rights_name_the_tables_that_are() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("linli",)

    assert set(GROWING) == {Entry._meta.db_table, Seal._meta.db_table}
    assert Month._meta.db_table in OWNERS
    assert sorted(SEALED) == sorted(
        str(field.column) for field in Entry._meta.local_concrete_fields
    )


def test_a_repeat_is_answered_and_another_body_is_refused() -> None:
    request_id, matter = uuid4(), Ref("matter", uuid4())
    digest = digest_of({"a": 1, "b": 2})
    reply_for(request_id, matter, digest=digest).save(force_insert=True)

    assert earlier_reply(request_id, digest=digest_of({"b": 2, "a": 1})) == matter
    assert earlier_reply(uuid4(), digest=digest) is None
    with pytest.raises(RequestIdReused):
        earlier_reply(request_id, digest=digest_of({"a": 1, "b": 3}))


def test_what_is_remembered_is_read_again_when_reference_data_changes() -> None:
    town = make_town()
    asked: list[int] = []

    @remembered
    def count(number: int) -> int:
        asked.append(number)
        return number * 2

    assert [count(1), count(1), count(2)] == [2, 2, 4]
    assert asked == [1, 2]
    make_post("grid_worker", town.grids[0])
    assert count(1) == 2
    assert asked == [1, 2, 1]


def test_signing_in_changes_no_reference_data_and_a_new_seat_does() -> None:
    town, account = make_town(), make_account()
    post, before = make_post("grid_worker", town.grids[0]), revision()

    account.last_login = NOON
    account.save(update_fields=["last_login"])
    assert revision() == before

    seat(account, post)
    assert revision() != before


def test_a_request_asks_for_the_stamp_once() -> None:
    token = ask_once()
    try:
        first = revision()
        Revision.objects.update(stamp=uuid4())
        assert revision() == first
    finally:
        forget(token)

    assert revision() != first


def test_replies_are_forgotten_after_their_week_and_not_before() -> None:
    old, new, matter = uuid4(), uuid4(), Ref("matter", uuid4())
    digest = digest_of({"a": 1})
    for request_id in (old, new):
        reply_for(request_id, matter, digest=digest).save(force_insert=True)
    Reply.objects.filter(id=old).update(created_at=NOON)

    assert forget_replies(before=NOON + timedelta(days=1)) == 1

    assert earlier_reply(old, digest=digest) is None
    assert earlier_reply(new, digest=digest) == matter
