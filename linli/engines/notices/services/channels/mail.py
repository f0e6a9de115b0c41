"""Letters by SMTP, with Django's own sender.

`smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS`, or `smtps://`
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from email.utils import make_msgid
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from linli.engines.notices.services.channels.protocol import (
    Message,
    Outcome,
    Reaches,
    unanswered,
    unreachable,
)

_SECONDS = 10
_FOR_GOOD = 500


class Mail:
    """Letters from one address."""

    reaches: Reaches = "email"

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port
        self._user, self._password = (
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )
        self._is_sealed = parts.scheme == "smtps"
        self._from = parse_qs(parts.query).get("from", [f"linli@{self._host}"])[0]

    def send(self, message: Message, *, to: str) -> Outcome:
        """One letter; once the server may have taken it, it is not sent again by itself."""
        server = EmailBackend(
            host=self._host,
            port=self._port or (465 if self._is_sealed else 25),
            username=self._user,
            password=self._password,
            use_ssl=self._is_sealed,
            # A password never goes in the clear.
            use_tls=bool(self._user) and not self._is_sealed,
            timeout=_SECONDS,
        )
        try:
            server.open()
        except smtplib.SMTPAuthenticationError as error:
            return unreachable(f"SMTP {error.smtp_code}")
        except (OSError, smtplib.SMTPException) as error:
            return unreachable(type(error).__name__)
        letter = EmailMessage(
            subject=message.title,
            body=message.text,
            from_email=self._from,
            to=[to],
            connection=server,
            headers={"Message-ID": make_msgid(message.id, domain="linli.invalid")},
        )
        return _handed_over(letter, server)


def _handed_over(letter: EmailMessage, server: EmailBackend) -> Outcome:
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()), (550, b""))[0]
        return Outcome("refused" if code >= _FOR_GOOD else "later", f"SMTP {code}")
    except smtplib.SMTPResponseException as error:
        code = error.smtp_code
        state: Literal["refused", "later"] = "refused" if code >= _FOR_GOOD else "later"
        return Outcome(state, f"SMTP {code}", is_channels_fault=True)
    except (OSError, smtplib.SMTPException) as error:
        return unanswered(type(error).__name__)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.close()
    return Outcome("sent", "SMTP 250")
