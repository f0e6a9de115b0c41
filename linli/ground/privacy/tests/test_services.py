"""A run ends every term, piece by piece, and says what it did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.ground.audit.models import Entry
from linli.ground.privacy.jobs import end_terms_each_night
from linli.ground.privacy.models import Kept, Run, RunLine, Tombstone
from linli.ground.privacy.queries import keep_until, last_run, tombstones_of
from linli.ground.privacy.services.forgetting import begin_run, go_on
from linli.kernel import clock
from linli.kernel.actor import CLOCK
from linli.kernel.ids import uuid7
from linli.kernel.privacy import STORES, Batch, Piece, Store
from linli.kernel.refs import Ref
from linli.kernel.spec import Term, Text

pytestmark = pytest.mark.django_db
SAID = Text(zh="灯", en="lamps")


@pytest.fixture
def lamps(monkeypatch: pytest.MonkeyPatch) -> list[Ref]:
    """Lamps are kept for a week; two of them a batch, the first that is in the list."""
    kept = [Ref("lamp", uuid7()) for _number in range(5)]

    def forget(piece: Piece) -> Batch:
        gone = tuple(kept[:2])
        del kept[:2]
        return Batch(len(gone), gone, piece.before)

    for term in list(STORES):
        monkeypatch.delitem(STORES, term)
    about = Term(title=SAID, counted_from=SAID, longest="1 years")
    monkeypatch.setitem(
        STORES, "lamps", Store("lamps", about, lambda _before: len(kept), forget)
    )
    Kept.objects.create(term="lamps", keep="7 days", basis="-", installed_at=clock.now())
    return kept


def test_a_run_goes_on_until_nothing_is_left(lamps: list[Ref]) -> None:
    first = lamps[0]
    run = begin_run(by=CLOCK, at=clock.now())

    assert go_on(run.id, seconds=60, rest=0, by=CLOCK, at=clock.now())

    line = RunLine.objects.get(run=run)
    assert (line.forgotten, line.left, lamps) == (5, 0, [])
    assert Tombstone.objects.count() == 5
    assert list(tombstones_of(first)) == ["lamps"]
    ended = last_run()
    assert ended is not None
    assert ended.ended_at is not None
    assert Entry.objects.filter(verb="privacy.forget").count() == 3


def test_a_run_whose_time_is_up_is_gone_on_with_and_not_begun_anew(lamps: list[Ref]) -> None:
    run = begin_run(by=CLOCK, at=clock.now())

    assert not go_on(run.id, seconds=0, rest=0, by=CLOCK, at=clock.now())
    assert len(lamps) == 3
    assert begin_run(by=CLOCK, at=clock.now()) == run
    assert go_on(run.id, seconds=60, rest=0, by=CLOCK, at=clock.now())

    assert RunLine.objects.get(run=run).forgotten == 5


def test_a_night_begins_one_run(lamps: list[Ref]) -> None:
    end_terms_each_night(0)
    end_terms_each_night(0)

    assert Run.objects.count() == 1
    assert len(lamps) == 5


@pytest.mark.usefixtures("lamps")
def test_until_when_something_is_kept_is_told_before_it_ends() -> None:
    ended = clock.now()

    assert keep_until("lamps", ended_at=ended) == ended + timedelta(days=7)
    assert keep_until("snow", ended_at=ended) is None
