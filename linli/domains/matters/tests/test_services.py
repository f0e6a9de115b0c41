from __future__ import annotations

import pytest

from linli.domains.matters.queries import matter_just_made
from linli.domains.matters.services.archiving import archive_matter
from linli.domains.matters.testing import file_and_route, make_cast, make_matter, take
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
