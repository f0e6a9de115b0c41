"""Steps on the desk: what they need, what happens when somebody was faster, what is kept."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.domains.matters.models import Matter
from linli.domains.matters.queries import matter_just_made
from linli.domains.matters.testing import (
    Cast,
    file_and_route,
    make_cast,
    make_matter,
    take,
)
from linli.domains.matters.tests.desks import (
    desk_of,
    picture,
    send,
    url_of,
    words,
)
from linli.engines.files.models import Upload
from linli.engines.workflow.queries import story_of
from linli.kernel.actor import RESIDENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def hub(cast: Cast) -> Client:
    return desk_of(cast.hub)


@pytest.fixture
def routed(cast: Cast) -> Matter:
    matter = make_matter()
    file_and_route(matter, cast)
    return matter


# --- steps ------------------------------------------------------------------------------------


def test_a_step_that_lacks_something_says_so_beside_the_field_and_keeps_the_rest(
    cast: Cast, hub: Client
) -> None:
    matter = make_matter()
    file_and_route(matter, cast)
    take(matter, "report_result", cast.department, result="灯泡已更换")
    take(matter, "pass", cast.community)
    take(matter, "feed_back", cast.hub, answer="已修好")
    take(matter, "rate", RESIDENT, reported=True, score=5)
    refused = send(hub, matter, "publish", public_text="请拨打 13800000001 联系")
    assert refused.status_code == 422
    assert "holds a telephone or document number" in words(refused)
    assert 'id="id_public_text_error"' in refused.content.decode()
    assert "请拨打 13800000001 联系" in refused.content.decode()
    assert matter_just_made(matter.id).published_at is None


def test_a_form_from_an_older_state_tells_what_happened_and_can_be_sent_again(
    cast: Cast, routed: Matter
) -> None:
    unit = desk_of(cast.department)
    address = url_of(routed.id, "steps/report_result/")
    form = unit.get(address).context["form"]
    typed = {name: form[name].value() for name in ("request_id", "seen_version")}
    take(routed, "progress", cast.hub, note="催问一次")

    refused = unit.post(address, typed | {"result": "灯泡已更换"})
    assert refused.status_code == 409
    read = words(refused)
    assert "Somebody was faster" in read
    assert "Note progress · 西林街道street_hub" in read
    assert "灯泡已更换" in refused.content.decode()
    assert matter_just_made(routed.id).work.phase == "with_unit"

    form = refused.context["form"]
    now_typed = {name: form[name].value() for name in ("request_id", "seen_version", "result")}
    assert unit.post(address, now_typed).status_code == 302
    assert matter_just_made(routed.id).result == "灯泡已更换"


def test_a_step_that_has_gone_keeps_the_words_that_were_typed(
    cast: Cast, routed: Matter
) -> None:
    unit = desk_of(cast.department)
    address = url_of(routed.id, "steps/send_back/")
    form = unit.get(address).context["form"]
    typed = {name: form[name].value() for name in ("request_id", "seen_version")}
    take(routed, "report_result", cast.department, result="灯泡已更换")

    refused = unit.post(address, typed | {"reason": "不属于我单位，应由电力公司办理"})
    assert refused.status_code == 409
    assert "This step is not open here any more" in words(refused)
    assert "不属于我单位，应由电力公司办理" in words(refused)
    assert "Being inspected" in words(refused)
    assert unit.get(address).status_code == 302
    assert unit.get(url_of(routed.id, "steps/nonsense/")).status_code == 404


def test_a_form_sent_twice_is_one_step(cast: Cast, routed: Matter) -> None:
    unit = desk_of(cast.department)
    address = url_of(routed.id, "steps/report_result/")
    form = unit.get(address).context["form"]
    sent = {name: form[name].value() for name in ("request_id", "seen_version")}
    sent["result"] = "灯泡已更换"
    answers = [unit.post(address, sent).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert [m.key for m in story_of(routed.work)].count("report_result") == 1


def test_wrong_uploads_are_named_and_the_step_stands(cast: Cast, routed: Matter) -> None:
    wrong = [
        SimpleUploadedFile("lamp.jpg", b"no picture at all", "image/jpeg"),
        SimpleUploadedFile(
            "lamp.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"
        ),
        SimpleUploadedFile("lamp.png", b"%PDF-1.7\n%%EOF", "image/png"),
        SimpleUploadedFile("big.png", picture("PNG", (10_000, 7_000)), "image/png"),
    ]
    good = SimpleUploadedFile("done.jpg", picture(), "image/jpeg")
    page = send(
        desk_of(cast.department),
        routed,
        "report_result",
        result="灯泡已更换",
        photos=[*wrong, good],
    )
    assert page.status_code == 200
    assert "Some photos were not kept" in words(page)
    assert matter_just_made(routed.id).work.phase == "check"
    kept = Upload.objects.get(subject_id=routed.id)
    assert kept.kind == "result_photo"
    address = url_of(routed.id, f"photos/{kept.id}/?small=1")
    assert address.replace("&", "&amp;") in page.content.decode()
    shown = desk_of(cast.hub).get(address)
    assert b"".join(shown.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]


def test_filing_asks_for_a_condition_of_the_class_just_chosen(cast: Cast) -> None:
    matter = make_matter()
    worker = desk_of(cast.grid_worker)
    address = url_of(matter.id, "steps/file/")
    island = worker.get(
        f"{address}?matter_class=22-03",
        headers={"HX-Request": "true", "HX-Target": "conditions"},
    )
    assert 'value="smell"' in island.content.decode()
    assert "<html" not in island.content.decode()
    wrong = send(worker, matter, "file", matter_class="22-03", filing_condition="one_out")
    assert wrong.status_code == 422
    assert 'value="smell"' in wrong.content.decode()
    send(worker, matter, "file", matter_class="22-03", filing_condition="smell")
    assert matter_just_made(matter.id).matter_class.code == "22-03"
