"""Run a benchmark or a long proof, or list them.

    python scripts/measure.py bench|proofs [NAME]

Each is a file of that folder with a sentence at its head and `main() -> dict`, whose answer
is printed as one line of JSON: name, figures, limit or peers, ratio, targets, met. Whatever
it prints on the way goes to standard error.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TextIO

ROOT = Path(__file__).resolve().parents[1]
NEEDED = ("figures", "targets", "met")
COMPARED = ("limit", "peers")


def main(arguments: Sequence[str]) -> int:
    folder = ROOT / arguments[0]
    if len(arguments) == 1:
        print_list(folder)
        return 0
    file = folder / f"{arguments[1]}.py"
    if not file.is_file():
        print(f"There is no {arguments[1]} in {folder.name}. There are:", file=sys.stderr)
        print_list(folder, sys.stderr)
        return 2
    # A listener of standard output reads one line; everything else is progress.
    with contextlib.redirect_stdout(sys.stderr):
        result = {"name": arguments[1], **measured(file)}
    print(json.dumps(result, ensure_ascii=False))
    return 0 if result["met"] else 1


def print_list(folder: Path, out: TextIO = sys.stdout) -> None:
    for file in sorted(folder.glob("[!_]*.py")):
        if "def main(" not in file.read_text():
            continue
        sentence = (ast.get_docstring(ast.parse(file.read_text())) or "").split("\n")[0]
        print(f"  {file.stem:<24} {sentence}", file=out)


def measured(file: Path) -> dict[str, object]:
    """What the file's main() answers, checked for the words every result has."""
    answer = load(file).main()
    missing = [word for word in NEEDED if word not in answer]
    if not any(word in answer for word in COMPARED):
        missing.append(" or ".join(COMPARED))
    if missing:
        raise SystemExit(f"{file.stem} answers without: {', '.join(missing)}")
    return dict(answer)


def load(file: Path) -> ModuleType:
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Registered, so that its dataclasses and its child processes find it by name.
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
