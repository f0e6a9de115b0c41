"""Each channel against a provider that checks and answers as its protocol says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from linli.engines.notices.services.channels import calling
from linli.engines.notices.services.channels.dingtalk import DingTalk
from linli.engines.notices.services.channels.mail import Mail
from linli.engines.notices.services.channels.mas import Mas
from linli.engines.notices.services.channels.protocol import Channel, Message
from linli.engines.notices.services.channels.wecom import WeCom
from linli.engines.notices.tests.providers import TASK, Provider, a_provider

MESSAGE = Message("已收到您的反映", "编号2308，查询：http://127.0.0.1/track/", "abc")
PHONE = "13800000001"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with a_provider() as running:
        yield running


def channel_of(name: str, provider: Provider) -> Channel:
    made: dict[str, Channel] = {
        "sms": Mas(provider.sms),
        "wecom": WeCom(provider.wecom),
        "dingtalk": DingTalk(provider.dingtalk),
    }
    return made[name]


EVERY = pytest.mark.parametrize("name", ["sms", "wecom", "dingtalk"])
WITH_TOKEN = pytest.mark.parametrize("name", ["wecom", "dingtalk"])


@EVERY
def test_a_message_arrives_once_and_is_known_by_the_providers_number(
    name: str, provider: Provider
) -> None:
    outcome = channel_of(name, provider).send(MESSAGE, to=PHONE)

    assert (outcome.state, bool(outcome.provider_id)) == ("sent", True)
    [(to, text)] = provider.taken
    assert to == PHONE
    assert MESSAGE.text in text


@EVERY
@pytest.mark.parametrize("fault", ["drop", "garbage", "http500"])
def test_an_answer_that_cannot_be_understood_leaves_it_uncertain(
    name: str, fault: str, provider: Provider
) -> None:
    provider.script = [fault]

    outcome = channel_of(name, provider).send(MESSAGE, to=PHONE)

    assert (outcome.state, outcome.is_channels_fault) == ("uncertain", True)
    assert len(provider.taken) == 1


@EVERY
def test_no_answer_in_time_leaves_it_uncertain(
    name: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = channel_of(name, provider)
    monkeypatch.setattr(calling, "SECONDS", 0.3)
    provider.script, provider.seconds = ["slow"], 0.9

    assert channel.send(MESSAGE, to=PHONE).state == "uncertain"


@EVERY
def test_who_is_not_there_was_not_sent_anything(name: str) -> None:
    with a_provider() as gone:
        channel = channel_of(name, gone)

    outcome = channel.send(MESSAGE, to=PHONE)

    assert (outcome.state, outcome.is_channels_fault) == ("later", True)
    assert not gone.taken


@EVERY
def test_too_many_at_once_are_sent_later(name: str, provider: Provider) -> None:
    provider.script = ["http429"] if name == "sms" else ["busy"]

    outcome = channel_of(name, provider).send(MESSAGE, to=PHONE)

    assert outcome.state == "later"
    assert outcome.wait is not None
    assert not provider.taken


@EVERY
def test_a_refusal_is_told_in_the_providers_words_and_not_tried_again(
    name: str, provider: Provider
) -> None:
    provider.script = ["refuse"]

    outcome = channel_of(name, provider).send(MESSAGE, to=PHONE)

    assert (outcome.state, outcome.is_channels_fault) == ("refused", False)
    assert outcome.answer.split()[0] in {"InvalidMessage", "60111"}


@WITH_TOKEN
def test_a_token_is_fetched_once_and_anew_when_it_has_ended(
    name: str, provider: Provider
) -> None:
    channel = channel_of(name, provider)
    provider.script = ["ok", "ok", "token_ended", "ok"]

    outcomes = [channel.send(MESSAGE, to=PHONE).state for _number in range(3)]

    assert outcomes == ["sent"] * 3
    assert provider.fetched == 2
    assert len(provider.taken) == 3


@WITH_TOKEN
def test_a_wrong_secret_sends_nothing_and_says_so(name: str, provider: Provider) -> None:
    wrong = provider.wecom.replace("s3cret", "wrong")
    channel: Channel = WeCom(wrong) if name == "wecom" else DingTalk(wrong)

    outcome = channel.send(MESSAGE, to=PHONE)

    assert (outcome.state, outcome.is_channels_fault) == ("later", True)
    assert "40001" in outcome.answer
    assert "wrong" not in outcome.answer


def test_a_wrong_signature_is_our_fault_and_not_the_numbers(provider: Provider) -> None:
    outcome = Mas(provider.sms.replace("s3cret", "wrong")).send(MESSAGE, to=PHONE)

    assert (outcome.state, outcome.answer) == ("refused", "IllegalMac")
    assert outcome.is_channels_fault


@pytest.mark.parametrize(
    ("results", "arrival"),
    [
        ({"read_user_id_list": ["li"]}, "delivered"),
        ({"read_user_id_list": [], "unread_user_id_list": ["li"]}, "delivered"),
        ({"forbidden_user_id_list": ["li"]}, "failed"),
        ({"read_user_id_list": ["another"]}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_dingtalk_tells_afterwards_whether_it_arrived(
    results: dict[str, list[str]], arrival: str, provider: Provider
) -> None:
    provider.results = results

    assert DingTalk(provider.dingtalk).arrived(str(TASK), to="li") == arrival


def test_a_member_who_is_not_there_is_a_refusal(provider: Provider) -> None:
    assert WeCom(provider.wecom).send(MESSAGE, to="nobody").state == "refused"


# Letters


class _Postman(threading.Thread):
    """An SMTP server for one letter, that says to each command what it is told to say."""

    def __init__(self, **says: bytes) -> None:
        super().__init__()
        self.says, self.letter = says, b""
        self.line = socket.create_server(("127.0.0.1", 0))
        self.port = self.line.getsockname()[1]

    def run(self) -> None:
        talk, _where = self.line.accept()
        with talk, self.line, talk.makefile("rb") as heard:
            talk.sendall(b"220 here\r\n")
            for line in heard:
                word = line.split()[0].upper().decode().partition(":")[0]
                if word == "DATA":
                    talk.sendall(self.says.get("DATA", b"354 go on\r\n"))
                    self._take(heard)
                    word = "END"
                answer = self.says.get(word, b"250 ok\r\n")
                if not answer:
                    return
                talk.sendall(answer)
                if word == "QUIT":
                    return

    def _take(self, heard: object) -> None:
        for line in heard:  # type: ignore[attr-defined]
            if line == b".\r\n":
                return
            self.letter += line


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ({}, "sent"),
        ({"RCPT": b"550 no such box\r\n"}, "refused"),
        ({"RCPT": b"451 later please\r\n"}, "later"),
        ({"END": b"554 not this letter\r\n"}, "refused"),
        ({"END": b""}, "uncertain"),
        ({"MAIL": b"421 closing\r\n"}, "later"),
    ],
)
def test_a_letter_fares_as_the_server_says(says: dict[str, bytes], state: str) -> None:
    postman = _Postman(**says)
    postman.start()

    outcome = Mail(f"smtp://127.0.0.1:{postman.port}?from=linli@example.org").send(
        MESSAGE, to="li@example.org"
    )
    postman.join(5)

    assert outcome.state == state, outcome
    if state == "sent":
        assert b"To: li@example.org" in postman.letter
        assert b"From: linli@example.org" in postman.letter


def test_without_a_mail_server_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]

    outcome = Mail(f"smtp://127.0.0.1:{port}").send(MESSAGE, to="li@example.org")

    assert (outcome.state, outcome.is_channels_fault) == ("later", True)
