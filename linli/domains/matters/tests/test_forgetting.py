"""What has been kept long enough is forgotten in every store, and nothing else is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from linli.domains.matters.models import Archive, Matter, Reporter
from linli.domains.matters.queries import reporter_of
from linli.domains.matters.services.archiving import archive_matter
from linli.domains.matters.services.forgetting import STORES
from linli.domains.matters.services.photos import keep_photos
from linli.domains.matters.testing import a_report, make_cast, make_matter, take
from linli.domains.matters.tests.desks import desk_of
from linli.domains.matters.tests.visiting import picture
from linli.engines.files.models import Upload
from linli.engines.files.queries import path_of
from linli.engines.forms.models import Record
from linli.engines.workflow.models import Move, Work
from linli.ground.accounts.testing import make_actor
from linli.ground.audit.models import Entry
from linli.ground.privacy.models import Kept, RunLine, Tombstone
from linli.ground.privacy.queries import terms_in_force
from linli.ground.privacy.services.forgetting import begin_run, go_on
from linli.kernel import clock
from linli.kernel.actor import CLOCK, RESIDENT
from linli.kernel.fields import holding
from linli.kernel.privacy import Piece

pytestmark = pytest.mark.django_db
SECRETS = ("路灯", "李梅", "13800000001")


def an_ended_matter(*, days_ago: int) -> Matter:
    """A lamp that was declined, with everything a matter may keep, ended so long ago."""
    cast = make_cast()
    matter = make_matter()
    photo = SimpleUploadedFile("lamp.jpg", picture(), "image/jpeg")
    keep_photos(matter, [photo], kind="photo", by=RESIDENT, at=clock.now())
    take(matter, "void", cast.grid_worker, reason="李梅家门口的路灯不归我们管，电话13800000001")
    archive_matter(matter.id, by=CLOCK, at=clock.now())
    ended = clock.now() - timedelta(days=days_ago)
    Work.objects.filter(id=matter.work_id).update(closed_at=ended)
    return matter


def run() -> None:
    begun = begin_run(by=CLOCK, at=clock.now())
    assert go_on(begun.id, seconds=60, rest=0, by=CLOCK, at=clock.now())


def kept_of(matter: Matter) -> str:
    """Everything the database still says about a matter, but for sealed columns."""
    tables = {
        "matters_matter": "id",
        "matters_reporter": "matter_id",
        "workflow_move": "work_id",
        "forms_record": "subject_id",
        "audit_entry": "ref_id",
        "privacy_tombstone": "ref_id",
    }
    said: list[str] = []
    with connection.cursor() as cursor:
        for table, column in tables.items():
            key = matter.work_id if table == "workflow_move" else matter.id
            cursor.execute(f"SELECT t::text FROM {table} t WHERE {column} = %s", [key])  # noqa: S608
            said += [row for (row,) in cursor.fetchall()]
    return "\n".join(said)


def test_everything_personal_goes_and_the_figures_stay(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    matter = an_ended_matter(days_ago=4 * 366)
    uploads = {one.kind: one for one in Upload.objects.filter(subject_id=matter.id)}
    assert set(uploads) == {"photo", "case_part", "annex"}
    assert all(secret in kept_of(matter) for secret in SECRETS[:2])

    with django_capture_on_commit_callbacks(execute=True):
        run()

    left = Matter.objects.get(id=matter.id)
    assert not any(secret in kept_of(matter) for secret in SECRETS)
    assert (left.number, left.matter_class_id, left.reported_at) == (
        matter.number,
        matter.matter_class_id,
        matter.reported_at,
    )
    assert not Matter.objects.filter(words=holding(["路灯"])).exists()
    assert not Record.objects.exclude(answers={}).exists()
    assert Move.objects.filter(work=matter.work_id).count() == 2
    assert reporter_of(left).kind == "forgotten"
    archive = Archive.objects.get(matter=matter)
    assert archive.annex is None
    assert bytes(archive.annex_sha256 or b"") == bytes(uploads["annex"].sha256)
    assert [path_of(uploads[kind].id).exists() for kind in ("photo", "annex", "case_part")] == [
        False,
        False,
        True,
    ]
    assert set(Tombstone.objects.values_list("term", flat=True)) == {
        "matter_photos",
        "matter_reporter",
        "matter_content",
    }


def test_the_page_of_a_forgotten_matter_still_opens_and_says_so() -> None:
    matter = an_ended_matter(days_ago=4 * 366)
    run()

    page = desk_of(make_actor("supervisor", matter.area)).get(f"/desk/matters/{matter.id}/")

    assert page.status_code == 200
    assert "the term for keeping name and number is over" in page.content.decode()
    assert "13800000001" not in page.content.decode()


def test_what_is_not_over_is_not_touched() -> None:
    recent, running = an_ended_matter(days_ago=300), make_matter()

    run()

    for matter in (recent, running):
        assert Matter.objects.get(id=matter.id).description == matter.description
        assert Reporter.objects.get(matter=matter).phone == "13800000001"
    assert not Upload.objects.exclude(erased_at=None).exists()
    assert not Tombstone.objects.exists()


def test_a_dry_run_counts_and_changes_nothing() -> None:
    matter = an_ended_matter(days_ago=2 * 366)

    due = {term.term: term.due for term in terms_in_force(at=clock.now())}

    assert (due["matter_photos"], due["matter_reporter"]) == (1, 0)
    assert Matter.objects.get(id=matter.id).description
    assert not Tombstone.objects.exists()


def test_a_run_says_what_it_did_without_saying_about_whom() -> None:
    matter = an_ended_matter(days_ago=4 * 366)

    run()

    done = dict(RunLine.objects.values_list("term", "forgotten"))
    assert (done["matter_content"], done["matter_papers"]) == (1, 0)
    entries = Entry.objects.filter(verb="privacy.forget")
    assert entries.count() == 3
    assert not entries.filter(ref_id=matter.id).exists()


def test_a_second_run_finds_nothing_and_a_matter_reopened_ends_anew() -> None:
    matter = an_ended_matter(days_ago=4 * 366)
    run()
    run()
    assert RunLine.objects.filter(term="matter_content").order_by("id").last().forgotten == 0  # type: ignore[union-attr]

    Tombstone.objects.update(at=clock.now() - timedelta(days=4 * 366 + 2))
    Kept.objects.update(done_before=None)
    Matter.objects.filter(id=matter.id).update(description="又不亮了")
    run()

    assert Matter.objects.get(id=matter.id).description == ""


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_the_same_however_many_it_forgets(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_cast()
    ended = clock.now() - timedelta(days=4 * 366)
    for _number in range(count):
        matter = make_matter(a_report())
        Work.objects.filter(id=matter.work_id).update(
            phase="void", owner=None, due_at=None, clock_at=None, closed_at=ended
        )
    content = next(store for store in STORES if store.term == "matter_content")

    with django_assert_num_queries(4):
        batch = content.forget(Piece(clock.now(), None, 500, clock.now()))

    assert batch.count == count
