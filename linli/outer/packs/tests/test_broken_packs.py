"""Every slip a city may make is refused by file and key."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from linli.outer.packs.rules.faults import PackRefused
from linli.outer.packs.testing import check, copy_packs, replace_in

WORKFLOW = "jiamusi/workflows/matter.toml"
POSTS = "jiamusi/posts.toml"
MUNICIPAL = "base/matters/municipal.toml"
LIFT = "base/forms/elevator.toml"


class Slip(NamedTuple):
    file: str
    old: str
    new: str
    key: str
    found: str
    expected: str
    named_in: str = ""


SLIPS = {
    "a key is deleted": Slip(
        WORKFLOW, 'phase = "triage"\n', "", "states.filed.phase", "nothing", "this key"
    ),
    "a key is misspelt": Slip(
        WORKFLOW, "resident_limit", "resident_limt", "resident_limt", "resident_limt",
        "resident_limit",
    ),
    "a key inside a move is misspelt": Slip(
        WORKFLOW, 'needs = ["unit"]', 'need = ["unit"]', "states.filed.moves[route].need",
        "need", "needs",
    ),
    "a number stands in quotes": Slip(
        MUNICIPAL, "severity = 1", 'severity = "1"', "classes[01-01].severity", "1",
        "whole number",
    ),
    "a text stands without quotes": Slip(
        POSTS, 'level = "grid"', "level = 3", "roles.grid_worker.level", "3", "grid"
    ),
    "a table stands where a list belongs": Slip(
        WORKFLOW, 'owner = ["street_hub"]', "owner = { a = 1 }", "states.filed.owner", "a",
        "list",
    ),
    "true stands where a number belongs": Slip(
        "jiamusi/matters/settings.toml", "= 10", "= true", "sample_percent", "True",
        "whole number",
    ),
    "a value is out of range": Slip(
        "jiamusi/matters/settings.toml", "= 10", "= 101", "sample_percent", "101", "100"
    ),
    "a phase the code does not know": Slip(
        WORKFLOW, 'phase = "triage"', 'phase = "triaged"', "states.filed.phase", "triaged",
        "triage",
    ),
    "a need the code does not know": Slip(
        WORKFLOW, 'needs = ["unit"]', 'needs = ["unitz"]', "states.filed.moves[route].needs[1]",
        "unitz", "unit",
    ),
    "an owner nobody is": Slip(
        WORKFLOW, 'owner = ["street_hub"]', 'owner = ["street_hubb"]', "states.filed.owner[1]",
        "street_hubb", "street_hub",
    ),
    "a mover nobody is": Slip(
        WORKFLOW, 'by = ["grid_worker", "community_desk"]', 'by = ["grid_wroker"]',
        "states.reported.moves[settle].by[1]", "grid_wroker", "grid_worker",
    ),
    "a fact nobody decides": Slip(
        WORKFLOW, '["on_the_spot", "not_sampled"]', '["on_the_sopt", "not_sampled"]',
        "states.reported.moves[settle].when[1]", "on_the_sopt", "on_the_spot",
    ),
    "a move into the void": Slip(
        WORKFLOW, 'to = "with_unit"', 'to = "with_units"', "states.filed.moves[route].to",
        "with_units", "with_unit",
    ),
    "a start that is no state": Slip(
        WORKFLOW, 'start = "reported"', 'start = "report"', "start", "report", "reported"
    ),
    "a state nothing leads to": Slip(
        WORKFLOW, 'to = "voided"', 'to = "settled"', "states.voided", "voided", "leads to it"
    ),
    "a state without a way out": Slip(
        WORKFLOW, 'to = "archived"', 'to = "closing"', "states.archived", "archived",
        "leads to it",
    ),
    "a wait only the reporter can end": Slip(
        WORKFLOW, 'by = ["clock"]\nafter = "7 calendar_days"\nstep = 6',
        'by = ["reporter"]\nstep = 6', "states.rating.moves", "no way out",
        "without the reporter",
    ),
    "a wait without an owner": Slip(
        WORKFLOW, 'owner = ["street_hub"]\n', "", "states.filed.owner", "nothing", "an owner"
    ),
    "an end with an owner": Slip(
        WORKFLOW, 'phase = "void"', 'phase = "void"\nowner = ["street_hub"]',
        "states.voided.owner", "one", "ended",
    ),
    "a clock without a time": Slip(
        WORKFLOW, 'after = "immediate"\n', "", "states.closing.moves[archive].after", "nothing",
        "clock",
    ),
    "a time without a clock": Slip(
        WORKFLOW, 'by = ["clock", "street_hub"]', 'by = ["street_hub"]',
        "states.closing.moves[archive].after", "immediate", "clock",
    ),
    "a limit in a unit nobody counts": Slip(
        WORKFLOW, '"2 work_hours"', '"2 weeks"', "states.filed.limit", "2 weeks", "work_hours"
    ),
    "a limit written as people say it": Slip(
        MUNICIPAL, 'limit = "2 urgent_hours"', 'limit = "2EH"', "classes[01-01].limit", "2EH",
        "urgent_hours",
    ),
    "a limit of nothing": Slip(
        MUNICIPAL, 'limit = "2 urgent_hours"', 'limit = "0 urgent_hours"',
        "classes[01-01].limit", "0 urgent_hours", "urgent",
    ),
    "a target longer than the limit": Slip(
        MUNICIPAL, 'target = "4 work_hours"', 'target = "4 work_days"',
        "classes[01-02].target", "4 work_days", "shorter",
    ),
    "a class written twice": Slip(
        MUNICIPAL, 'code = "01-02"', 'code = "01-01"', "01-01", "01-01", "municipal.toml"
    ),
    "a code that is none": Slip(
        MUNICIPAL, 'code = "01-02"', 'code = "1-2"', "classes[1-2].code", "1-2", "01-03"
    ),
    "a lead nobody knows": Slip(
        MUNICIPAL, 'lead = "municipal"', 'lead = "municipality"', "classes[01-01].lead",
        "municipality", "municipal",
    ),
    "a form that is not there": Slip(
        MUNICIPAL, 'form = "manhole"', 'form = "manhol"', "classes[01-01].form", "manhol",
        "manhole",
    ),
    "a workflow that is not there": Slip(
        MUNICIPAL, 'duty = "street"', 'duty = "street"\nworkflow = "matters"',
        "classes[01-01].workflow", "matters", "matter",
    ),
    "a class without a filing condition": Slip(
        MUNICIPAL,
        'conditions = [\n  { key = "leaking", title = { zh = "公共供水设施持续漏水", '
        'en = "A public water fitting leaks without stopping" } },\n]',
        "", "classes[01-06].conditions", "nothing", "at least one",
    ),
    "a permission nobody checks": Slip(
        POSTS, '"matters.report"', '"matters.reprot"', "roles.grid_worker.area[2]",
        "matters.reprot", "matters.report",
    ),
    "an owner who may not act": Slip(
        POSTS, 'assigned = ["matters.view", "matters.handle"]', 'assigned = ["matters.view"]',
        "roles.department_desk", "without it", "matters.handle",
    ),
    "no role is a unit": Slip(
        POSTS, "unit = true\n", "", "states.with_unit.owner", "unit", "unit = true", WORKFLOW
    ),
    "contacts without a second factor": Slip(
        POSTS, "second_factor = true\n", "", "roles.supervisor.second_factor", "False", "true"
    ),
    "a grid size upside down": Slip(
        "jiamusi/territory.toml", "least = 150", "least = 350", "grid_sizes.urban.least", "350",
        "most",
    ),
    "a personal question without its ground": Slip(
        "base/forms/missing_person.toml", "personal = true\nbasis", "personal = true\n# basis",
        "fields[looks].basis", "nothing", "why",
    ),
    "a personal question that does not say so": Slip(
        LIFT, 'zh = "被困几人？"', 'zh = "被困人姓名？"', "fields[people].personal", "姓名",
        "personal",
    ),
    "a question about one not yet asked": Slip(
        LIFT, 'show_if = { field = "trapped", equals = true }',
        'show_if = { field = "stopped_since", equals = true }',
        "fields[people].show_if.field", "stopped_since", "trapped",
    ),
    "an answer nobody can give": Slip(
        LIFT, 'field = "trapped", equals = true', 'field = "trapped", equals = "yes"',
        "fields[people].show_if.equals", "yes", "true or false",
    ),
    "a choice without options": Slip(
        LIFT, 'type = "number"', 'type = "choice"', "fields[people].options", "0", "options"
    ),
    "a year is missing from the calendar": Slip(
        "base/calendar.toml", 'first_day = "2020-01-01"', 'first_day = "2019-01-01"',
        "holidays", "2019", "2019",
    ),
    "a day that is none": Slip(
        "base/calendar.toml", 'last_day = "2026-12-31"', 'last_day = "2026-12-32"', "last_day",
        "2026-12-32", "2026-05-01",
    ),
    "a name that is not the folder's": Slip(
        "jiamusi/pack.toml", 'name = "jiamusi"', 'name = "harbin"', "name", "harbin", "jiamusi"
    ),
    "a base that is not there": Slip(
        "jiamusi/pack.toml", 'extends = "base"', 'extends = "bass"', "extends", "bass", "base"
    ),
    "a rule without its basis": Slip(
        "jiamusi/territory.toml", "basis = ", "# basis = ", "basis", "nothing", "this key"
    ),
    "a version that is none": Slip(
        "jiamusi/pack.toml", '"1.0.0"', '"first"', "version", "first", "1.0.0"
    ),
    "a quote is not closed": Slip(
        WORKFLOW, 'start = "reported"', 'start = "reported', "line 5", "reported", "TOML"
    ),
    "a table is written twice": Slip(
        WORKFLOW, "[states.filed]", "[states.reported]", "line 1", "states.reported", "TOML"
    ),
    "a sign nobody can see": Slip(
        WORKFLOW, 'zh = "待受理"', 'zh = "待\\u0000受理"', "states.reported.title.zh", "U+0000",
        "control",
    ),
    "a number that is none": Slip(
        LIFT, "minimum = 1", "minimum = nan", "fields[2].minimum", "nan", "a number"
    ),
    "a step nobody named": Slip(
        WORKFLOW, "step = 3", "step = 9", "states.with_unit.moves[progress].step", "9", "8"
    ),
    "a unit nobody chose": Slip(
        WORKFLOW, 'needs = ["unit"]\n', "", "states.with_unit.owner", "unit", "needs `unit`"
    ),
    "an example that ends elsewhere": Slip(
        "jiamusi/cases/eight_steps.toml", 'state = "filed"', 'state = "filled"',
        "beats[3].expect.state", "filled", "filed",
    ),
    "an example of another hour": Slip(
        "jiamusi/cases/eight_steps.toml", "2026-03-04T10:00:00+08:00",
        "2026-03-04T11:00:00+08:00", "beats[5].expect.due", "11:00", "10:00",
    ),
    "an example that expects no refusal": Slip(
        "jiamusi/cases/eight_steps.toml", 'refused = "NoSuchMove", ', "",
        "beats[1].expect.refused", "no refusal", "NoSuchMove",
    ),
    "an example of no class": Slip(
        "jiamusi/cases/eight_steps.toml", '"01-03"', '"01-99"', "matter_class", "01-99", "01-0"
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS.values(), ids=[*SLIPS])
def test_a_slip_is_refused_by_file_and_key_with_what_was_found_and_expected(
    slip: Slip, tmp_path: Path
) -> None:
    pack = copy_packs(tmp_path)
    replace_in(pack, slip.file, slip.old, slip.new)

    faults = check(pack).faults

    named = [f for f in faults if f.file == (slip.named_in or slip.file)]
    fitting = [fault for fault in named if fault.key.startswith(slip.key)]
    assert fitting, [str(fault) for fault in faults]
    assert slip.found in fitting[0].found
    assert slip.expected in fitting[0].expected


def test_the_same_copy_unbroken_passes(tmp_path: Path) -> None:
    assert check(copy_packs(tmp_path)).faults == ()


@pytest.mark.parametrize(
    ("path", "content", "found"),
    [
        ("workflows/matter.toml", b'title = "\xff\xfe"', "0xff"),
        ("workflows/matter.toml", b"a = " + b"[" * 100_000, "nested"),
        ("workflows/matter.toml", b"#" * 600_000, "600000"),
        ("post.toml", b"", "post.toml"),
        ("workflow/matter.toml", b"", "workflow"),
        ("workflows/Matter Two.toml", b"", "Matter Two"),
        ("cases/deeper/one.toml", b"", "cases/deeper"),
        ("notes.txt", b"", "notes.txt"),
    ],
)
def test_a_file_that_cannot_belong_to_a_pack_is_refused_by_name(
    path: str, content: bytes, found: str, tmp_path: Path
) -> None:
    pack = copy_packs(tmp_path)
    (pack / path).parent.mkdir(exist_ok=True)
    (pack / path).write_bytes(content)

    faults = check(pack).faults

    assert any(f.file == f"jiamusi/{path}" and found in f.found for f in faults), faults


def test_a_link_that_leads_out_of_the_pack_is_not_followed(tmp_path: Path) -> None:
    pack = copy_packs(tmp_path)
    (tmp_path / "secret.toml").write_text("word = 1")
    (pack / "forms").mkdir()
    (pack / "forms" / "stolen.toml").symlink_to(tmp_path / "secret.toml")

    faults = check(pack).faults

    assert [fault.file for fault in faults] == ["jiamusi/forms/stolen.toml"]
    assert "word" not in str(faults)


def test_a_pack_that_extends_itself_in_a_circle_is_refused(tmp_path: Path) -> None:
    pack = copy_packs(tmp_path)
    replace_in(pack, "base/pack.toml", "whole = false", 'whole = false\nextends = "jiamusi"')

    faults = check(pack).faults

    assert any((f.file, f.key) == ("base/pack.toml", "extends") for f in faults)


def test_without_its_posts_a_loop_misses_its_roles(tmp_path: Path) -> None:
    pack = copy_packs(tmp_path)
    (pack / "posts.toml").unlink()

    assert any("grid_worker" in str(fault) for fault in check(pack).faults)


@pytest.mark.parametrize("file", ["territory.toml", "workflows/matter.toml"])
def test_a_missing_file_is_asked_for(file: str, tmp_path: Path) -> None:
    pack = copy_packs(tmp_path)
    (pack / file).unlink()

    faults = check(pack).faults

    wanted = file.replace("matter.toml", "NAME.toml")
    assert any(fault.file == f"jiamusi/{wanted}" for fault in faults)


def test_a_calendar_that_has_ended_is_refused_and_one_that_ends_soon_is_remarked_on(
    tmp_path: Path,
) -> None:
    pack = copy_packs(tmp_path)

    assert check(pack, today=date(2027, 1, 1)).faults[0].key == "last_day"
    soon = check(pack, today=date(2026, 12, 1))
    assert soon.faults == ()
    assert [warning.key for gate in soon.gates for warning in gate.warnings] == ["last_day"]


def test_several_slips_are_told_at_once_and_none_makes_a_pack(tmp_path: Path) -> None:
    pack = copy_packs(tmp_path)
    replace_in(pack, WORKFLOW, 'phase = "triage"', 'phase = "triaged"')
    replace_in(pack, POSTS, 'level = "grid"', 'level = "gird"')

    report = check(pack)

    assert {fault.file for fault in report.faults} == {WORKFLOW, POSTS}
    assert [gate.asked for gate in report.gates] == [True, False, False]
    with pytest.raises(PackRefused, match=r"states\.filed\.phase"):
        report.passed()
