from __future__ import annotations

import pytest

from linli.engines.forms.rules import (
    AnswerMissing,
    AnswerUnfit,
    QuestionUnknown,
    check_answers,
)
from linli.engines.forms.spec import Form

FORM = Form.model_validate(
    {
        "title": {"zh": "噪音"},
        "fields": [
            {
                "key": "what",
                "type": "text",
                "title": {"zh": "是什么"},
                "required": True,
                "max_length": 10,
            },
            {"key": "night", "type": "yes_no", "title": {"zh": "夜里吗"}},
            {
                "key": "hours",
                "type": "number",
                "title": {"zh": "几小时"},
                "minimum": 0,
                "maximum": 24,
                "required": True,
                "show_if": {"field": "night", "equals": True},
            },
            {
                "key": "from",
                "type": "choice",
                "title": {"zh": "来自"},
                "options": [
                    {"key": "site", "title": {"zh": "工地"}},
                    {"key": "bar", "title": {"zh": "酒吧"}},
                ],
            },
            {
                "key": "days",
                "type": "choices",
                "title": {"zh": "哪几天"},
                "options": [
                    {"key": "sat", "title": {"zh": "周六"}},
                    {"key": "sun", "title": {"zh": "周日"}},
                ],
            },
            {"key": "since", "type": "date", "title": {"zh": "从哪天起"}},
        ],
    }
)


def test_answers_come_back_in_the_shape_the_form_wants() -> None:
    given = {
        "what": " 打桩 ",
        "night": "yes",
        "hours": "2.5",
        "from": "site",
        "days": ["sun", "sat", "sun"],
        "since": "2026-03-04",
    }

    assert check_answers(FORM, given) == {
        "what": "打桩",
        "night": True,
        "hours": 2.5,
        "from": "site",
        "days": ["sat", "sun"],
        "since": "2026-03-04",
    }


def test_a_question_that_is_not_asked_is_neither_missing_nor_kept() -> None:
    assert check_answers(FORM, {"what": "音响", "night": False, "hours": 3}) == {
        "what": "音响",
        "night": False,
    }


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({}, AnswerMissing, "answers.what"),
        ({"what": "音响", "night": True}, AnswerMissing, "answers.hours"),
        ({"what": "很长很长很长很长很长的话"}, AnswerUnfit, "answers.what"),
        ({"what": "\x00"}, AnswerUnfit, "answers.what"),
        ({"what": 7}, AnswerUnfit, "answers.what"),
        ({"what": "x", "night": "maybe"}, AnswerUnfit, "answers.night"),
        ({"what": "x", "night": True, "hours": "25"}, AnswerUnfit, "answers.hours"),
        ({"what": "x", "night": True, "hours": "nan"}, AnswerUnfit, "answers.hours"),
        ({"what": "x", "night": True, "hours": True}, AnswerUnfit, "answers.hours"),
        ({"what": "x", "night": True, "hours": "two"}, AnswerUnfit, "answers.hours"),
        ({"what": "x", "from": "sky"}, AnswerUnfit, "answers.from"),
        ({"what": "x", "from": ["site"]}, AnswerUnfit, "answers.from"),
        ({"what": "x", "days": "sat"}, AnswerUnfit, "answers.days"),
        ({"what": "x", "days": ["mon"]}, AnswerUnfit, "answers.days"),
        ({"what": "x", "since": "yesterday"}, AnswerUnfit, "answers.since"),
        ({"what": "x", "colour": "red"}, QuestionUnknown, "answers"),
    ],
)
def test_a_wrong_answer_is_refused_beside_its_question(
    given: dict[str, object], refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_answers(FORM, given)

    assert getattr(refused.value, "field", None) == field
