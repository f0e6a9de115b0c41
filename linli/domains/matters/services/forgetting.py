"""What is kept about an ended matter is forgotten, part by part, when its term is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from linli.domains.matters.models import Archive, Matter, Reporter
from linli.domains.matters.rules import PHOTO_KINDS
from linli.domains.matters.spec import TERMS
from linli.engines.files.services import erase_files
from linli.engines.forms.services import forget_answers
from linli.engines.workflow.models import Work, WorkQuerySet
from linli.engines.workflow.queries import works_ended
from linli.engines.workflow.services import forget_words
from linli.ground.privacy.queries import forgotten
from linli.kernel.privacy import Batch, Piece, Store
from linli.kernel.refs import Ref

KIND: Final = "matter"
Forgetting = Callable[[Sequence[Work], datetime], None]


def _forget_content(works: Sequence[Work], at: datetime) -> None:  # noqa: ARG001 - as the others
    """What was reported, found and answered, in the record, its story and its search words.

    Class, place in the territory, times, posts and the score stay: the figures of years gone by
    do not change because people are forgotten.
    """
    ids = [work.subject_id for work in works]
    Matter.objects.filter(id__in=ids).update(
        summary="",
        description="",
        words="",
        place=None,
        place_text="",
        lng=None,
        lat=None,
        result="",
        answer="",
        score_reason="",
    )
    forget_words([work.id for work in works])
    forget_answers(ids, kind=KIND)


def _forget_reporters(works: Sequence[Work], at: datetime) -> None:
    """Who reported and how to reach them; of the archive the personal annex, not its digest."""
    ids = [work.subject_id for work in works]
    Reporter.objects.filter(matter__in=ids).delete()
    Archive.objects.filter(matter__in=ids).update(annex=None)
    erase_files(ids, kind=KIND, kinds=("annex",), at=at)


def _forget_photos(works: Sequence[Work], at: datetime) -> None:
    """The pictures of what was reported and of what was done."""
    erase_files([work.subject_id for work in works], kind=KIND, kinds=PHOTO_KINDS, at=at)


def _forget_papers(works: Sequence[Work], at: datetime) -> None:
    """The printed case part, when the archive's own term is over; its digest stays."""
    erase_files([work.subject_id for work in works], kind=KIND, kinds=("case_part",), at=at)


def forget_wholly(works: Sequence[Work], at: datetime) -> None:
    """Reporter, words and pictures of these ended matters, before their terms; the caller notes it."""
    for forget in (_forget_reporters, _forget_content, _forget_photos):
        forget(works, at)


def _ended(term: str, *, before: datetime, since: datetime | None = None) -> WorkQuerySet:
    gone = forgotten(term, kind=KIND, key="subject_id", since="closed_at")
    return works_ended(KIND, before=before, since=since).exclude(gone)


def _forget(term: str, forget: Forgetting, piece: Piece) -> Batch:
    ended = _ended(term, before=piece.before, since=piece.since)
    held = ended.select_for_update(of=("self",)).only("id", "subject_id", "closed_at")
    works = list(held[: piece.most])
    if not works:
        return Batch(0)
    forget(works, piece.at)
    refs = tuple(Ref(KIND, work.subject_id) for work in works)
    return Batch(len(works), refs, works[-1].closed_at)


def _due(term: str, before: datetime) -> int:
    return _ended(term, before=before).order_by().count()


def _store(term: str, forget: Forgetting) -> Store:
    return Store(term, TERMS[term], partial(_due, term), partial(_forget, term, forget))


STORES: Final = (
    _store("matter_photos", _forget_photos),
    _store("matter_reporter", _forget_reporters),
    _store("matter_content", _forget_content),
    _store("matter_papers", _forget_papers),
)
