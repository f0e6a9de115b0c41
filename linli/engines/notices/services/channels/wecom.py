"""WeCom 企业微信: an application message to a member; also for private installations of it.

`https://CORPID:SECRET@qyapi.weixin.qq.com/AGENTID`
"""

from __future__ import annotations

from datetime import timedelta

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
from linli.engines.notices.services.channels.tokens import NoToken, Token

# 40014 and 42001: the token is wrong or has ended. 45009: too many calls.
_TOKEN_REFUSED = frozenset({40014, 42001})
_TOO_MANY = frozenset({45009, 45033})
_SYSTEM_BUSY = -1


class WeCom:
    """Messages of one application."""

    reaches: Reaches = "wecom"

    def __init__(self, address: str) -> None:
        account = Account.parse(address)
        self._agent = int(account.path.strip("/"))
        self._url = f"{account.base}/cgi-bin/message/send"
        self._token = Token(
            f"{account.base}/cgi-bin/gettoken",
            {"corpid": account.user, "corpsecret": account.secret},
        )

    def send(self, message: Message, *, to: str) -> Outcome:
        """One text to one member."""
        body = {
            "touser": to,
            "msgtype": "text",
            "agentid": self._agent,
            "text": {"content": f"{message.title}\n{message.text}"},
            # The same text within half an hour reaches the member once, whoever sends it twice.
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }

        def call(token: str) -> dict[str, object]:
            return ask("POST", self._url, params={"access_token": token}, json=body)

        try:
            answer = self._token.answer(call, refused=_TOKEN_REFUSED)
        except (NoToken, NotReached) as error:
            return unreachable(str(error))
        except TooFast as error:
            return busy(str(error))
        except Declined as error:
            return Outcome("refused", str(error), is_channels_fault=True)
        except Unanswered as error:
            return unanswered(str(error))
        return _outcome(answer)


def _outcome(answer: dict[str, object]) -> Outcome:
    code, said = answer.get("errcode"), f"{answer.get('errcode')} {answer.get('errmsg', '')}"
    if code == 0:
        if answer.get("invaliduser"):
            return Outcome("refused", f"{said}; no such member")
        return Outcome("sent", said, provider_id=str(answer.get("msgid", ""))[:80])
    if code in _TOO_MANY:
        return busy(said, timedelta(minutes=5))
    if not isinstance(code, int) or code == _SYSTEM_BUSY:
        return unanswered(said)
    return Outcome("refused", said, is_channels_fault=code in _TOKEN_REFUSED)
