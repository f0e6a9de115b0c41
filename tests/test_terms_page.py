"""Who looks after the house reads how long things are kept, and what the last night forgot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from linli.domains.matters.testing import make_cast, make_matter
from linli.domains.matters.tests.desks import desk_of
from linli.engines.workflow.models import Work
from linli.ground.accounts.testing import make_actor
from linli.ground.privacy.services.forgetting import begin_run, go_on
from linli.kernel import clock
from linli.kernel.actor import CLOCK

pytestmark = pytest.mark.django_db
PAGE = "/desk/privacy/terms/"


def test_the_page_says_what_is_kept_how_long_and_what_was_forgotten(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    cast = make_cast()
    auditor = desk_of(make_actor("auditor", cast.town.county))
    matter = make_matter()
    Work.objects.filter(id=matter.work_id).update(
        phase="void",
        owner=None,
        due_at=None,
        clock_at=None,
        closed_at=clock.now() - timedelta(days=2 * 366),
    )
    empty = auditor.get(PAGE).content.decode()
    assert "The first is tonight" in empty
    assert "Due now" not in empty

    counted = auditor.get(PAGE, {"count": ""}, headers={"HX-Request": "true"})
    assert "Due now" in counted.content.decode()
    assert "<html" not in counted.content.decode()
    rows = auditor.get(PAGE, {"count": ""}).context["rows"]
    photos = next(row for row in rows if row.term == "matter_photos")
    assert (photos.due, photos.keep) == (1, "1 year")

    run = begin_run(by=CLOCK, at=clock.now())
    go_on(run.id, seconds=60, rest=0, by=CLOCK, at=clock.now())
    with django_assert_max_num_queries(16):
        rows = auditor.get(PAGE).context["rows"]
    assert next(row for row in rows if row.term == "matter_photos").forgotten == 1


def test_others_find_no_such_page() -> None:
    cast = make_cast()
    assert desk_of(cast.hub).get(PAGE).status_code == 404
