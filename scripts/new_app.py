"""Begin an app with all its rooms: python scripts/new_app.py domains/x

The rooms are whole: a record, its rule, its service with its trace, pages, API and tests.
Rename the record, then change it; so every app begins alike.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parents[1]
ROOMS = Path(__file__).with_name("new_app")
CONFIG = ROOT / "linli" / "config"
FLOORS = ("ground", "engines", "domains", "outer")
LINLI = ROOT / ".venv" / "bin" / "linli"
PLACE = re.compile(rf"({'|'.join(FLOORS)})/([a-z][a-z_]*[a-z])")


def main(arguments: Sequence[str]) -> int:
    found = PLACE.fullmatch(arguments[0] if arguments else "")
    if found is None:
        print(f"Say where: make new-app APP=domains/x (floors: {', '.join(FLOORS)})")
        return 2
    floor, app = found.groups()
    target = ROOT / "linli" / floor / app
    if target.exists():
        print(f"{target.relative_to(ROOT)} is there already.")
        return 2
    furnish(target, {"floor": floor, "app": app, "App": app.title().replace("_", "")})
    enter(floor, app)
    subprocess.run([ROOT / "scripts" / "templates.sh"], check=True, capture_output=True)
    subprocess.run([LINLI, "manage", "makemigrations", app, "--name", "first"], check=True)
    say_what_is_left(floor, app)
    return 0


def furnish(target: Path, words: dict[str, str]) -> None:
    """Write every room; the templates stand in a folder of the app's own name."""
    for room in sorted(path for path in ROOMS.rglob("*.txt") if path.is_file()):
        place = room.relative_to(ROOMS).with_suffix("")
        if place.parts[0] == "templates":
            place = Path("templates", words["app"], *place.parts[1:])
        path = target / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(room.read_text()).substitute(words))
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", target], check=True)


def enter(floor: str, app: str) -> None:
    """Tell the house of it: settings, addresses, API."""
    name = f"linli.{floor}.{app}"
    before(CONFIG / "settings.py", '    "linli.flows",\n', f'    "{name}",\n')
    before(
        CONFIG / "urls.py",
        '    path("", include("linli.web.urls")),\n',
        f'    path("", include("{name}.urls")),\n',
    )
    api = CONFIG / "api.py"
    before(api, "\n\ndef problem(", f'api.add_router("/{app}", {app})\n')
    before(api, "from linli.kernel import", f"from {name}.api import router as {app}\n")
    subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--quiet", "--select", "I", "--fix", api],
        check=True,
    )


def before(file: Path, line: str, new: str) -> None:
    text = file.read_text()
    if line not in text:
        raise SystemExit(
            f"{file.relative_to(ROOT)} has no line {line.strip()!r} to stand before"
        )
    file.write_text(text.replace(line, new + line, 1))


def say_what_is_left(floor: str, app: str) -> None:
    print(f"linli/{floor}/{app} stands, and is entered in settings, urls and api. Left to you:")
    print("- a post in a practice pack that holds its permissions")
    print("- the words of its pages in the catalogue (linli/web/locale)")
    if floor != "domains":
        print("- its place in the order of its floor (pyproject.toml, import contracts)")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
