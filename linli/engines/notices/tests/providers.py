"""Providers on this machine that check what they are sent and answer as their protocols say.

Each plays a script: a word for every message, `ok` once it has run out. What really got through is
kept in `taken`, so that a test compares what the house believes with what happened.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

AP_ID, SECRET, COMPANY, SIGN = "linli", "s3cret", "和顺街道", "Sgn001"
CORP, AGENT, TASK = "wwcorp", 1000002, 256271667526
# Taken, and then no answer that can be understood.
LOST_ANSWERS = frozenset({"drop", "garbage", "http500"})


@dataclass
class Provider:
    """What it was asked, what it took, and which faults are still to come."""

    port: int
    script: list[str] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    fetched: int = 0
    seconds: float = 0.0
    results: dict[str, list[str]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def sms(self) -> str:
        asked = f"ec={COMPANY}&sign={SIGN}&serial=01"
        return f"http://{AP_ID}:{SECRET}@{self.base}/sms/norsubmit?{asked}"

    @property
    def wecom(self) -> str:
        return f"http://{CORP}:{SECRET}@{self.base}/{AGENT}"

    dingtalk = wecom

    def next_fault(self) -> str:
        return self.script.pop(0) if self.script else "ok"


def _mas_says(body: bytes) -> tuple[str, str, dict[str, Any]]:
    """To whom and what, and the answer by the protocol of 云MAS."""
    sent = json.loads(base64.b64decode(body, validate=True))
    assert set(sent) == {"ecName", "apId", "mobiles", "content", "sign", "addSerial", "mac"}
    signed = (
        f"{COMPANY}{AP_ID}{SECRET}{sent['mobiles']}{sent['content']}{SIGN}{sent['addSerial']}"
    )
    if hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest() != sent["mac"]:
        return "", "", {"success": False, "rspcod": "IllegalMac", "msgGroup": ""}
    answer = {"success": True, "rspcod": "success", "msgGroup": "1122000000001000200023"}
    return sent["mobiles"], sent["content"], answer


class _Answers(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        """A token for who knows the secret."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        self.provider.fetched += 1
        known = {"corpid": CORP, "corpsecret": SECRET}, {"appkey": CORP, "appsecret": SECRET}
        if asked not in known:
            self._say({"errcode": 40001, "errmsg": "invalid credential"})
            return
        token = f"t{self.provider.fetched}"
        self.provider.tokens.add(token)
        self._say({"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200})

    def do_POST(self) -> None:
        """A message, taken or not as the script says."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.provider.next_fault()
        time.sleep(self.provider.seconds if fault == "slow" else 0)
        path = urlsplit(self.path).path
        if path == "/sms/norsubmit":
            to, text, answer = _mas_says(body)
        else:
            to, text, answer = self._by_application(path, json.loads(body), fault)
        if fault == "http429":
            self._raw(429, b"slow down")
        elif fault == "refuse":
            self._say({"success": False, "rspcod": "InvalidMessage", "errcode": 60111})
        elif answer.get("errcode") or answer.get("asked") or answer.get("success") is False:
            self._say(answer)
        else:
            self.provider.taken.append((to, text))
            self._confirm(fault, answer)

    def _by_application(
        self, path: str, sent: dict[str, Any], fault: str
    ) -> tuple[str, str, dict[str, Any]]:
        token = parse_qs(urlsplit(self.path).query)["access_token"][0]
        if fault == "token_ended":
            self.provider.tokens.discard(token)
        if token not in self.provider.tokens:
            return "", "", {"errcode": 42001, "errmsg": "access_token expired"}
        if fault == "busy":
            code = 45009 if path.startswith("/cgi-bin") else 90018
            return "", "", {"errcode": code, "errmsg": "api freq out of limit"}
        if path.endswith("/getsendresult"):
            assert sent == {"agent_id": AGENT, "task_id": TASK}
            return "", "", {"errcode": 0, "asked": True, "send_result": self.provider.results}
        if path == "/cgi-bin/message/send":
            assert sent["agentid"] == AGENT
            assert sent["enable_duplicate_check"] == 1
            if sent["touser"] == "nobody":
                answer = {"errcode": 81013, "errmsg": "user & party & tag all invalid"}
                return "", "", answer
            answer = {"errcode": 0, "errmsg": "ok", "msgid": "m-1"}
            return sent["touser"], sent["text"]["content"], answer
        assert path == "/topapi/message/corpconversation/asyncsend_v2"
        assert sent["agent_id"] == AGENT
        answer = {"errcode": 0, "task_id": TASK, "request_id": "r"}
        return sent["userid_list"], sent["msg"]["text"]["content"], answer

    def _confirm(self, fault: str, answer: dict[str, Any]) -> None:
        if fault == "drop":
            self.close_connection = True
            self.connection.close()
        elif fault == "garbage":
            self._raw(200, b"<html>gateway</html>")
        elif fault == "http500":
            self._raw(500, b"")
        else:
            self._say(answer)

    def _say(self, answer: dict[str, Any]) -> None:
        self._raw(200, json.dumps(answer).encode())

    def _raw(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever asked has gone, as after a time-out


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A caller that goes away is part of the play."""


@contextmanager
def a_provider(*script: str) -> Iterator[Provider]:
    """A provider of all three protocols, with its script of faults."""
    handler = type("Answers", (_Answers,), {})
    server = _Server(("127.0.0.1", 0), handler)
    provider = Provider(server.server_address[1], list(script))
    setattr(handler, "provider", provider)  # noqa: B010 - one class for each server
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
