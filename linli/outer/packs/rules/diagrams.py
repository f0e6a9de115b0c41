"""A pack's workflows as pictures and tables, in Markdown that needs no tool to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from linli.engines.workflow.spec import CLOCK, OWNER, REPORTER, STAYS, UNIT

if TYPE_CHECKING:
    from linli.engines.workflow.spec import Move, State, Workflow
    from linli.outer.packs.spec import Pack

_WORDS: Final = {
    "zh": {
        OWNER: "责任岗",
        REPORTER: "反映人",
        CLOCK: "时钟",
        UNIT: "承办单位",
        STAYS: "不变",
        "class": "按类别",
        "head": "| 状态 | 阶段 | 步骤 | 责任岗 | 时限 | 居民看到 |",
        "by": "由",
        "basis": "依据",
        "version": "版本",
    },
    "en": {
        OWNER: "owner",
        REPORTER: "reporter",
        CLOCK: "clock",
        UNIT: "the unit",
        STAYS: "stays",
        "class": "by class",
        "head": "| state | phase | step | owner | limit | the resident reads |",
        "by": "by",
        "basis": "Basis",
        "version": "Version",
    },
}


def diagrams(pack: Pack) -> str:
    """Every workflow of the pack, in Chinese and then in English."""
    lines = [
        f"# {pack.about.title.zh} · {pack.about.title.in_language('en')}",
        "",
        f"`linli packs diagrams {pack.about.name}`",
        "",
    ]
    for language in ("zh", "en"):
        for name, workflow in pack.workflows.items():
            lines += _page(pack, name, workflow, language)
    return "\n".join(lines)


def _page(pack: Pack, name: str, workflow: Workflow, language: str) -> Iterator[str]:
    words = _WORDS[language]
    yield f"## {workflow.title.in_language(language)} (`{name}`)"
    yield ""
    yield f"{words['version']} {pack.about.version} · {words['basis']}: {workflow.basis}"
    yield ""
    if workflow.steps:
        yield " → ".join(f"{s.number} {s.title.in_language(language)}" for s in workflow.steps)
        yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"  [*] --> {workflow.start}"
    for key, state in workflow.states.items():
        yield f'  state "{_label(state, language)}" as {key}'
    for key, move in workflow.moves():
        yield f"  {key} --> {move.to}: {_plain(_arrow(pack, move, language))}"
    for key, state in workflow.states.items():
        if state.ended:
            yield f"  {key} --> [*]"
    yield "```"
    yield ""
    yield words["head"]
    yield "| --- | --- | --- | --- | --- | --- |"
    for state in workflow.states.values():
        yield _row(pack, state, language)
    yield ""


def _label(state: State, language: str) -> str:
    step = f"{state.step} " if state.step else ""
    return _plain(f"{step}{state.title.in_language(language)}")


def _arrow(pack: Pack, move: Move, language: str) -> str:
    actors = ", ".join(_actor(pack, name, language) for name in move.by)
    when = f" [{', '.join(move.when)}]" if move.when else ""
    after = f" {move.after}" if move.after else ""
    return f"{move.title.in_language(language)} ({actors}{after}){when}"


def _row(pack: Pack, state: State, language: str) -> str:
    words = _WORDS[language]
    owners = ", ".join(_actor(pack, name, language) for name in state.owner)
    limit = words["class"] if state.limit == "class" else state.limit or ""
    cells = (
        state.title.in_language(language),
        state.phase,
        str(state.step or ""),
        owners,
        limit,
        state.resident.in_language(language),
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _actor(pack: Pack, name: str, language: str) -> str:
    if name in _WORDS[language]:
        return _WORDS[language][name]
    return pack.posts.roles[name].title.in_language(language)


def _plain(text: str) -> str:
    """Without the signs that end a label in Mermaid."""
    return text.replace('"', "'").replace(";", ",").replace(":", " ").replace("#", "")
