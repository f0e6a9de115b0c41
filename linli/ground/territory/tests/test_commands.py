from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from linli.ground.territory import commands, queries
from linli.ground.territory.models import Area
from linli.ground.territory.testing import make_town

pytestmark = pytest.mark.django_db

FILE = (
    "code12,name,street_code,street,area_code,area,city_code,city,province\n"
    "230803007001,安民社区居委会,230803007,西林街道,230803,向阳区,2308,佳木斯市,黑龙江省\n"
)


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    parsed = parser.parse_args(["territory", *arguments])
    code: int = parsed.run(parsed)
    return code


def test_a_dry_run_says_what_an_import_then_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "divisions.csv"
    file.write_text(FILE)
    assert run("import", str(file), "--dry-run") == 0
    assert not Area.objects.exists()
    assert run("import", str(file), "--valid-from", "2025-01-01") == 0
    assert Area.objects.count() == 4
    assert capsys.readouterr().out == "4 new, 0 renamed, 0 as they were\n" * 2


def test_grids_are_written_as_the_file_that_publishing_takes_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    town = make_town()
    assert run("export", town.communities[0].path) == 0
    written = capsys.readouterr().out.encode()
    plan = queries.plan_grids(
        town.communities[0],
        written,
        crs=None,
        valid_from=queries.last_published_on() or commands._today(),
    )
    assert [json.loads(written)["features"][0]["properties"]["code"], plan.count("kept")] == [
        town.grids[0].path,
        2,
    ]
