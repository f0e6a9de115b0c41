"""The Chinese catalogue: whole, in Chinese, and holding every value its English holds."""

from __future__ import annotations

import re
from collections import Counter
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from linli.config.docs.catalogue import CHINESE

CHINESE_SIGN = re.compile(r"[\u4e00-\u9fff]")
PERCENT = re.compile(r"%(?:\((\w+)\))?([a-z%])")
# Words that are put together from values and signs alone.
WITHOUT_A_CHINESE_SIGN = {", ", ": "}
# What residents are never called, and a word kept for war.
NEVER_SAID = ("战时", "重点人员")


def pairs() -> list[tuple[str, str]]:
    """Each English message with its Chinese."""
    with CHINESE.open("rb") as file:
        entries = [entry for entry in read_po(file, locale="zh_Hans") if entry.id]
    return [pair for entry in entries for pair in _both(entry)]


def _both(entry: Message) -> list[tuple[str, str]]:
    english = entry.id if isinstance(entry.id, str) else entry.id[-1]
    said = (entry.string,) if isinstance(entry.string, str) else entry.string or ("",)
    return [(english, one) for one in said]


PAIRS = pairs()


def values_of(text: str) -> Counter[str]:
    """The places a text keeps for values, in both ways of writing them."""
    braces = [name for _text, name, _spec, _conversion in Formatter().parse(text) if name]
    return Counter([*braces, *(match[0] for match in PERCENT.finditer(text))])


def filled(text: str) -> str:
    """The text with a value in every place, filled the way pages fill it."""
    places = [match for match in PERCENT.finditer(text) if match[2] != "%"]
    if names := {match[1] for match in places if match[1]}:
        text = text % dict.fromkeys(names, 7)
    elif places:
        text = text % ((7,) * len(places))
    fields = {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}
    return text.format(**dict.fromkeys(fields, 7))


def faults_of(english: str, chinese: str) -> list[str]:
    """What is wrong with a translation; nothing for a sound one."""
    faults = []
    if values_of(english).keys() != values_of(chinese).keys():
        faults.append("other values")
    if not CHINESE_SIGN.search(chinese) and english not in WITHOUT_A_CHINESE_SIGN:
        faults.append("no Chinese")
    if chinese != chinese.strip() and english == english.strip():
        faults.append("blank edges")
    faults += [word for word in NEVER_SAID if word in chinese]
    return faults


def test_every_translation_is_chinese_and_keeps_the_values_of_its_message() -> None:
    wrong = {
        english: found for english, chinese in PAIRS if (found := faults_of(english, chinese))
    }

    assert wrong == {}


def test_every_translation_can_be_filled_with_values() -> None:
    for english, chinese in PAIRS:
        assert "7" in filled(chinese) or not values_of(english), english


@pytest.mark.parametrize(
    ("english", "chinese", "fault"),
    [
        ("{n} days", "{count} 天", "other values"),
        ("%(left)s codes are left", "还剩几个", "other values"),
        ("Report a matter", "Report a matter", "no Chinese"),
        ("Emergency", "战时", "战时"),
        ("Send", "提交 ", "blank edges"),
    ],
)
def test_a_wrong_translation_is_seen(english: str, chinese: str, fault: str) -> None:
    assert faults_of(english, chinese) == [fault]
