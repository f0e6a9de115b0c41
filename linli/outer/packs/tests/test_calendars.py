"""A year is entered from the list of the State Council; what runs is counted again."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.domains.matters.testing import make_cast, make_matter
from linli.engines.workflow.models import Clock, Recount, Shift, Work
from linli.engines.workflow.services import begin_recount, recount_some
from linli.ground.accounts.testing import make_holder
from linli.ground.audit.models import Entry
from linli.ground.territory.models import Area
from linli.kernel.actor import CLOCK
from linli.outer.packs import queries
from linli.outer.packs.rules.years import Year, YearUnreadable, read_days, year_faults
from linli.outer.packs.tests.test_pages import text, typed

if TYPE_CHECKING:
    from uuid import UUID

# An invented list with the days no year is without: how the real one of 2027 reads, nobody knows yet.
OFF = ["2027-01-01", "2027-02-08", "2027-05-01", "2027-10-01", "2027-10-02", "2027-10-03"]
WORKED = ["2027-02-06"]
CSV = "date,kind\n" + "".join(
    [f"{day},holiday\n" for day in OFF] + [f"{day},make_up\n" for day in WORKED]
)
CALENDAR = "/desk/administration/calendar/"
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def sheet() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        for row, cells in enumerate(
            [["日期", "结束日期", "类型"], ["2027年10月1日", "2027/10/3", "放假"]]
        ):
            page.write_row(row, 0, cells)
        page.write_datetime(2, 0, date(2027, 2, 6), book.add_format({"num_format": "y-m-d"}))
        page.write(2, 2, "上班")
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "off", "worked"),
    [
        ("2027.csv", CSV.encode(), 6, 1),
        ("2027.csv", "日期,类型\n2027-10-01,放假\n".encode("gb18030"), 1, 0),
        ("2027.xlsx", sheet(), 3, 1),
        ("2027.toml", b'holidays = ["2027-01-01"]\nmake_up_days = [2027-02-06]\n', 1, 1),
    ],
)
def test_a_list_is_read_from_csv_sheet_and_toml(
    name: str, content: bytes, off: int, worked: int
) -> None:
    found = read_days(name, content)

    assert [len(days) for days in found] == [off, worked]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"date,kind\n2027-13-01,holiday\n", "line 2: found “2027-13-01”"),
        ("a.csv", b"date,kind\n2027-01-01,holiday1\n", "did you mean it"),
        ("a.csv", b"day;sort\n", "columns date, kind"),
        ("a.csv", b"", "at least one day"),
        ("a.xlsx", b"PK no sheet", "a sheet that can be opened"),
        ("a.toml", b"holidays = [", "valid TOML"),
    ],
)
def test_a_slip_in_the_list_is_named_by_its_line(name: str, content: bytes, said: str) -> None:
    with pytest.raises(YearUnreadable) as refused:
        read_days(name, content)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("number", "more_off", "more_worked", "field"),
    [
        (2027, [], [], None),
        (2029, [], [], "year"),  # a gap of a year
        (2027, ["2028-01-03"], [], "holidays"),
        (2027, [], ["2027-02-09"], "make_up_days"),  # a Tuesday
        (2027, ["2027-02-06"], [], "make_up_days"),  # off and worked at once
    ],
)
def test_what_cannot_be_a_year_is_named_beside_its_field(
    number: int, more_off: list[str], more_worked: list[str], field: str | None
) -> None:
    off = [date.fromisoformat(day.replace("2027", str(number), 1)) for day in OFF]
    off += [date.fromisoformat(day) for day in more_off]
    worked = (
        [date.fromisoformat(day) for day in [*WORKED, *more_worked]] if number == 2027 else []
    )
    year = Year(number, tuple(off), tuple(worked))

    found = year_faults(year, first_day=date(2020, 1, 1), last_day=date(2026, 12, 31))

    assert {each for each, _fault in found} == ({field} if field else set())


def test_a_list_without_the_national_holiday_is_not_whole() -> None:
    year = Year(2026, (date(2026, 1, 1), date(2026, 5, 1)), ())
    found = list(year_faults(year, first_day=date(2020, 1, 1), last_day=date(2026, 12, 31)))

    assert [fault.expected for _field, fault in found] == [
        "2026-10-01 among the days off",
        "2026-10-02 among the days off",
    ]  # the third is a Saturday


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("linli.web.middleware.is_mfa_enabled", lambda _account: True)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(make_holder("system_administrator", make_cast().town.city))
    return client


def run_recount(recount: Recount) -> None:
    recount_some(recount.id, after=_zero(), by=CLOCK, at=NOON)


def _zero() -> UUID:
    from uuid import UUID

    return UUID(int=0)


@pytest.mark.django_db
def test_a_year_is_entered_from_a_file_looked_at_and_put_in_force(desk: Client) -> None:
    address = f"{CALENDAR}year/"
    sent = {
        "year": "2027",
        "source": "国办发明电〔2026〕0号",
        "file": SimpleUploadedFile("y.csv", CSV.encode()),
    }

    looked = desk.post(address, sent)
    assert "Nothing has been changed yet" in text(looked), text(looked)
    assert not Recount.objects.exists()
    done = desk.post(address, typed(looked, reason="2027年安排", confirm="1"))

    assert done.status_code == 302, text(done)
    body = queries.in_force().body["calendar"]
    assert body["last_day"] == "2027-12-31"
    assert "2027-10-01" in body["holidays"]
    assert "2027-05-01" not in body["holidays"]  # a Saturday is off anyway
    assert body["sources"] == {"2027": "国办发明电〔2026〕0号"}
    assert Recount.objects.count() == 1
    shown = text(desk.get(CALENDAR))
    assert "国办发明电" in shown


@pytest.mark.django_db
def test_a_weekday_that_is_worked_is_refused_beside_its_field_and_kept(desk: Client) -> None:
    sent = {
        "year": "2027",
        "source": "x",
        "holidays": " ".join(OFF),
        "make_up_days": "2027-02-09",
    }

    refused = desk.post(f"{CALENDAR}year/", sent)

    assert refused.status_code == 422
    assert "2027-02-09" in refused.context["form"].errors["make_up_days"][0]
    assert "2027-10-03" in refused.content.decode()
    assert queries.in_force().number == 1


@pytest.mark.django_db
def test_running_limits_are_counted_again_and_what_moved_is_listed(desk: Client) -> None:
    moves, stays = make_matter(), make_matter()
    working = Clock.objects.filter(work=moves.work, limit__contains="work_")
    true_due = working.get().due_at
    working.update(due_at=true_due + timedelta(days=3))
    Work.objects.filter(id=moves.work_id).update(due_at=true_due + timedelta(days=3))

    recount = begin_recount(by=CLOCK, at=NOON)
    run_recount(recount)
    run_recount(recount)  # a batch done twice moves nothing twice

    shift = Shift.objects.get()
    assert (shift.work, shift.due_at) == (moves.work, true_due)
    assert Work.objects.get(id=moves.work_id).due_at == true_due
    assert Work.objects.get(id=stays.work_id).due_at == stays.work.due_at
    assert Entry.objects.filter(verb="work.recount").count() == 1
    recount.refresh_from_db()
    assert recount.moved == 1
    assert recount.ended_at is not None
    shown = text(desk.get(f"{CALENDAR}recounts/{recount.id}/"))
    assert moves.number in shown
    assert stays.number not in shown


@pytest.mark.django_db
def test_the_calendar_is_found_by_whoever_keeps_it_alone(desk: Client) -> None:
    other = Client()
    other.force_login(make_holder("security_administrator", Area.objects.get(level=1)))

    for address in (CALENDAR, f"{CALENDAR}year/"):
        assert desk.get(address).status_code == 200
        assert other.get(address).status_code == 404
