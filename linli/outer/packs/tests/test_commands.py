from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from linli.outer.packs.commands import register
from linli.outer.packs.models import Installed
from linli.outer.packs.queries.folder import NoSuchPack
from linli.outer.packs.testing import copy_packs, forget_installed, replace_in


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args(["packs", *arguments])
    code: int = parsed.run(parsed)
    return code


def test_check_prints_a_line_per_gate(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "jiamusi") == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines if line[0] != " "] == [
        "shape",
        "sense",
        "cases",
    ]


def test_check_of_a_broken_pack_names_the_slip_and_ends_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = copy_packs(tmp_path)
    replace_in(pack, "jiamusi/posts.toml", 'level = "grid"', 'level = "gird"')

    assert run("check", str(pack)) == 1

    assert "jiamusi/posts.toml: roles.grid_worker.level" in capsys.readouterr().out


def test_a_pack_that_is_not_there_is_named() -> None:
    with pytest.raises(NoSuchPack, match="jiamsui"):
        run("check", "jiamsui")


@pytest.mark.django_db
def test_plan_shows_and_install_does(capsys: pytest.CaptureFixture[str]) -> None:
    forget_installed()

    assert run("plan", "jiamusi") == 0
    assert "+ classes.01-01" in capsys.readouterr().out
    assert not Installed.objects.exists()

    assert run("install", "jiamusi") == 0
    assert Installed.objects.get().version == "1.0.0"
    capsys.readouterr()

    assert run("plan", "jiamusi") == 0
    assert "+" not in capsys.readouterr().out


def test_the_generated_files_are_checked_without_being_written() -> None:
    assert run("schema", "--check") == 0
    assert run("diagrams", "jiamusi", "--check") == 0
