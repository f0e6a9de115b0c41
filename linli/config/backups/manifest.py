"""What a set says about itself: a manifest, and the digest of every file in the form `sha256sum -c` reads."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from linli.config.backups import copying
from linli.config.backups.errors import BackupError

FORMAT = 1
MANIFEST, SUMS, DUMP, FILES, KEYS = (
    "manifest.json",
    "SHA256SUMS",
    "database.dump",
    "files",
    "keys",
)
LINE = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """When and of what a set was made, and what must be there again after it was restored."""

    id: str
    made_at: str
    profile: str
    postgresql: int
    format: int = FORMAT
    # What a set must hold, so that a set that lost a file and its line is no set.
    file_count: int = 0
    file_bytes: int = 0
    # Pictures a row names that were not on the disk when the set was made.
    absent: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    # purpose: number: a digest of the key, by which the right key set is known.
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    secret: str = ""
    chain_head: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> bytes:
        """As it stands in the set."""
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of a set, or a refusal."""
        try:
            said = json.loads((folder / MANIFEST).read_bytes())
        except (OSError, ValueError):
            raise BackupError(
                f"{folder} is no backup, or a damaged one: its {MANIFEST} cannot be read."
            ) from None
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            found = said.get("format") if isinstance(said, dict) else None
            raise BackupError(
                f"{folder} is a backup of form {found}; this code reads form {FORMAT}. "
                "Restore it with the code that made it."
            )
        try:
            read = {one.name: said[one.name] for one in fields(cls)}
            lists = ("absent", "migrations", "packs")
            return cls(**read | {name: tuple(read[name]) for name in lists})
        except (KeyError, TypeError):
            raise BackupError(f"{folder}: its {MANIFEST} is incomplete.") from None


def fingerprint(secret: bytes) -> str:
    """Tells two keys apart and says nothing of either."""
    return hashlib.sha256(b"linli backup\0" + secret).hexdigest()[:16]


def keys_in(folder: Path) -> dict[str, dict[str, str]]:
    """The keys of each ring by number; `-` stands for one that was destroyed on purpose."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.key")):
        lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
        found[path.stem] = {
            line[0]: "-" if line[1] == "-" else fingerprint(line[1].encode()) for line in lines
        }
    return found


def keys_wanting(
    needed: Mapping[str, Mapping[str, str]], there: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """The keys that are needed, are not there, and were not destroyed on purpose."""
    return [
        f"{purpose} {number}"
        for purpose, numbers in needed.items()
        for number, print_ in numbers.items()
        if print_ != "-" and there.get(purpose, {}).get(number) not in {print_, "-"}
    ]


def write_sums(folder: Path, digests: Mapping[str, str]) -> None:
    """The digest of every file of the set, one a line."""
    lines = (f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    copying.write(folder / SUMS, "".join(lines).encode())


def check_sums(folder: Path) -> dict[str, str]:
    """Read every byte of a set; a refusal that names the first file that is not as it was."""
    stated = dict(_lines(folder))
    there = {str(path.relative_to(folder)): path for path in copying.files_below(folder)}
    there.pop(SUMS, None)
    if unknown := sorted(there.keys() - stated.keys()):
        raise BackupError(f"{folder} holds {unknown[0]}, which its {SUMS} does not name.")
    if missing := sorted(stated.keys() - there.keys()):
        raise BackupError(f"{folder} is incomplete: {missing[0]} is missing.")
    for name, path in there.items():
        if copying.sha256_of(path) != stated[name]:
            raise BackupError(f"{folder} is damaged: {name} is not what was written.")
    return stated


def _lines(folder: Path) -> Iterator[tuple[str, str]]:
    damaged = BackupError(
        f"{folder} is no backup, or a damaged one: its {SUMS} cannot be read."
    )
    try:
        text = (folder / SUMS).read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        raise damaged from None
    lines = text.splitlines()
    if not text.endswith("\n") or len(set(lines)) != len(lines):
        raise damaged
    for line in lines:
        found = LINE.fullmatch(line)
        if found is None:
            raise damaged
        yield found[2], found[1]
