"""A copy of the real packs in a folder of one's own, to break in one place."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from linli.domains.matters.models import MatterClass
from linli.engines.forms.models import FormVersion
from linli.engines.workflow.models import Calendar, Definition
from linli.ground.accounts.models import RoleGrant
from linli.outer.packs.models import Installed, Release
from linli.outer.packs.queries import PACKS, Report, check_pack

TODAY = date(2026, 3, 2)


def copy_packs(folder: Path) -> Path:
    """The real packs, copied; the folder of the city's own."""
    for name in ("base", "jiamusi"):
        shutil.copytree(PACKS / name, folder / name)
    return folder / "jiamusi"


def replace_in(pack: Path, file: str, old: str, new: str) -> None:
    """Change one place of one file; a file that does not hold it is the test's own mistake."""
    path = pack.parent / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} holds no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def check(pack: Path, *, today: date = TODAY) -> Report:
    """The three gates on an ordinary Monday."""
    return check_pack(pack, today=today)


def forget_installed() -> None:
    """As before the first installation; only where no work refers to it yet."""
    for model in (
        MatterClass,
        FormVersion,
        Definition,
        Calendar,
        RoleGrant,
        Installed,
        Release,
    ):
        model._default_manager.all().delete()
