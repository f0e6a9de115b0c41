"""The ways out of the house: one file each; a new one is a file and a line in `KINDS`.

The environment says which are there and with which credentials: `NOTICE_CHANNELS` holds the
address of each, and nothing else is needed to add one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from django.conf import settings

from linli.engines.notices.services.channels.dingtalk import DingTalk
from linli.engines.notices.services.channels.mail import Mail
from linli.engines.notices.services.channels.mas import Mas
from linli.engines.notices.services.channels.protocol import Channel
from linli.engines.notices.services.channels.wecom import WeCom

KINDS: Final[Mapping[str, Callable[[str], Channel]]] = {
    "sms": Mas,
    "email": Mail,
    "wecom": WeCom,
    "dingtalk": DingTalk,
}


def configured() -> dict[str, Channel]:
    """The channels this installation has credentials for, by name."""
    return {
        name: _channel(name, settings.NOTICE_CHANNELS[name])
        for name in KINDS
        if settings.NOTICE_CHANNELS.get(name)
    }


@cache
def _channel(name: str, address: str) -> Channel:
    """One object as long as the process lives, because it remembers its token."""
    return KINDS[name](address)
