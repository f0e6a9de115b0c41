"""A house of its own for a benchmark or a proof: empty data folder, real servers, a town, a token."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from urllib.request import urlopen


@dataclass(slots=True)
class House:
    """Where the house stands; `start` and `stop` run its parts as processes of their own."""

    folder: Path
    port: int
    env: dict[str, str]
    token: str = ""
    hub_token: str = ""
    unit: str = ""
    dsn: str = ""
    owner_dsn: str = ""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, part: str) -> subprocess.Popen[bytes]:
        """Run `linli PART`; its log stands in the folder."""
        log = (self.folder / f"{part}.log").open("ab")
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "linli.config.cli", part],
            env=self.env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def wait_ready(self, seconds: float = 60) -> None:
        """Nothing, once the pages answer; else TimeoutError with the end of the log."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with urlopen(f"{self.base_url}/readyz", timeout=5):  # noqa: S310 - our own server
                    return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError((self.folder / "web.log").read_text()[-2000:])


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a part and everything it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    """A port nobody listens on, with a free one after it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def a_house(
    *,
    folder: Path | None = None,
    own: Mapping[str, str] | None = None,
    furnish: Callable[[House], None] | None = None,
) -> Iterator[House]:
    """A migrated house with the pack of Jiamusi and a street of posts; gone afterwards.

    `own` are further variables of its environment; a folder given stays; `furnish` puts something
    else into it than that street.
    """
    from shutil import rmtree

    home = folder or Path(mkdtemp(prefix="linli-bench-"))
    home.chmod(0o711)  # the database may run under an account of its own
    port = free_port()
    names = {
        "LINLI_SECRET_KEY": secrets.token_urlsafe(60),
        "LINLI_DATA_DIR": str(home / "data"),
        "LINLI_LOG_LEVEL": "WARNING",
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "linli.config.settings",
        **(own or {}),
    }
    for name in ("LINLI_TESTING", "LINLI_DEMO", "BASE_URL", "EVENTS_URL"):
        os.environ.pop(name, None)
    os.environ.update(names)
    house = House(home, port, dict(os.environ))
    from linli.config.database import running_database
    from linli.config.environment import Places

    try:
        with running_database(Places.from_env()):
            house.dsn, house.owner_dsn = Places.from_env().dsn, Places.from_env().owner_dsn
            (furnish or _furnish)(house)
            yield house
    finally:
        if folder is None:
            rmtree(home, ignore_errors=True)


def set_up(house: House) -> None:
    """Tables, keys and the pack of Jiamusi."""
    migrate = [sys.executable, "-m", "linli.config.cli", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=house.env, check=True, stdout=sys.stderr)  # noqa: S603
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from linli.kernel import clock, keys
    from linli.kernel.actor import CLOCK
    from linli.outer.packs.queries import check_pack, find_folder
    from linli.outer.packs.services import install_pack

    call_command("collectstatic", interactive=False, verbosity=0)
    keys.make_missing_keys(Path(settings.KEYS_DIR), sorted(keys.PURPOSES))
    pack = check_pack(find_folder("jiamusi"), today=clock.now().date()).passed()
    install_pack(pack, by=CLOCK, at=clock.now())


def _furnish(house: House) -> None:
    set_up(house)
    from linli.domains.matters.testing import make_cast
    from linli.ground.accounts.models import Account
    from linli.ground.accounts.testing import make_holder, make_token

    cast = make_cast()
    house.token = make_token(make_holder("street_hub", cast.town.county))
    house.hub_token = make_token(Account.objects.get(pk=str(cast.hub.account_id)))
    house.unit = str(cast.unit_id)
