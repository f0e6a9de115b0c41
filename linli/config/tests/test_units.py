"""What systemd is given starts the house as its own account, with its own environment."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from linli.config.cli import main
from linli.config.environment import NAMES
from linli.config.places import CHECKOUT
from linli.config.units import DEPLOY, read_environment

SECRET = "f3b9c1d27a604e58b1c2d3e4f5a6978810fedcba98765432x1"


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """The example, with a secret."""
    file = tmp_path / "linli.env"
    text = (DEPLOY / "linli.env").read_text()
    file.write_text(text.replace("LINLI_SECRET_KEY=", f"LINLI_SECRET_KEY={SECRET}"))
    return file


def test_the_example_names_only_what_is_known(environment: Path) -> None:
    named = {name for name in read_environment(environment) if name.startswith("LINLI_")}
    assert named
    assert named <= NAMES


def test_the_units_are_those_systemd_takes(environment: Path, tmp_path: Path) -> None:
    folder = tmp_path / "system"
    folder.mkdir()

    assert main(["install-units", "--environment", str(environment), "--to", str(folder)]) == 0

    web = (folder / "linli-web.service").read_text()
    assert f"ExecStart={CHECKOUT}/.venv/bin/linli web\n" in web
    assert f"EnvironmentFile={environment}\n" in web
    assert "-/var/backups/linli/sets" in web
    assert not [
        path for path in folder.iterdir() if "@" in path.read_text().replace("@sys", "")
    ]
    if shutil.which("systemd-analyze"):
        done = subprocess.run(
            ["systemd-analyze", "verify", *sorted(folder.iterdir())],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_a_server_of_somebody_else_gets_no_unit(
    environment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with environment.open("a") as file:
        file.write("DATABASE_URL=postgresql://linli:word@db.example.org:5432/linli\n")

    assert main(["install-units", "--environment", str(environment), "--print"]) == 0

    told = capsys.readouterr().out
    assert "# ---- linli-database.service" not in told
    assert "Requires=" not in told
    assert "word" not in told
    assert "client_max_body_size" in told


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("LINLI_BIND='127.0.0.1'", "without spaces, quotes"),
        ("LINLI_BIND = 127.0.0.1", "one NAME=value"),
        ("LINLI_MEDIA=/srv", "LINLI_MEDIA: found an unknown name"),
    ],
)
def test_an_environment_a_shell_would_read_otherwise_is_refused(
    environment: Path, line: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with environment.open("a") as file:
        file.write(line + "\n")

    assert main(["install-units", "--environment", str(environment), "--print"]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root works as another account")
def test_the_administrators_command_works_as_the_account_of_the_house(
    environment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wrapper drops root and hands the environment on; `nobody` stands for the account."""
    environment.chmod(0o600)
    asked = ["install-units", "--environment", str(environment), "--user", "nobody"]
    assert main([*asked, "--print", "linli"]) == 0
    command = tmp_path / "linli"
    shown = tmp_path / "shown"
    shown.write_text('#!/bin/sh\nid -un\necho "$LINLI_DATA_DIR" "$@"\n')
    command.write_text(
        capsys.readouterr().out.replace(str(CHECKOUT / ".venv/bin/linli"), str(shown))
    )
    for path in (command, shown):
        path.chmod(0o755)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    tmp_path.chmod(0o711)

    done = subprocess.run(
        [command, "where", "a b"], capture_output=True, text=True, check=False
    )

    assert done.stdout.split() == ["nobody", "/var/lib/linli/house", "where", "a", "b"]
