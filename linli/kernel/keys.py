"""Keys: one ring of data keys per purpose, in files outside the database and its dumps.

A ring is a text file, one key a line, the sealing key first: `number secret made-at`. A key that
was retired or destroyed leaves its number behind, so that a value it sealed is known to be gone
for good instead of being a fault: `number - destroyed-at`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from linli.kernel.errors import Conflict, NotFound, _

_VERSION = b"\x01"
_GONE = "-"
PURPOSES: set[str] = set()


class KeyMissing(RuntimeError):
    """The key file of a purpose cannot be read, or lacks a key: what it sealed cannot be opened."""


class PurposeUnknown(NotFound):
    """Nothing in this house is kept for such a purpose."""

    message = _("There are no keys for “{purpose}”.")


class KeyInUse(Conflict):
    """The key that seals new values, or the only one left, cannot be taken away."""

    message = _("Key {number} of {purpose} seals new values. Rotate first.")


class NoSuchKey(NotFound):
    """The ring has no such key, or has it no longer."""

    message = _("There is no key {number} of {purpose}.")


@dataclass(frozen=True, slots=True)
class PurposeKey:
    """One key of one purpose; the number tells which key sealed a value."""

    purpose: str
    number: int
    secret: bytes
    made_at: str = ""

    def seal(self, text: str) -> bytes:
        """The text, readable only with this key and for this purpose."""
        nonce = os.urandom(12)
        sealed = AESGCM(self.secret).encrypt(nonce, text.encode(), self.purpose.encode())
        return _VERSION + self.number.to_bytes(4, "big") + nonce + sealed

    def open(self, sealed: bytes) -> str:
        """The text as it was; a changed byte raises cryptography's InvalidTag."""
        opened = AESGCM(self.secret).decrypt(sealed[5:17], sealed[17:], self.purpose.encode())
        return opened.decode()

    def digest(self, text: str) -> bytes:
        """A keyed digest of the whole value, for exact look-up."""
        own = hmac.new(self.secret, b"digest", hashlib.sha256).digest()
        return hmac.new(own, text.encode(), hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Ring:
    """Every key of a purpose, the sealing one first, and the numbers of those that are gone."""

    purpose: str
    keys: tuple[PurposeKey, ...]
    gone: tuple[tuple[int, str], ...] = ()

    @property
    def sealing(self) -> PurposeKey:
        return self.keys[0]

    def open(self, sealed: bytes) -> str | None:
        """The text as it was; None when its key was destroyed, which is how it was forgotten."""
        number = number_of(sealed)
        for key in self.keys:
            if key.number == number:
                return key.open(sealed)
        if any(number == gone for gone, _at in self.gone):
            return None
        raise KeyMissing(f"key {number} of {self.purpose!r} is not in its file")

    def digests(self, text: str) -> list[bytes]:
        """The digests a value may stand under while two keys are valid."""
        return [key.digest(text) for key in self.keys]


class Resealer(Protocol):
    """Values sealed for a purpose that stand somewhere else than in a column of their own."""

    def numbers(self) -> Mapping[int, int]:
        """How many values each key sealed."""

    def reseal(self) -> int:
        """Seal all of them with the present key; return how many were sealed anew."""


RESEALERS: dict[str, Resealer] = {}


def number_of(sealed: bytes) -> int:
    """The number of the key that sealed a value."""
    return int.from_bytes(sealed[1:5], "big")


def key_of(purpose: str) -> PurposeKey:
    """The key that seals new values of this purpose."""
    return ring_of(purpose).sealing


def ring_of(purpose: str) -> Ring:
    """Every key of this purpose as its file now stands: a rotation needs no restart."""
    path = _path(Path(settings.KEYS_DIR), purpose)
    try:
        seen = path.stat()
        return _read(path, purpose, (seen.st_mtime_ns, seen.st_ino))
    except (OSError, ValueError, IndexError) as error:
        raise KeyMissing(f"the keys of {purpose!r} cannot be read: {path}: {error}") from error


@lru_cache(maxsize=256)
def _read(path: Path, purpose: str, seen: tuple[int, int]) -> Ring:  # noqa: ARG001 - what `path` held then
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    keys = [
        PurposeKey(purpose, int(line[0]), base64.b64decode(line[1]), "".join(line[2:3]))
        for line in lines
        if line[1] != _GONE
    ]
    gone = tuple((int(line[0]), "".join(line[2:3])) for line in lines if line[1] == _GONE)
    if not keys:
        raise ValueError("no key in it")
    return Ring(purpose, tuple(keys), gone)


def _path(folder: Path, purpose: str) -> Path:
    return folder / f"{purpose}.key"


def make_missing_keys(folder: Path, purposes: Iterable[str]) -> list[str]:
    """Make a key file for every purpose that has none; return the purposes it made one for."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    missing = [purpose for purpose in purposes if not _path(folder, purpose).exists()]
    for purpose in missing:
        _write(_path(folder, purpose), Ring(purpose, (_fresh(purpose, 1),)))
    return missing


def rotate(purpose: str) -> PurposeKey:
    """A new key seals from now on; the earlier ones still open until they are retired."""
    ring = _known(purpose)
    made = _fresh(purpose, _highest(ring) + 1)
    _write(_file(purpose), Ring(purpose, (made, *ring.keys), ring.gone))
    return made


def retire(purpose: str, *, number: int) -> None:
    """Take away an earlier key that no value needs any more; the caller has made sure of that."""
    ring = _known(purpose)
    if number == ring.sealing.number:
        raise KeyInUse(purpose=purpose, number=number)
    if number not in {key.number for key in ring.keys}:
        raise NoSuchKey(purpose=purpose, number=number)
    left = tuple(key for key in ring.keys if key.number != number)
    _write(_file(purpose), Ring(purpose, left, (*ring.gone, (number, _stamp()))))


def destroy(purpose: str) -> list[int]:
    """Take away every key: what they sealed is gone, also in old dumps; a fresh key seals anew."""
    ring = _known(purpose)
    numbers = [key.number for key in ring.keys]
    fresh = _fresh(purpose, _highest(ring) + 1)
    gone = (*ring.gone, *((number, _stamp()) for number in numbers))
    _write(_file(purpose), Ring(purpose, (fresh,), gone))
    return numbers


def _known(purpose: str) -> Ring:
    if purpose not in PURPOSES:
        raise PurposeUnknown(purpose=purpose[:60])
    return ring_of(purpose)


def _file(purpose: str) -> Path:
    return _path(Path(settings.KEYS_DIR), purpose)


def _highest(ring: Ring) -> int:
    return max([key.number for key in ring.keys] + [number for number, _at in ring.gone])


def _fresh(purpose: str, number: int) -> PurposeKey:
    return PurposeKey(purpose, number, os.urandom(32), _stamp())


def _stamp() -> str:
    # The real time, whatever the demo's clock says: this is about files, not about stories.
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _write(path: Path, ring: Ring) -> None:
    """Write the ring beside its place, make it last, and only then put it in its place."""
    lines = [
        f"{key.number} {base64.b64encode(key.secret).decode()} {key.made_at}".rstrip()
        for key in ring.keys
    ]
    lines += [f"{number} {_GONE} {at}".rstrip() for number, at in ring.gone]
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
