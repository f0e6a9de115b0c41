"""How long what is kept, and what the nightly run did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import get_language, ngettext

from linli.ground.privacy import queries
from linli.ground.privacy.queries import TermNow
from linli.ground.privacy.rules import keep_of
from linli.kernel import clock
from linli.kernel.pages import page
from linli.kernel.privacy import STORES
from linli.kernel.requests import LinliRequest, needs, reads
from linli.kernel.spec import Text


@dataclass(frozen=True, slots=True)
class TermRow:
    """One term as it is read: what, how long from when, what the last run did, what is due now."""

    term: str
    title: str
    keep: str
    counted_from: str
    basis: str
    before: datetime
    due: int | None
    forgotten: int | None
    left: int | None


@needs("privacy.view")
@reads
def terms(request: LinliRequest) -> HttpResponse:
    """Every term with its ground and the last run; `?count` also counts what is due: a dry run."""
    now, run = clock.now(), queries.last_run()
    counted = "count" in request.GET
    lines = queries.lines_of(run) if run else {}
    rows = []
    for term in queries.terms_in_force(at=now, count=counted):
        line = lines.get(term.term)
        rows.append(_row(term, line.forgotten if line else None, line.left if line else None))
    context = {
        "rows": rows,
        "run": run,
        "next_run": queries.run_next(at=now),
        "counted": counted,
    }
    return page(request, "privacy/terms.html", context, island="terms")


def _row(term: TermNow, forgotten: int | None, left: int | None) -> TermRow:
    about = STORES[term.term].about
    return TermRow(
        term=term.term,
        title=_said(about.title),
        keep=keep_words(term.keep),
        counted_from=_said(about.counted_from),
        basis=term.basis,
        before=term.before,
        due=term.due,
        forgotten=forgotten,
        left=left,
    )


def _said(text: Text) -> str:
    return text.in_language(get_language() or "")


def keep_words(text: str) -> str:
    """A term in the reader's language: 3 years."""
    keep = keep_of(text)
    if keep.unit == "years":
        words = ngettext("{n} year", "{n} years", keep.number)
    elif keep.unit == "months":
        words = ngettext("{n} month", "{n} months", keep.number)
    else:
        words = ngettext("{n} day", "{n} days", keep.number)
    return words.format(n=keep.number)
