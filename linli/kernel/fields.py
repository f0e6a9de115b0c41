"""Encrypted columns: one data key per purpose, in files outside the database and its dumps.

A stored value is `version(1) key(4) nonce(12) ciphertext`, sealed by AES-256-GCM with the purpose
as associated data, so that a value copied into another purpose's column does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    SealedField = models.BinaryField[str | None, str | None]
    WordsColumn = SearchVectorField[str, str]
else:
    SealedField, WordsColumn = models.BinaryField, SearchVectorField

_VERSION = b"\x01"


class KeyMissing(RuntimeError):
    """The key file of a purpose cannot be read: what it sealed cannot be opened."""


@dataclass(frozen=True, slots=True)
class PurposeKey:
    """One key of one purpose; the number tells which key sealed a value."""

    purpose: str
    number: int
    secret: bytes

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


def key_of(purpose: str) -> PurposeKey:
    """The key that seals new values of this purpose."""
    return _ring(str(settings.KEYS_DIR), purpose)


@cache
def _ring(folder: str, purpose: str) -> PurposeKey:
    path = Path(folder) / f"{purpose}.key"
    try:
        number, secret = path.read_text().split()
    except (OSError, ValueError) as error:
        raise KeyMissing(f"the key of {purpose!r} cannot be read: {path}: {error}") from error
    return PurposeKey(purpose, int(number), base64.b64decode(secret))


def make_missing_keys(folder: Path, purposes: list[str]) -> list[str]:
    """Make a key file for every purpose that has none; return the purposes it made one for."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    missing = [purpose for purpose in purposes if not (folder / f"{purpose}.key").exists()]
    for purpose in missing:
        line = f"1 {base64.b64encode(os.urandom(32)).decode()}\n"
        handle = os.open(folder / f"{purpose}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    return missing


PURPOSES: set[str] = set()


class EncryptedText(SealedField):
    """Text that the database only ever holds sealed."""

    def __init__(self, *, purpose: str, **options: Any) -> None:
        self.purpose = purpose
        PURPOSES.add(purpose)
        super().__init__(**options)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, positional, options = super().deconstruct()
        return name, path, positional, {**options, "purpose": self.purpose}

    def get_prep_value(self, value: str | None) -> bytes | None:
        return None if value is None else key_of(self.purpose).seal(value)

    def get_db_prep_value(
        self,
        value: Any,
        connection: BaseDatabaseWrapper,
        prepared: bool = False,
    ) -> Any:
        sealed = value if prepared else self.get_prep_value(value)
        return super().get_db_prep_value(sealed, connection, prepared=True)

    def from_db_value(self, value: bytes | None, *_: object) -> str | None:
        return None if value is None else key_of(self.purpose).open(bytes(value))

    def value_to_string(self, _obj: models.Model) -> str:
        raise TypeError("an encrypted value is never serialised")

    def to_python(self, value: Any) -> Any:
        return value


class WordsField(WordsColumn):
    """The words a row is found by: given as space-separated text, kept as a `simple` tsvector."""

    def get_placeholder(self, _value: object, _compiler: object, _connection: object) -> str:
        return "to_tsvector('simple', %s)"

    def get_prep_value(self, value: Any) -> Any:
        return value


def holding(words: list[str]) -> SearchQuery:
    """Rows whose words hold all of these."""
    return SearchQuery(" ".join(words), config="simple")
