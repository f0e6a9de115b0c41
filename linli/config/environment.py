"""Everything the house reads from its environment, read once into one frozen object."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import SplitResult, parse_qs, quote, urlsplit
from zoneinfo import ZoneInfo

from linli.config.places import CHECKOUT, default_data_dir, default_socket_base, hash_of
from linli.config.variables import VARIABLES

Profile = Literal["demo", "test", "main"]
T = TypeVar("T")

SHARED_SECRET = "linli-demo-and-tests-only-not-a-secret-0123456789abcdef"  # noqa: S105 - never used outside them
SECRET_LENGTH = 50
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
HOST = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")
PREFIX = "LINLI_"
NAMES = frozenset(one.name for one in VARIABLES if one.name.startswith(PREFIX))


class BadEnvironmentError(ValueError):
    """A variable of the environment is unknown or malformed; nothing was started."""

    def __init__(self, variable: str, *, found: str, expected: str) -> None:
        super().__init__(f"{variable}: found {found}, expected {expected}.")
        self.variable = variable


def a_switch(text: str) -> bool:
    switches = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in switches:
        raise ValueError("1 or 0")
    return switches[text.lower()]


def a_port(text: str) -> int:
    # One below the highest, because the events stand on the next one.
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65534:
        raise ValueError("a port number from 1 to 65534")
    return int(text)


def a_few(text: str) -> int:
    """How many proxies stand between a browser and the house."""
    if not text.isascii() or not text.isdigit() or int(text) > 5:
        raise ValueError("a number from 0 to 5")
    return int(text)


def a_folder(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_absolute():
        raise ValueError("the absolute path of a folder")
    return path


def an_origin(text: str) -> str:
    """A scheme and a host; a path would be ignored, so it is refused."""
    expected = "a list of origins such as https://linli.example.org, without a path"
    parts = _split(text, expected)
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise ValueError(expected)
    return f"{parts.scheme}://{parts.netloc}"


def a_database(text: str) -> str:
    expected = "postgresql://user:password@host:port/name"
    parts = _split(text, expected)
    if parts.scheme not in {"postgresql", "postgres"} or len(parts.path) <= 1:
        raise ValueError(expected)
    return text


def a_mail_server(text: str) -> str:
    expected = "smtp://user:password@host:port or smtps://user:password@host:port"
    parts = _split(text, expected)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(expected)
    return text


def an_application(text: str) -> str:
    """A provider's account for one application of it, as a number in the path."""
    expected = "https://ID:SECRET@host/AGENT_NUMBER"
    parts = _credentials(text, expected)
    if not re.fullmatch(r"/[0-9]{1,20}", parts.path, re.ASCII) or parts.query:
        raise ValueError(expected)
    return text


def a_message_gateway(text: str) -> str:
    """An account of a text-message gateway, with the company and its signature."""
    expected = "http://APID:SECRET@host:port/sms/norsubmit?ec=COMPANY&sign=SIGNATURE&serial="
    parts = _credentials(text, expected)
    try:
        asked = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise ValueError(expected) from None
    is_whole = asked.keys() >= {"ec", "sign"} and asked.keys() <= {"ec", "sign", "serial"}
    if not is_whole or not (asked["ec"][0] and asked["sign"][0]) or len(parts.path) < 2:
        raise ValueError(expected)
    return text


def _credentials(text: str, expected: str) -> SplitResult:
    parts = _split(text, expected)
    given = parts.hostname and parts.username and parts.password
    if parts.scheme not in {"http", "https"} or not given or parts.fragment:
        raise ValueError(expected)
    return parts


def a_time_zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (OSError, ValueError, KeyError):
        raise ValueError("a time zone such as Asia/Shanghai") from None


def a_host(text: str) -> str:
    if not HOST.fullmatch(text):
        raise ValueError("a list of host names, separated by commas")
    return text


def an_address(text: str) -> str:
    """Where to listen: a host without a leading dot."""
    if text.startswith(".") or not HOST.fullmatch(text):
        raise ValueError("an address to listen on, such as 127.0.0.1")
    return text


