from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.domains.matters.queries import matter_just_made
from linli.domains.matters.services.archiving import archive_matter
from linli.domains.matters.services.photos import keep_photos
from linli.domains.matters.testing import file_and_route, make_cast, make_matter, take
from linli.domains.matters.tests.visiting import picture
from linli.engines.files.models import Upload
from linli.engines.workflow.queries import story_of
from linli.kernel import clock
from linli.kernel.actor import CLOCK, RESIDENT

pytestmark = pytest.mark.django_db


def test_a_matter_goes_through_the_eight_steps_to_the_archive() -> None:
    cast = make_cast()
    matter = make_matter()
    assert matter.area == cast.town.grids[0]
    assert matter.work.owner_id in cast.grid_worker.post_ids

    file_and_route(matter, cast)
    take(matter, "progress", cast.department, note="已派人查看")
    take(matter, "press", cast.supervisor)
    take(matter, "report_result", cast.department, result="灯泡已更换")
    take(matter, "pass", cast.community)
    take(matter, "feed_back", cast.hub, answer="路灯已修好，谢谢您的反映。")
    take(matter, "rate", RESIDENT, reported=True, score=5)
    take(matter, "publish", cast.hub, public_text="路灯已修好。")
    take(matter, "archive", cast.hub)

    ended = matter_just_made(matter.id)
    assert ended.work.phase == "done"
    assert {move.step for move in story_of(ended.work)} >= {1, 2, 3, 4, 5, 6, 7, 8}
    archive = archive_matter(ended.id, by=CLOCK, at=clock.now())
    assert bytes(archive.case_sha256) == bytes(archive.case_part.sha256)
    assert archive.annex is not None


def test_one_picture_may_show_what_was_reported_and_what_was_done_but_each_only_once() -> None:
    cast = make_cast()
    matter = make_matter()
    file_and_route(matter, cast)

    for kind, by in (
        ("photo", RESIDENT),
        ("result_photo", cast.department),
        ("result_photo", cast.department),
    ):
        file = SimpleUploadedFile("photo.jpg", picture())
        assert keep_photos(matter, [file], kind=kind, by=by, at=clock.now()) == ""  # type: ignore[arg-type]

    kept = Upload.objects.filter(subject_id=matter.id)
    assert sorted(kept.values_list("kind", flat=True)) == ["photo", "result_photo"]
