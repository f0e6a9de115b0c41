"""The desk's list: queues, filters, the panel, several at once, the sheet."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli.domains.matters.models import Matter
from linli.domains.matters.queries import matter_just_made
from linli.domains.matters.rules import ReporterGiven
from linli.domains.matters.testing import (
    Cast,
    a_report,
    file_and_route,
    make_cast,
    make_matter,
    take,
)
from linli.domains.matters.tests.desks import PANEL, desk_of, elsewhere, url_of, words
from linli.engines.workflow.models import Work
from linli.ground.accounts.testing import make_actor
from linli.ground.audit.models import Entry
from linli.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def hub(cast: Cast) -> Client:
    return desk_of(cast.hub)


def numbers(client: Client, address: str) -> list[str]:
    return [row["matter"].number for row in client.get(address).context["rows"]]


def filed(cast: Cast) -> Matter:
    matter = make_matter()
    condition = matter.matter_class.conditions[0]["key"]
    code = matter.matter_class.code
    take(matter, "file", cast.grid_worker, matter_class=code, filing_condition=condition)
    return matter


# --- the list ---------------------------------------------------------------------------------


def test_every_queue_opens_and_an_empty_one_says_what_to_do_next(hub: Client) -> None:
    for queue in ("mine", "new", "triage", "with_unit", "waiting", "check", "feedback"):
        page = hub.get(f"/desk/?queue={queue}")
        assert page.status_code == 200
        assert "ll-empty" in page.content.decode()
    for queue in ("soon", "late", "ended", "all", "", "nonsense"):
        assert hub.get(f"/desk/?queue={queue}").status_code == 200
    assert "Every report has been looked at." in words(hub.get("/desk/?queue=new"))


def test_a_queue_holds_what_its_name_says_and_the_rail_counts_it(
    cast: Cast, hub: Client
) -> None:
    new, routed = make_matter(), make_matter()
    file_and_route(routed, cast)
    assert numbers(hub, "/desk/?queue=new") == [new.number]
    assert numbers(hub, "/desk/?queue=with_unit") == [routed.number]
    counts = {r.queue.value: r.count for r in hub.get("/desk/").context["rail"]}
    assert (counts["new"], counts["with_unit"], counts["triage"], counts["all"]) == (
        1,
        1,
        0,
        None,
    )
    assert numbers(desk_of(cast.department), "/desk/") == [routed.number]
    assert numbers(desk_of(cast.grid_worker), "/desk/") == [new.number]


def test_what_is_due_first_stands_first_and_paging_loses_nothing(hub: Client) -> None:
    for hours in (5, 1, 3):
        matter = make_matter()
        due = clock.now() + timedelta(hours=hours)
        Work.objects.filter(id=matter.work_id).update(due_at=due)
    expected = list(Matter.objects.order_by("work__due_at").values_list("number", flat=True))
    assert numbers(hub, "/desk/?queue=open") == expected

    for _ in range(58):
        make_matter()
    first = hub.get("/desk/?queue=open")
    assert len(first.context["rows"]) == 50
    assert first.context["count"] == 61
    rest = numbers(hub, "/desk/" + first.context["next_url"])
    seen = [row["matter"].number for row in first.context["rows"]] + rest
    assert len(set(seen)) == 61
    assert hub.get("/desk/?queue=open&cursor=nonsense").status_code == 422


def test_filters_stand_in_the_address_and_can_be_taken_off(cast: Cast, hub: Client) -> None:
    lamp = make_matter()
    parcel = make_matter(
        a_report(description="楼道里堆满杂物", class_code="22-01", channel="counter")
    )
    assert numbers(hub, "/desk/?q=路灯") == [lamp.number]
    assert numbers(hub, f"/desk/?q={parcel.number}") == [parcel.number]
    assert numbers(hub, "/desk/?queue=all&major=22") == [parcel.number]
    assert numbers(hub, "/desk/?queue=all&channel=counter") == [parcel.number]
    assert len(numbers(hub, "/desk/?queue=all&area=安民")) == 2
    assert numbers(hub, "/desk/?queue=all&area=光明") == []

    page = hub.get("/desk/?queue=all&major=22&channel=counter&q=杂物")
    assert [chip.label for chip in page.context["chips"]] == [
        "杂物",
        "Safety hazards",
        "Counter",
    ]
    assert "major=22" not in page.context["chips"][1].remove_url
    nothing = words(hub.get("/desk/?queue=all&q=没有这样的词"))
    assert "Nothing fits these filters" in nothing


def test_a_filter_nobody_understands_filters_nothing_and_says_so(hub: Client) -> None:
    matter = make_matter()
    page = hub.get("/desk/?queue=all&major=zz&channel=pigeon")
    assert [row["matter"].number for row in page.context["rows"]] == [matter.number]
    assert "ll-field-error" in page.content.decode()
    assert page.status_code == 200


def test_the_list_is_an_island_that_brings_the_counts_along(cast: Cast, hub: Client) -> None:
    matter = make_matter()
    html = hub.get(
        "/desk/?queue=all", headers={"HX-Request": "true", "HX-Target": "list"}
    ).content
    assert b"<html" not in html
    assert b'hx-swap-oob="true"' in html
    assert matter.number.encode() in html


@pytest.mark.parametrize("opened", [False, True])
def test_the_list_costs_the_same_however_long_it_is(
    cast: Cast, hub: Client, opened: bool
) -> None:
    matter = make_matter()
    address = f"/desk/?queue=all{f'&open={matter.id}' if opened else ''}"
    hub.get(address)
    counts = []
    for more in (0, 2):
        for _ in range(more):
            make_matter()
        with CaptureQueriesContext(connection) as captured:
            hub.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- the panel beside the list ----------------------------------------------------------------


def test_a_matter_opens_beside_the_list_with_and_without_scripts(
    cast: Cast, hub: Client
) -> None:
    matter = make_matter()
    whole = hub.get(f"/desk/?queue=all&open={matter.id}")
    assert whole.context["record"]["matter"] == matter
    assert b"<html" in whole.content
    panel = hub.get(f"/desk/?queue=all&open={matter.id}", headers=PANEL)
    assert b"<html" not in panel.content
    assert matter.description in words(panel)
    assert "File" in words(panel)


def test_a_step_is_taken_in_the_panel_and_the_list_is_told(cast: Cast, hub: Client) -> None:
    matter = filed(cast)
    address = url_of(matter.id, "steps/route/")
    island = hub.get(address, headers=PANEL)
    assert b"<html" not in island.content
    assert b'hx-target="#beside"' in island.content
    form = island.context["form"]
    hidden = {name: form[name].value() for name in ("request_id", "seen_version")}

    refused = hub.post(address, hidden, headers=PANEL)
    assert refused.status_code == 422
    assert b"ll-field-error" in refused.content
    assert b"<html" not in refused.content
    done = hub.post(address, hidden | {"unit": str(cast.unit_id)}, headers=PANEL)
    assert done["HX-Trigger"] == "moved"
    assert "Done: Route" in words(done)
    assert "Being handled" in words(done)
    assert matter_just_made(matter.id).work.phase == "with_unit"
    again = hub.post(address, hidden | {"unit": str(cast.unit_id)}, headers=PANEL)
    assert again.status_code == 200
    assert matter_just_made(matter.id).work.version == 3


# --- several at once --------------------------------------------------------------------------


def confirm(client: Client, page: object, **typed: object) -> object:
    context = page.context  # type: ignore[attr-defined]
    sent = {
        "matter": [str(m.id) for m in context["marked"]],
        "seen": [f"{m.id}:{m.work.version}" for m in context["marked"]],
        "step": context["chosen"],
        "request_id": context["form"]["request_id"].value(),
        "confirm": "1",
    }
    return client.post("/desk/", sent | typed)


def test_several_are_routed_together_and_each_that_cannot_is_named(
    cast: Cast, hub: Client
) -> None:
    ready, also = filed(cast), filed(cast)
    new = make_matter()
    marked = {"matter": [str(m.id) for m in (ready, also, new)], "queue": "triage"}
    choices = hub.post("/desk/", marked)
    assert ("route", "Route", 2) in choices.context["choices"]
    preview = hub.post("/desk/", marked | {"step": "route"})
    assert [o.taken for o in preview.context["outcomes"]] == [True, True, False]
    assert matter_just_made(ready.id).work.phase == "triage"

    take(also, "give_back", cast.hub, reason="meanwhile")
    done = confirm(hub, preview, unit=str(cast.unit_id))
    assert [o.taken for o in done.context["outcomes"]] == [True, False, False]  # type: ignore[attr-defined]
    assert "Somebody was faster" in words(done)  # type: ignore[arg-type]
    assert matter_just_made(ready.id).work.phase == "with_unit"
    assert {matter_just_made(m.id).work.phase for m in (also, new)} == {"new"}


def test_a_form_for_several_sent_twice_says_again_what_it_did(cast: Cast, hub: Client) -> None:
    ready = filed(cast)
    preview = hub.post("/desk/", {"matter": [str(ready.id)], "step": "route"})
    first = confirm(hub, preview, unit=str(cast.unit_id))
    again = confirm(hub, preview, unit=str(cast.unit_id))
    for shown in (first, again):
        assert [o.taken for o in shown.context["outcomes"]] == [True]  # type: ignore[attr-defined]
    assert matter_just_made(ready.id).work.version == 3


@pytest.mark.parametrize("marked", [1, 3])
def test_a_preview_costs_the_same_however_many_are_marked(
    cast: Cast, hub: Client, marked: int
) -> None:
    sent = {"matter": [str(filed(cast).id) for _ in range(marked)], "step": "route"}
    hub.post("/desk/", sent)
    with CaptureQueriesContext(connection) as asked:
        hub.post("/desk/", sent)
    assert len(asked) == 8, [one["sql"][:90] for one in asked]


def test_what_must_be_said_of_each_is_not_offered_for_several(cast: Cast) -> None:
    matter = make_matter()
    file_and_route(matter, cast)
    page = desk_of(cast.department).post("/desk/", {"matter": [str(matter.id)]})
    offered = {key for key, _title, _count in page.context["choices"]}
    assert "report_result" not in offered
    assert offered == {"progress", "send_back", "ask_extension", "ask_hold"}


def test_without_its_unit_nothing_is_routed_and_without_marks_nothing_is_done(
    cast: Cast, hub: Client
) -> None:
    matter = filed(cast)
    page = hub.post("/desk/", {"matter": [str(matter.id)], "step": "route"})
    refused = confirm(hub, page)
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert matter_just_made(matter.id).work.phase == "triage"
    empty = hub.post("/desk/", {"matter": ["nonsense"], "queue": "triage"})
    assert "No matter is marked" in words(empty)


def test_marking_another_street_s_matter_is_as_if_it_were_never_named(
    cast: Cast, hub: Client
) -> None:
    _theirs, foreign = elsewhere()
    page = hub.post("/desk/", {"matter": [str(foreign.id)], "step": "void"})
    assert page.context["marked"] == []
    assert foreign.number not in words(page)


# --- the sheet and the text -------------------------------------------------------------------


def cells(content: bytes) -> str:
    with ZipFile(BytesIO(content)) as book:
        names = [n for n in book.namelist() if n.startswith("xl/") and n.endswith(".xml")]
        return "".join(book.read(name).decode() for name in names)


def test_the_sheet_is_what_is_filtered_and_names_nobody(cast: Cast, hub: Client) -> None:
    named = make_matter(
        a_report(
            description="=1+1 路灯不亮",
            reporter=ReporterGiven("named", "欧阳梅", "13800000009"),
        )
    )
    other = make_matter(a_report(description="楼道里堆满杂物", class_code="22-01"))
    _theirs, foreign = elsewhere()

    answer = hub.get("/desk/export.xlsx?q=路灯")
    sheet = cells(answer.content)
    assert answer["Content-Disposition"].startswith("attachment")
    assert named.number in sheet
    assert other.number not in sheet
    assert foreign.number not in sheet
    assert "欧阳" not in sheet
    assert "13800000009" not in sheet
    assert "=1+1" in sheet
    assert "<f>" not in sheet
    assert Entry.objects.get(verb="matters.export").ground == "1 rows"
    everything = cells(hub.get("/desk/export.xlsx?queue=all").content)
    assert other.number in everything
    assert foreign.number not in everything


def test_the_text_for_a_group_says_what_and_where_and_nothing_a_resident_wrote(
    hub: Client,
) -> None:
    matter = make_matter(a_report(description="李梅家门口的路灯不亮"))
    text = hub.get("/desk/?queue=all").context["text"]
    assert matter.number in text
    assert "Street lamp" in text or "street lamp" in text
    assert "李梅" not in text
    assert re.search(r"http://testserver/desk/\?queue=all$", text)


def test_who_has_not_signed_in_is_sent_there_and_who_reads_no_matters_finds_nothing(
    client: Client, cast: Cast
) -> None:
    assert client.get("/desk/").status_code == 302
    nobody = desk_of(make_actor("party_secretary", cast.town.street))
    assert nobody.get("/desk/new/").status_code == 404
    assert nobody.get("/desk/").status_code == 200
    outsider = desk_of(make_actor("auditor", cast.town.city))
    for address in ("/desk/", "/desk/export.xlsx?queue=all", "/desk/new/"):
        assert outsider.get(address).status_code == 404
    assert outsider.post("/desk/", {"matter": []}).status_code == 404