def a_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError("one of " + ", ".join(LOG_LEVELS))
    return text.upper()


def a_secret(text: str) -> str:
    if len(text) < SECRET_LENGTH or len(set(text)) < 10 or text == SHARED_SECRET:
        raise ValueError(f"at least {SECRET_LENGTH} characters drawn at random")
    return text


def _split(text: str, expected: str) -> SplitResult:
    """urlsplit complains late, about the port, and in its own words."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(expected) from None
    return parts


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads variables by kind; a value that may hold a password is never repeated."""

    env: Mapping[str, str]

    def one(
        self, name: str, kind: Callable[[str], T], default: T, *, hidden: bool = False
    ) -> T:
        text = self.env.get(name, "").strip()
        if not text:
            return default
        try:
            return kind(text)
        except ValueError as expected:
            found = f"{len(text)} characters (not shown)" if hidden else repr(text)
            raise BadEnvironmentError(name, found=found, expected=str(expected)) from None

    def many(
        self, name: str, kind: Callable[[str], T], default: tuple[T, ...]
    ) -> tuple[T, ...]:
        def split(text: str) -> tuple[T, ...]:
            return tuple(kind(part.strip()) for part in text.split(",") if part.strip())

        return self.one(name, split, default)

    def refuse_unknown(self) -> None:
        """A misspelt name would silently leave its default in force."""
        for name in sorted(self.env):
            if name.startswith(PREFIX) and name not in NAMES:
                known = ", ".join(sorted(NAMES))
                raise BadEnvironmentError(
                    name, found="an unknown name", expected=f"one of {known}"
                )

    def secret(self, *, shared: bool) -> str:
        """There is no default outside the demo and the tests."""
        name = PREFIX + "SECRET_KEY"
        found = self.one(name, a_secret, SHARED_SECRET if shared else "", hidden=True)
        if not found:
            raise BadEnvironmentError(
                name,
                found="nothing",
                expected=f"at least {SECRET_LENGTH} characters drawn at random "
                "(only LINLI_DEMO=1 and LINLI_TESTING=1 do without)",
            )
        return found


