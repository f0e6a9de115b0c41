"""What is generated from packs and their specs, for editors and for readers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from linli.domains.matters.spec import MattersSpec
from linli.engines.forms.spec import Form
from linli.engines.notices.spec import NoticesSpec
from linli.engines.workflow.spec import Calendar, Workflow
from linli.ground.accounts.spec import PostsSpec
from linli.ground.privacy.spec import RetentionSpec
from linli.ground.territory.spec import TerritorySpec
from linli.kernel.spec import Spec
from linli.outer.packs.rules.diagrams import diagrams
from linli.outer.packs.spec import About, Case, Pack

_SPECS: Mapping[str, type[Spec]] = {
    "pack": About,
    "territory": TerritorySpec,
    "posts": PostsSpec,
    "retention": RetentionSpec,
    "calendar": Calendar,
    "notices": NoticesSpec,
    "workflow": Workflow,
    "form": Form,
    "case": Case,
}


def schemas() -> dict[str, str]:
    """The JSON schema of every kind of file, by file name."""
    plain = {name: spec.model_json_schema() for name, spec in _SPECS.items()}
    plain["matters"] = _of_one_file(MattersSpec.model_json_schema())
    return {
        f"{name}.json": json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        for name, schema in sorted(plain.items())
    }


def diagrams_of(pack: Pack) -> str:
    """The page of a pack under docs/packs."""
    return diagrams(pack)


def differing(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """The files of a folder that are not as they would be generated now."""
    names = []
    for name, text in pages.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            names.append(name)
    return names


def _of_one_file(schema: dict[str, Any]) -> dict[str, Any]:
    """Classes are spread over files: the settings stand in one, major and basis once a file."""
    each = schema["$defs"]["ClassSpec"]
    shared = {key: each["properties"][key] for key in ("major", "basis")}
    each["required"] = [key for key in each["required"] if key not in shared]
    schema["properties"] |= shared
    schema["required"] = []
    return schema
