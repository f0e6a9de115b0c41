"""Text messages by China Mobile's cloud MAS 云MAS over HTTP: base64 of JSON, signed by md5.

`http://APID:SECRET@HOST:PORT/sms/norsubmit?ec=COMPANY&sign=SIGNATURE&serial=EXTENSION`
"""

from __future__ import annotations

import base64
import hashlib
import json
from urllib.parse import parse_qs

from linli.engines.notices.services.channels.calling import (
    Account,
    Declined,
    NotReached,
    TooFast,
    Unanswered,
    ask,
)
from linli.engines.notices.services.channels.protocol import (
    Message,
    Outcome,
    Reaches,
    busy,
    unanswered,
    unreachable,
)

# What is wrong with us, not with the number.
_OURS = frozenset(
    {"IllegalMac", "IllegalSignId", "NoSignId", "InvalidUsrOrPwd", "IllegalAddSerial"}
)


class Mas:
    """Text messages signed with one company's signature."""

    reaches: Reaches = "phone"

    def __init__(self, address: str) -> None:
        self._account = Account.parse(address)
        asked = parse_qs(self._account.query)
        self._company = asked["ec"][0]
        self._sign = asked["sign"][0]
        self._serial = asked.get("serial", [""])[0]

    def send(self, message: Message, *, to: str) -> Outcome:
        """One text to one number; the signature of the company stands before it by contract."""
        try:
            answer = ask(
                "POST",
                f"{self._account.base}{self._account.path}",
                content=self._packed(message.text, to),
            )
        except NotReached as error:
            return unreachable(str(error))
        except TooFast as error:
            return busy(str(error))
        except Declined as error:
            return Outcome("refused", str(error), is_channels_fault=True)
        except Unanswered as error:
            return unanswered(str(error))
        return _outcome(answer)

    def _packed(self, text: str, number: str) -> bytes:
        account = self._account
        signed = (
            self._company,
            account.user,
            account.secret,
            number,
            text,
            self._sign,
            self._serial,
        )
        # The provider's own choice of digest; the secret itself is not sent.
        mac = hashlib.md5("".join(signed).encode(), usedforsecurity=False).hexdigest()
        body = {
            "ecName": self._company,
            "apId": account.user,
            "mobiles": number,
            "content": text,
            "sign": self._sign,
            "addSerial": self._serial,
            "mac": mac,
        }
        return base64.b64encode(json.dumps(body, ensure_ascii=False).encode())


def _outcome(answer: dict[str, object]) -> Outcome:
    code = str(answer.get("rspcod", ""))
    if answer.get("success") is True:
        return Outcome("sent", code, provider_id=str(answer.get("msgGroup", ""))[:80])
    if not code:
        return unanswered("no rspcod")
    return Outcome("refused", code, is_channels_fault=code in _OURS)
