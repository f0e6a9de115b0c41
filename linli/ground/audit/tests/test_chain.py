"""The chain: sealed once and in order, whole or broken at a named row, cut only at its beginning."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from linli.ground.audit import commands, queries
from linli.ground.audit.jobs import seal_each_second
from linli.ground.audit.models import Entry, Month, Seal
from linli.ground.audit.rules.chain import NOTHING, Fault, Head
from linli.ground.audit.services import (
    NotTheOwner,
    TermTooShort,
    drop_months,
    keep_head,
    seal_entries,
)
from linli.ground.audit.testing import as_owner, sealed_at_once, written
from linli.kernel.actor import CLOCK

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _one_transaction_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test is one transaction that never ends, which a sealer rightly waits for."""
    seal_entries()  # what was written before
    sealed_at_once(monkeypatch)


def test_entries_are_sealed_once_and_in_their_order() -> None:
    begun = queries.head()
    entries = written(5)

    assert seal_entries() >= 5
    assert seal_entries() == 0

    sealed = Seal.objects.filter(seq__gt=begun.seq).order_by("seq")
    assert [seal.entry_id for seal in sealed][-5:] == [entry.id for entry in entries]
    assert queries.verify().found == queries.head() != begun


def test_what_may_still_be_overtaken_is_not_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the fixture above: a transaction under way is waited for."""
    monkeypatch.undo()
    seal_entries()
    written(3)

    assert seal_entries() == 0
    assert queries.verify().waiting >= 3


def test_a_restored_database_counts_anew_and_everything_is_sealed() -> None:
    """Its old entries carry numbers that are yet to come; the new ones carry lower ones."""
    written(2)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE audit_entry SET xact = xact + 1000000000 "
            "WHERE id NOT IN (SELECT entry_id FROM audit_seal)"
        )
    seal_entries()
    written(2)

    assert seal_entries() == 2
    assert seal_entries() == 0
    answer = queries.verify()
    assert isinstance(answer.found, Head)
    assert answer.waiting == 0


def test_months_are_dropped_by_the_owner_and_verifying_begins_after_them() -> None:
    with as_owner(), connection.cursor() as cursor:  # what installing the pack left, just now
        cursor.execute("SET LOCAL linli.dropping = 'served months'")
        cursor.execute("DELETE FROM audit_entry")
        cursor.execute("DELETE FROM audit_seal")
        cursor.execute("SET LOCAL linli.dropping = ''")
    written(3, at=NOW - timedelta(days=400))
    written(2, at=NOW)
    seal_entries()
    before = queries.head()
    with pytest.raises(TermTooShort):
        drop_months(before=date(2026, 2, 1), by=CLOCK, at=NOW)
    with pytest.raises(NotTheOwner):
        drop_months(before=date(2025, 3, 1), by=CLOCK, at=NOW)
    with as_owner():
        end = drop_months(before=date(2025, 3, 1), by=CLOCK, at=NOW)

    assert end is not None
    assert queries.start_of_chain() == end
    assert not Seal.objects.filter(seq__lte=end.seq).exists()
    assert not Entry.objects.filter(heard_at__lt=datetime(2025, 3, 1, tzinfo=UTC)).exists()
    assert queries.verify(told=[before]).found == before
    seal_entries()
    assert isinstance(queries.verify(told=[before]).found, Head)


def test_a_beginning_that_was_cut_off_without_an_entry_is_seen() -> None:
    written(3)
    seal_entries()
    head = queries.head()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL linli.dropping = 'served months'")
        cursor.execute("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal)")
        cursor.execute("DELETE FROM audit_seal")
        Month.objects.create(
            month=date(2025, 1, 1), seq=head.seq, chain=head.chain, dropped_at=NOW
        )

    assert queries.verify(told=[head]).found == Fault("dropped_unrecorded", head.seq)


def test_the_command_tells_the_head_and_ends_with_1_when_a_row_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = written(3)
    seal_entries()
    file = tmp_path / "heads"
    head = keep_head(file, at=NOW)

    assert _run("heads") == 0
    assert capsys.readouterr().out.strip() == str(head)
    assert _run("verify", "--heads", str(file), "--head", str(head)) == 0
    assert f"whole     {head} (2 heads from outside fit)" in capsys.readouterr().out

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_entry SET verb = 'x' WHERE id = %s", [entries[1].id])
    assert _run("verify", "--heads", str(file)) == 1
    assert f"BROKEN    row {head.seq - 1}: the entry is not" in capsys.readouterr().out


def test_a_tail_that_nobody_seals_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(1, at=NOW - timedelta(days=1))

    assert _run("verify", "--heads", str(tmp_path / "none")) == 1

    assert "LATE" in capsys.readouterr().out


def test_a_head_that_is_none_is_refused() -> None:
    for text in ("", "12", "12:ab", f"-1:{'0' * 64}", f"1:{'g' * 64}"):
        with pytest.raises(ValueError, match="a head such as"):
            Head.read(text)
    assert Head.read(str(NOTHING)) == NOTHING


def test_the_sealer_seals_until_it_is_told_to_stop(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written(3)
    monkeypatch.setattr(settings, "HEADS_FILE", tmp_path / "heads")
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own connection

    seal_each_second(_After(2))  # type: ignore[arg-type] # all it asks of an event

    assert queries.verify().waiting == 0
    assert queries.kept_heads(tmp_path / "heads") == [queries.head()]


class _After:
    """An event that is set after so many looks."""

    def __init__(self, looks: int) -> None:
        self._left = looks

    def wait(self, _seconds: float) -> bool:
        self._left -= 1
        return self._left < 0


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    parsed = parser.parse_args(["audit", *words])
    return int(parsed.run(parsed))
