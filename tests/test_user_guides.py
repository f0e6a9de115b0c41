"""The guides call things what the pages call them, and show pictures that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linli.config.docs import catalogue

ROOT = Path(__file__).resolve().parents[1]
GUIDES = sorted((ROOT / "docs" / "user-guide").glob("*.md"))
SHOWN = re.compile(r"「([^」]+)」")
LINKED = re.compile(r"\]\(([^)#]+)")


def words() -> str:
    """Everything a page can say: the catalogue, and the titles of the packs."""
    packs = (path.read_text() for path in sorted((ROOT / "packs").rglob("*.toml")))
    return "\n".join([catalogue.CHINESE.read_text(), *packs])


def unknown(text: str) -> list[str]:
    """What a guide quotes and no page says."""
    said = words()
    return [one for one in SHOWN.findall(text) if f'"{one}"' not in said]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_quotes_the_pages(guide: Path) -> None:
    assert unknown(guide.read_text()) == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_leads_to_what_is_there(guide: Path) -> None:
    linked = LINKED.findall(guide.read_text())
    assert [one for one in linked if not (guide.parent / one).exists()] == []


def test_the_control_a_word_no_page_says_is_seen() -> None:
    assert unknown("点「我要反映」，再点「一键秒办」。") == ["一键秒办"]


def test_every_role_has_a_guide() -> None:
    named = {path.stem for path in GUIDES}
    roles = (
        "resident grid-worker community-desk street-hub department supervisor administrators"
    )
    assert named >= set(roles.split())
