"""Words to find a text by: character pairs and dictionary words in one list.

PostgreSQL has no Chinese word splitter, and pg_trgm cannot serve the two-character words people
search for, so the service that saves a text writes these words into a `simple` tsvector.
"""

from __future__ import annotations

import re
from functools import cache

from pypinyin import Style, lazy_pinyin

_RUN = re.compile(r"[一-鿿㐀-䶿]+|[a-z0-9]+")


def search_words(text: str) -> str:
    """The words of a text, space-separated, ready for `to_tsvector('simple', …)`."""
    return " ".join(sorted(_words(text)))


def query_words(text: str) -> list[str]:
    """The words a searcher's text must all contain: pairs alone, so that what is typed is found."""
    return sorted(word for run in _RUN.findall(text.lower()) for word in _pairs(run))


def _words(text: str) -> set[str]:
    found: set[str] = set()
    for run in _RUN.findall(text.lower()):
        found.update(_pairs(run))
        if len(run) > 2 and not run.isascii():
            found.update(_cut(run))
    return found


def _pairs(run: str) -> list[str]:
    if run.isascii() or len(run) < 2:
        return [run]
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _cut(run: str) -> list[str]:
    # Loaded late: the dictionary takes 0.2 s, and a process that never saves a text needs none.
    import rjieba

    return [word for word in rjieba.cut(run) if len(word) > 1]


@cache
def pinyin(name: str) -> str:
    """The name's sound, to sort by and to find by: 和顺社区 -> heshunshequ."""
    return "".join(lazy_pinyin(name))


@cache
def initials(name: str) -> str:
    """First letters only: 和顺社区 -> hssq."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
