"""A matter is struck off: its story is printed and kept."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

import typst
from django.db import transaction

from linli.domains.matters import queries
from linli.domains.matters.models import Archive, Matter, Reporter
from linli.engines.files.services import keep_paper
from linli.engines.workflow.queries import story_of, workflow_of
from linli.ground.audit.queries import head
from linli.ground.audit.services import note
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.refs import Ref

_PAPERS = Path(__file__).parents[1] / "templates" / "matters" / "papers"


@transaction.atomic
def archive_matter(matter_id: UUID, *, by: Actor, at: datetime) -> Archive:
    """Print the case part and the personal annex of an ended matter and keep their digests.

    The case part names posts, never the reporter: the annex can be erased without it, and its
    digest stays. A matter that was reopened and ended again is printed anew; a job that runs
    twice leaves no second annex behind, which nobody would think of erasing.
    """
    matter = queries.matter_locked(matter_id)
    subject = Ref("matter", matter.id)
    case_part = keep_paper(
        _print("case.typ", _case(matter)),
        of=subject,
        kind="case_part",
        by=by,
        at=at,
        request_id=_paper_id(matter, "case_part"),
    )
    reporter = queries.reporter_of(matter)
    annex = None
    if reporter.kind in {"named", "confidential"}:
        printed = _print("annex.typ", _annex(matter, reporter))
        annex = keep_paper(
            printed,
            of=subject,
            kind="annex",
            by=by,
            at=at,
            request_id=_paper_id(matter, "annex"),
        )
    archive, _made = Archive.objects.update_or_create(
        matter=matter,
        defaults={
            "case_part": case_part,
            "case_sha256": case_part.sha256,
            "annex": annex,
            "annex_sha256": annex.sha256 if annex else None,
            "archived_at": at,
        },
    )
    note("matters.archive", subject, by=by, at=at)
    return archive


def _paper_id(matter: Matter, kind: str) -> UUID:
    """One id for one paper of one end of a matter."""
    return uuid5(matter.id, f"{kind} {matter.work.version}")


def _print(paper: str, content: dict[str, object]) -> bytes:
    printed = typst.compile(
        str(_PAPERS / paper), sys_inputs={"content": json.dumps(content, ensure_ascii=False)}
    )
    assert isinstance(printed, bytes)
    return printed


def _case(matter: Matter) -> dict[str, object]:
    workflow = workflow_of(matter.work.definition_id)
    titles = {move.key: move.title.zh for _state, move in workflow.moves()}
    return {
        "number": matter.number,
        "title": matter.matter_class.title_zh,
        "class": f"{matter.matter_class.code} {matter.matter_class.major_zh}",
        "basis": matter.matter_class.basis,
        "area": f"{matter.area.name} ({matter.area.path})",
        "place": matter.place.address if matter.place else matter.place_text,
        "reported_at": _moment(matter.reported_at),
        "description": matter.description,
        "answers": [
            {"question": field.title.zh, "answer": str(value)}
            for field, value in queries.answered_questions(matter)
        ],
        "result": matter.result,
        "answer": matter.answer,
        "score": matter.score or 0,
        "public_text": matter.public_text,
        "method": workflow.title.zh,
        "head": str(head()),
        "story": [
            {
                "at": _moment(move.at),
                "step": str(move.step or ""),
                "what": titles.get(move.key, "登记"),
                "who": move.post.name if move.post else _WHO[move.actor_kind],
                "note": move.note,
            }
            for move in story_of(matter.work)
        ],
    }


_WHO = {"clock": "时钟", "resident": "反映人", "token": "接口", "person": "工作人员"}


def _annex(matter: Matter, reporter: Reporter) -> dict[str, object]:
    return {
        "number": matter.number,
        "name": reporter.name,
        "phone": reporter.phone or "",
        "confidential": reporter.kind == "confidential",
    }


def _moment(at: datetime) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}"
