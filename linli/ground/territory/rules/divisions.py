"""Reading division files: one row per community, with everything above it in the same row.

A slip is refused by line, column, what was found and what was expected; nothing is repaired
silently, because a wrong parent would put a whole street under another city's posts.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from linli.ground.territory.rules.codes import LENGTHS, Level
from linli.kernel.errors import Invalid, _


class DivisionsRefused(Invalid):
    """The file is not taken over; not a single row of it."""

    message = _("Line {line}, column “{column}”: found “{found}”, expected {expected}.")


class WrongHeader(DivisionsRefused):
    message = _("Line {line}: found the columns {found}, expected {expected}.")


class WrongWidth(DivisionsRefused):
    message = _("Line {line}: found {found} columns, expected {expected}.")


class NotCsv(DivisionsRefused):
    message = _("Line {line} is not a well-formed CSV row: {found}.")


class WrongDigits(DivisionsRefused):
    message = _("Line {line}, column “{column}”: found “{found}”, expected {expected} digits.")


class WrongParent(DivisionsRefused):
    message = _(
        "Line {line}, column “{column}”: found “{found}”, "
        "expected a code that begins with {expected}."
    )


class OnlyFilling(DivisionsRefused):
    message = _(
        "Line {line}, column “{column}”: found “{found}”, "
        "expected a code that does not end in {expected}."
    )


class WrongName(DivisionsRefused):
    message = _(
        "Line {line}, column “{column}”: found “{found}”, "
        "expected a name of at most {expected} characters."
    )


class CodeRepeated(DivisionsRefused):
    message = _(
        "Line {line}, column “{column}”: found “{found}”, which line {expected} uses already."
    )


class NamedDifferently(DivisionsRefused):
    message = _(
        "Line {line}, column “{column}”: found “{found}”, expected “{expected}” as further up."
    )


class NoDivisions(DivisionsRefused):
    message = _("The file names no community.")


class NotReadable(Invalid):
    """The file is not text, or not in an encoding these files come in."""

    message = _("Line {line}: the file must be UTF-8 or GB18030 text.")


@dataclass(frozen=True, slots=True)
class Division:
    """A city, county, street or community as the file names it."""

    path: str
    level: Level
    name: str
    parent: str | None
    line: int


Columns = tuple[int, ...]
_HEADER: Final = (
    "code12",
    "name",
    "street_code",
    "street",
    "area_code",
    "area",
    "city_code",
    "city",
    "province",
)
# From the city down: its level, the column of its code, the column of its name.
_PAIRS: Final = (
    (Level.CITY, 6, 7),
    (Level.COUNTY, 4, 5),
    (Level.STREET, 2, 3),
    (Level.COMMUNITY, 0, 1),
)
_PROVINCE: Final = 8
_CITY_ITSELF: Final = "市辖区"  # what lists call the city level of a municipality
_LONGEST_NAME: Final = 120
_PROBE: Final = 1 << 16


def read_divisions(source: BinaryIO) -> tuple[Division, ...]:
    """Every division of the file, those above always before those below."""
    return tuple(each_division(source))


def each_division(source: BinaryIO) -> Iterator[Division]:
    """The divisions one by one, each once, read as a stream."""
    known: dict[str, tuple[str, int]] = {}
    rows = _rows(source)
    _line, header = next(rows, (1, []))
    columns = _columns(header)
    for line, row in rows:
        if not row:
            continue
        if len(row) != len(header):
            raise WrongWidth(line=line, column="-", found=len(row), expected=len(header))
        yield from _new_in(line, [row[i].strip() for i in columns], known)
    if not known:
        raise NoDivisions(line=2, column="code12", found="", expected="")


def _new_in(line: int, row: list[str], known: dict[str, tuple[str, int]]) -> Iterator[Division]:
    """What this row names for the first time; what it repeats must be named alike."""
    parent: str | None = None
    for level, code_at, name_at in _PAIRS:
        code, name = row[code_at], row[name_at]
        if level == Level.CITY and name == _CITY_ITSELF:
            name = row[_PROVINCE]
        before = known.get(code)
        if before is None:
            _require_code(line, code_at, code, level, parent)
            _require_name(line, name_at, name)
            known[code] = (name, line)
            yield Division(code, level, name, parent, line)
        elif level == Level.COMMUNITY:
            raise _slip(CodeRepeated, line, code_at, code, before[1])
        elif before[0] != name:
            raise _slip(NamedDifferently, line, name_at, name, before[0])
        parent = code


def _require_code(line: int, column: int, code: str, level: Level, parent: str | None) -> None:
    length = LENGTHS[level]
    if len(code) != length or not (code.isascii() and code.isdigit()) or code[0] == "0":
        raise _slip(WrongDigits, line, column, code, length)
    if parent is not None and not code.startswith(parent):
        raise _slip(WrongParent, line, column, code, parent)
    if level >= Level.STREET and code.endswith("000"):
        raise _slip(OnlyFilling, line, column, code, "000")


def _require_name(line: int, column: int, name: str) -> None:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise _slip(WrongName, line, column, name, _LONGEST_NAME)


def _columns(header: list[str]) -> Columns:
    """Where each column stands; their order is free and others may stand between them."""
    names = [name.strip() for name in header]
    for wanted in _HEADER:
        if names.count(wanted) != 1:
            found = ", ".join(names)[:200]
            expected = ", ".join(_HEADER)
            raise WrongHeader(line=1, column=wanted, found=found, expected=expected)
    return tuple(names.index(wanted) for wanted in _HEADER)


def _rows(source: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    text = _text(source)
    reader = csv.reader(text, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except UnicodeError:
            raise NotReadable(line=reader.line_num + 1) from None
        except csv.Error as error:
            found, line = str(error), reader.line_num
            raise NotCsv(line=line, column="-", found=found, expected="CSV") from None
        if any("\0" in cell for cell in row):
            raise NotReadable(line=reader.line_num)
        yield reader.line_num, row


def _text(source: BinaryIO) -> io.TextIOWrapper:
    """The file as text: UTF-8 (with or without its mark) where it can be that, else GB18030."""
    buffered = io.BufferedReader(_Unclosed(source), _PROBE)
    head = buffered.peek(_PROBE)[:_PROBE]
    if b"\0" in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotReadable(line=1)
    encoding = "utf-8-sig"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        encoding = "gb18030"
    return io.TextIOWrapper(buffered, encoding=encoding, errors="strict", newline="")


class _Unclosed(io.RawIOBase):
    """The caller's stream, read through but left open for the caller to close."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, target: object) -> int:
        view = memoryview(target)  # type: ignore[arg-type] # the stubs name no buffer type
        chunk = self._source.read(len(view))
        view[: len(chunk)] = chunk
        return len(chunk)


def _slip(
    refusal: type[DivisionsRefused], line: int, column: int, found: str, expected: object
) -> DivisionsRefused:
    return refusal(line=line, column=_HEADER[column], found=found[:200], expected=expected)
