"""DingTalk 钉钉: a work notice 工作通知 to a member.

`https://APPKEY:APPSECRET@oapi.dingtalk.com/AGENTID`
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
    Arrival,
    Message,
    Outcome,
    Reaches,
    busy,
    unanswered,
    unreachable,
)
from linli.engines.notices.services.channels.tokens import NoToken, Token

_TOKEN_REFUSED = frozenset({40014, 42001})
# 90018: too many calls of this interface; 143103 and 143104: too many receivers a minute.
_TOO_MANY = frozenset({90018, 143103, 143104})
_SYSTEM_BUSY = -1
_ARRIVED = ("read_user_id_list", "unread_user_id_list")
_DROPPED = ("failed_user_id_list", "invalid_user_id_list", "forbidden_user_id_list")


class DingTalk:
    """Work notices of one application."""

    reaches: Reaches = "dingtalk"

    def __init__(self, address: str) -> None:
        account = Account.parse(address)
        self._agent = int(account.path.strip("/"))
        self._url = f"{account.base}/topapi/message/corpconversation/asyncsend_v2"
        self._result = f"{account.base}/topapi/message/corpconversation/getsendresult"
        self._token = Token(
            f"{account.base}/gettoken",
            {"appkey": account.user, "appsecret": account.secret},
        )

    def send(self, message: Message, *, to: str) -> Outcome:
        """One work notice to one member; the provider drops a text it has sent that member today."""
        text = f"{message.title}\n{message.text}"
        body = {
            "agent_id": self._agent,
            "userid_list": to,
            "msg": {"msgtype": "text", "text": {"content": text}},
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

    def arrived(self, provider_id: str, *, to: str) -> Arrival:
        """Whether a work notice has reached its member, as the provider tells afterwards."""
        body = {"agent_id": self._agent, "task_id": int(provider_id)}

        def call(token: str) -> dict[str, object]:
            return ask("POST", self._result, params={"access_token": token}, json=body)

        try:
            answer = self._token.answer(call, refused=_TOKEN_REFUSED)
        except (NoToken, NotReached, TooFast, Declined, Unanswered):
            return "unknown"
        found = answer.get("send_result")
        if answer.get("errcode") != 0 or not isinstance(found, dict):
            return "unknown"
        lists = {name: found.get(name) or [] for name in (*_ARRIVED, *_DROPPED)}
        if any(to in lists[name] for name in _ARRIVED):
            return "delivered"
        return "failed" if any(to in lists[name] for name in _DROPPED) else "unknown"


def _outcome(answer: dict[str, object]) -> Outcome:
    code, said = answer.get("errcode"), f"{answer.get('errcode')} {answer.get('errmsg', '')}"
    if code == 0 and answer.get("task_id"):
        return Outcome("sent", said, provider_id=str(answer["task_id"])[:80])
    if code in _TOO_MANY:
        return busy(said, timedelta(minutes=1))
    if not isinstance(code, int) or code in {0, _SYSTEM_BUSY}:
        return unanswered(said)
    return Outcome("refused", said, is_channels_fault=code in _TOKEN_REFUSED)