@dataclass(frozen=True, slots=True)
class Places:
    """Where the house keeps things and finds its database: all `linli db` needs."""

    profile: Profile
    data_dir: Path
    socket_dir: Path
    database_url: str | None
    pg_bin: Path | None
    owner_url: str | None = None

    @property
    def home(self) -> Path:
        """The folder of this profile: its cluster, its files and its keys."""
        return self.data_dir / self.profile

    @property
    def cluster_data(self) -> Path:
        """The data folder of this profile's own PostgreSQL."""
        return self.home / "postgres"

    @property
    def cluster_socket(self) -> Path:
        """The folder of its socket, found again by anybody who knows the data folder."""
        return self.socket_dir / hash_of(self.cluster_data)

    @property
    def dsn(self) -> str:
        """The database given, or the address of our own, whether it runs or not."""
        return self.database_url or self._own("linli")

    @property
    def owner_dsn(self) -> str:
        """The same for the role that owns the tables: it migrates, dumps and restores.

        A server given without an owner has one role for both.
        """
        return self.owner_url or self.database_url or self._own("linli_owner")

    @property
    def operator_dsn(self) -> str:
        """Our own cluster for whoever set it up, before there is a database of the house."""
        return self._own("postgres", name="postgres")

    def _own(self, role: str, *, name: str = "linli") -> str:
        host = quote(str(self.cluster_socket), safe="")
        return f"postgresql:///{name}?host={host}&user={role}"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Places:
        """The places named by the environment, or a refusal that names the variable."""
        read = Reader(os.environ if env is None else env)
        read.refuse_unknown()
        demo = read.one(PREFIX + "DEMO", a_switch, False)
        testing = read.one(PREFIX + "TESTING", a_switch, False)
        if demo and testing:
            raise BadEnvironmentError(
                "LINLI_TESTING", found="'1' beside LINLI_DEMO", expected="one of the two"
            )
        database_url = read.one("DATABASE_URL", a_database, None, hidden=True)
        owner_url = read.one("OWNER_URL", a_database, None, hidden=True)
        if owner_url is not None and database_url is None:
            raise BadEnvironmentError(
                "OWNER_URL", found="a server without DATABASE_URL", expected="both, or neither"
            )
        uid = os.geteuid()
        return cls(
            profile="demo" if demo else "test" if testing else "main",
            data_dir=read.one(PREFIX + "DATA_DIR", a_folder, default_data_dir(read.env, uid)),
            socket_dir=read.one(PREFIX + "SOCKET_DIR", a_folder, default_socket_base(uid)),
            database_url=database_url,
            owner_url=owner_url,
            pg_bin=read.one("PG_BIN", a_folder, None),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole environment, checked."""

    places: Places
    port: int
    bind: str
    base_url: str
    events_url: str  # empty: the events are served from the same origin by a proxy
    secret_key: str
    media_dir: Path
    keys_dir: Path
    backup_dir: Path | None
    backup_keys_dir: Path | None
    sample_data: Path
    debug: bool
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    proxies: int
    time_zone: str
    log_level: str
    email_url: str
    sms_url: str
    wecom_url: str
    dingtalk_url: str

    @property
    def demo(self) -> bool:
        return self.places.profile == "demo"

    @property
    def testing(self) -> bool:
        return self.places.profile == "test"

    @property
    def dsn(self) -> str:
        """The database given, or the address of our own, whether it runs or not."""
        return self.places.dsn

    @property
    def data_dir(self) -> Path:
        return self.places.data_dir

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """The settings, or a refusal naming the variable, what it held and what it may."""
        places = Places.from_env(env)
        read = Reader(os.environ if env is None else env)
        port = read.one("PORT", a_port, 8000)
        base_url = read.one("BASE_URL", an_origin, f"http://127.0.0.1:{port}")
        host = urlsplit(base_url).hostname or "127.0.0.1"
        own_events = f"{urlsplit(base_url).scheme}://{host}:{port + 1}"
        easy = places.profile != "main"
        return cls(
            places=places,
            port=port,
            bind=read.one(PREFIX + "BIND", an_address, "127.0.0.1"),
            base_url=base_url,
            events_url=read.one("EVENTS_URL", an_origin, own_events if easy else ""),
            secret_key=read.secret(shared=easy),
            media_dir=read.one(PREFIX + "MEDIA_DIR", a_folder, places.home / "media"),
            keys_dir=read.one(PREFIX + "KEYS_DIR", a_folder, places.home / "keys"),
            backup_dir=read.one(PREFIX + "BACKUP_DIR", a_folder, None),
            backup_keys_dir=read.one(PREFIX + "BACKUP_KEYS_DIR", a_folder, None),
            sample_data=read.one("SAMPLE_DATA", Path, CHECKOUT.parent / "shared" / "data"),
            debug=read.one(PREFIX + "DEBUG", a_switch, False),
            allowed_hosts=read.many(
                PREFIX + "ALLOWED_HOSTS",
                a_host,
                tuple({"127.0.0.1": 1, "localhost": 1, host: 1}),
            ),
            trusted_origins=read.many(PREFIX + "TRUSTED_ORIGINS", an_origin, (base_url,)),
            proxies=read.one(PREFIX + "PROXIES", a_few, 0),
            time_zone=read.one(PREFIX + "TIME_ZONE", a_time_zone, "Asia/Shanghai"),
            log_level=read.one(PREFIX + "LOG_LEVEL", a_level, "INFO"),
            email_url=read.one(PREFIX + "EMAIL_URL", a_mail_server, "", hidden=True),
            sms_url=read.one(PREFIX + "SMS_URL", a_message_gateway, "", hidden=True),
            wecom_url=read.one(PREFIX + "WECOM_URL", an_application, "", hidden=True),
            dingtalk_url=read.one(PREFIX + "DINGTALK_URL", an_application, "", hidden=True),
        )
