"""A provider's token: fetched once, kept until shortly before its end, fetched anew when refused."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic

from linli.engines.notices.services.channels.calling import (
    Declined,
    NotReached,
    TooFast,
    Unanswered,
    ask,
)

_MARGIN = 120
Call = Callable[[str], dict[str, object]]


class NoToken(Exception):
    """No token came, so nothing was sent."""


class Token:
    """The token of one account, shared by the threads of a process."""

    def __init__(self, url: str, params: dict[str, str]) -> None:
        self._url, self._params = url, params
        self._value, self._until = "", 0.0
        self._lock = Lock()

    def get(self) -> str:
        """A token that is still good, or NoToken with what the provider said."""
        with self._lock:
            if not self._value or monotonic() >= self._until:
                self._fetch()
            return self._value

    def answer(self, call: Call, *, refused: frozenset[int]) -> dict[str, object]:
        """The answer to a call; once more with a new token when the old one was refused."""
        answer = call(self.get())
        if answer.get("errcode") in refused:
            with self._lock:
                self._value = ""
            answer = call(self.get())
        return answer

    def _fetch(self) -> None:
        try:
            answer = ask("GET", self._url, params=self._params)
        except (NotReached, Unanswered, TooFast, Declined) as error:
            raise NoToken(f"token: {error}") from error
        token = answer.get("access_token")
        if answer.get("errcode") != 0 or not isinstance(token, str) or not token:
            raise NoToken(f"token: {answer.get('errcode')} {answer.get('errmsg', '')}")
        lasts = answer.get("expires_in")
        seconds = lasts if isinstance(lasts, int) else 0
        self._value, self._until = token, monotonic() + max(seconds - _MARGIN, 0)
