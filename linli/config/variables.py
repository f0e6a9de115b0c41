"""Every variable of the environment: what it means, what it is unless said, an example.

The reader of `environment.py` knows no other; docs/reference/settings.md is made from this.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable, for whoever sets it."""

    name: str
    meaning: str
    default: str
    example: str


VARIABLES = (
    Variable(
        "LINLI_SECRET_KEY",
        "Signs sessions and links. At least 50 characters drawn at random; required outside demo and "
        "tests, the same on every machine, kept with the keys.",
        "none",
        'what `python3 -c "import secrets; print(secrets.token_urlsafe(50))"` prints',
    ),
    Variable(
        "BASE_URL",
        "What people type. https makes cookies secure and sends browsers there for a year.",
        "http://127.0.0.1:PORT",
        "https://linli.example.org",
    ),
    Variable(
        "PORT", "Pages and API; the live stream listens on the next port.", "8000", "8080"
    ),
    Variable(
        "LINLI_BIND",
        "The address to listen on. Leave it, and put a proxy in front.",
        "127.0.0.1",
        "10.0.0.5",
    ),
    Variable(
        "LINLI_PROXIES",
        "Proxies of your own between browser and house. Callers are counted by the address the last "
        "of them wrote down; too high a number lets callers choose theirs.",
        "0",
        "1",
    ),
    Variable(
        "LINLI_ALLOWED_HOSTS",
        "Host names that are answered, separated by commas.",
        "127.0.0.1, localhost and the host of BASE_URL",
        "linli.example.org,10.0.0.5",
    ),
    Variable(
        "LINLI_TRUSTED_ORIGINS",
        "Origins whose forms are taken, separated by commas.",
        "BASE_URL",
        "https://linli.example.org",
    ),
    Variable(
        "EVENTS_URL",
        "The origin of the live stream, when it is not that of the pages.",
        "the same origin; in the demo the next port",
        "https://events.example.org",
    ),
    Variable(
        "DATABASE_URL",
        "A PostgreSQL (15 or newer) somebody else runs. Without it the house brings its own.",
        "our own server",
        "postgresql://linli:password@db.example.org:5432/linli",
    ),
    Variable(
        "OWNER_URL",
        "The same database for the role that owns it; only for migrating, restoring and dropping months.",
        "DATABASE_URL: one role for both, which `linli migrate` says",
        "postgresql://linli_owner:password@db.example.org:5432/linli",
    ),
    Variable(
        "PG_BIN",
        "The folder of PostgreSQL's programs, in place of those the house brings.",
        "those of the installed wheel",
        "/usr/lib/postgresql/15/bin",
    ),
    Variable(
        "LINLI_DATA_DIR",
        "Where database, files, keys and collected styles lie, in a folder for each of demo, test and main.",
        "root: /var/lib/linli/…; a user: ~/.local/share/linli/…",
        "/var/lib/linli/house",
    ),
    Variable(
        "LINLI_MEDIA_DIR",
        "Photos and printed archives. One shared folder when there are several machines.",
        "LINLI_DATA_DIR/main/media",
        "/srv/linli/media",
    ),
    Variable(
        "LINLI_KEYS_DIR",
        "The keys of sealed columns. The same on every machine, never where the dumps are.",
        "LINLI_DATA_DIR/main/keys",
        "/etc/linli/keys",
    ),
    Variable(
        "LINLI_SOCKET_DIR",
        "A short folder for the socket of our own database.",
        "root: /run/linli; a user: /tmp/linli-UID",
        "/run/linli",
    ),
    Variable(
        "LINLI_BACKUP_DIR",
        "Where `linli backup` writes without being told, and where `linli doctor` looks for the newest set.",
        "none",
        "/backup/linli",
    ),
    Variable(
        "LINLI_BACKUP_KEYS_DIR",
        "Where `linli backup` writes the keys without being told: another disk, other hands.",
        "none",
        "/mnt/safe/linli-keys",
    ),
    Variable(
        "LINLI_EMAIL_URL",
        "The SMTP server by which notices go as e-mail, and the address they come from; smtps for one "
        "that is sealed from the first byte.",
        "no e-mail is sent",
        "smtp://user:password@mail.example.org:587?from=linli@example.org",
    ),
    Variable(
        "LINLI_SMS_URL",
        "The text-message gateway (China Mobile's cloud MAS): account, secret, company, signature and "
        "extension, percent-encoded.",
        "no text message is sent",
        "http://apid:secret@112.35.1.155:1992/sms/norsubmit?ec=COMPANY&sign=SIGNATURE&serial=",
    ),
    Variable(
        "LINLI_WECOM_URL",
        "The WeCom application by which notices go: CorpID, secret, and the AgentId as the path. A "
        "private WeCom has another host.",
        "no WeCom message is sent",
        "https://corpid:secret@qyapi.weixin.qq.com/1000002",
    ),
    Variable(
        "LINLI_DINGTALK_URL",
        "The DingTalk application by which notices go: AppKey, AppSecret, and the AgentId as the path.",
        "no DingTalk message is sent",
        "https://appkey:appsecret@oapi.dingtalk.com/123456789",
    ),
    Variable("LINLI_TIME_ZONE", "The wall clock of the place.", "Asia/Shanghai", "Asia/Urumqi"),
    Variable("LINLI_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.", "INFO", "WARNING"),
    Variable(
        "LINLI_DEBUG",
        "For whoever writes code: faults are shown with their traceback. Never where the work is real.",
        "0",
        "1",
    ),
    Variable(
        "LINLI_DEMO",
        "The demo: made-up people, printed passwords, a clock that can be moved.",
        "0",
        "1",
    ),
    Variable("LINLI_TESTING", "The tests' own house; not beside LINLI_DEMO.", "0", "1"),
    Variable(
        "SAMPLE_DATA",
        "Open map data the demo's territory is cut from.",
        "shared/data beside the checkout",
        "/srv/open-data",
    ),
)
