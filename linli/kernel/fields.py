"""Encrypted columns: what the database holds sealed, and the words a row is found by.

A stored value is `version(1) key(4) nonce(12) ciphertext`, sealed by AES-256-GCM with the purpose
as associated data, so that a value copied into another purpose's column does not open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models

from linli.kernel.keys import PURPOSES, key_of, ring_of

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    SealedField = models.BinaryField[str | None, str | None]
    WordsColumn = SearchVectorField[str, str]
else:
    SealedField, WordsColumn = models.BinaryField, SearchVectorField


Column = tuple[type[models.Model], "EncryptedText"]
SEALED: list[Column] = []


class EncryptedText(SealedField):
    """Text that the database only ever holds sealed; `digest` names the column of its keyed digest.

    A value whose key was destroyed reads as None: it has been forgotten.
    """

    def __init__(self, *, purpose: str, digest: str = "", **options: Any) -> None:
        self.purpose, self.digest = purpose, digest
        PURPOSES.add(purpose)
        super().__init__(**options)

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        """A table's column is known to whoever changes keys; a migration's own copy is not."""
        super().contribute_to_class(cls, name, private_only)
        if cls.__module__ != "__fake__":
            SEALED.append((cls, self))

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, positional, options = super().deconstruct()
        own = {"purpose": self.purpose} | ({"digest": self.digest} if self.digest else {})
        return name, path, positional, {**options, **own}

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
        return None if value is None else ring_of(self.purpose).open(bytes(value))

    def value_to_string(self, _obj: models.Model) -> str:
        raise TypeError("an encrypted value is never serialised")

    def to_python(self, value: Any) -> Any:
        return value


def sealed_columns(purpose: str) -> list[Column]:
    """Every column that holds values sealed for this purpose."""
    return [(model, field) for model, field in SEALED if field.purpose == purpose]


class WordsField(WordsColumn):
    """The words a row is found by: given as space-separated text, kept as a `simple` tsvector."""

    def get_placeholder(self, _value: object, _compiler: object, _connection: object) -> str:
        return "to_tsvector('simple', %s)"

    def get_prep_value(self, value: Any) -> Any:
        return value


def holding(words: list[str]) -> SearchQuery:
    """Rows whose words hold all of these."""
    return SearchQuery(" ".join(words), config="simple")
