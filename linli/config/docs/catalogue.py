"""The words people read: every English message of code and templates, with its Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from linli.config.places import CHECKOUT

CHINESE = CHECKOUT / "linli/web/locale/zh_Hans/LC_MESSAGES/django.po"
FUNCTIONS = frozenset(
    {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext", "npgettext"}
)
TEMPLATES = frozenset({".html", ".txt"})
Message = str | tuple[str, ...]
# What the libraries say on pages of ours: one is not in their Chinese, the others not in our words.
OF_LIBRARIES: tuple[Message, ...] = (
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    (
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
    ),
    "Your password can’t be a commonly used password.",
    "Your password can’t be too similar to your other personal information.",
    "This field is required.",
    "Incorrect code.",
    "Use authenticator app or code",
)


def messages() -> Iterator[tuple[Message, str | None]]:
    """Every message with its context; a message with a plural as a pair."""
    for path in sorted((CHECKOUT / "linli").rglob("*")):
        if path.suffix not in {".py", *TEMPLATES} or "tests" in path.parts:
            continue
        for function, texts in _extracted(path):
            context = texts[0] if "p" in function.partition("gettext")[0] else None
            said = texts[1:] if context else texts
            if said and said[0].strip():
                yield (said[:2] if function.startswith("n") else said[0]), context
    yield from ((message, None) for message in OF_LIBRARIES)


def _extracted(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The function and the texts of each call; a template is first turned into such calls."""
    source = path.read_text()
    if path.suffix in TEMPLATES:
        # What Django makes of a template is a row of calls, but no Python that could be parsed.
        calls = _CALL.finditer(templatize(source, origin=str(path)))
        yield from ((m[1], _texts(f"({m[2]},)")) for m in calls)
        return
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in FUNCTIONS:
            yield node.func.id, _constants(node.args)


_STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(_|n?p?gettext)\(({_STRING}(?:, ?{_STRING})*)", re.DOTALL)


def _texts(literal: str) -> tuple[str, ...]:
    found = ast.literal_eval(literal)
    return tuple(str(text) for text in found)


def _constants(arguments: list[ast.expr]) -> tuple[str, ...]:
    return tuple(
        one.value
        for one in arguments
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    )


def renewed() -> Catalog:
    """The Chinese catalogue with exactly the messages in use; what was translated stays so."""
    with CHINESE.open("rb") as file:
        old = read_po(file, locale="zh_Hans")
    new = Catalog(locale="zh_Hans", project="Linli", charset="utf-8", header_comment="")
    new.fuzzy = False
    for message, context in messages():
        new.add(message, context=context)
    for entry in new:
        known = old.get(entry.id, entry.context) if entry.id else None
        if known is not None and known.string:
            entry.string = known.string
    return new


def written(catalogue: Catalog) -> str:
    """The catalogue as a file that only changes when its words do."""
    out = BytesIO()
    write_po(out, catalogue, width=0, no_location=True, sort_output=True, omit_header=True)
    return HEADER + out.getvalue().decode()


HEADER = """msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages a Chinese reader would read in English."""
    return sorted(
        str(entry.id) for entry in catalogue if entry.id and not _has_words(entry.string)
    )


def _has_words(translation: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(translation) if isinstance(translation, tuple | list) else bool(translation)
