"""Are these answers to this form? Plain decisions, no table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from linli.engines.forms.spec import Form, FormField
from linli.kernel.errors import Invalid, _

Answer = str | bool | float | list[str]
Given = Mapping[str, object]


class AnswerMissing(Invalid):
    """A required question has no answer."""

    message = _("Please answer this question.")


class AnswerUnfit(Invalid):
    """The answer is not of the kind the question asks for."""

    message = _("This answer does not fit the question.")


class QuestionUnknown(Invalid):
    """An answer to a question the form does not ask."""

    message = _("The form has no question “{question}”.")


def check_answers(form: Form, given: Given) -> dict[str, Answer]:
    """The answers as the form wants them; questions that skip logic hides are left out.

    Raises AnswerMissing, AnswerUnfit or QuestionUnknown beside the question's own key.
    """
    known = {field.key for field in form.fields}
    for key in given:
        if key not in known:
            raise QuestionUnknown(field="answers", question=str(key)[:60])
    answers: dict[str, Answer] = {}
    for field in form.fields:
        if not is_asked(field, answers):
            continue
        value = given.get(field.key)
        if value in (None, "", []):
            if field.required:
                raise AnswerMissing(field=f"answers.{field.key}")
            continue
        answers[field.key] = _checked(field, value)
    return answers


def is_asked(field: FormField, answers: Mapping[str, Answer]) -> bool:
    """Whether the earlier answers lead to this question."""
    return field.show_if is None or answers.get(field.show_if.field) == field.show_if.equals


def _checked(field: FormField, value: object) -> Answer:
    answer = _CHECKS[field.type](field, value)
    if answer is None:
        raise AnswerUnfit(field=f"answers.{field.key}")
    return answer


def _text(field: FormField, value: object) -> str | None:
    fits = isinstance(value, str) and len(value) <= field.max_length and "\x00" not in value
    return value.strip() if fits and isinstance(value, str) else None


def _number(field: FormField, value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    least = float("-1e12") if field.minimum is None else field.minimum
    most = float("1e12") if field.maximum is None else field.maximum
    return number if least <= number <= most else None


def _yes_no(_field: FormField, value: object) -> bool | None:
    words = {"yes": True, "no": False, "true": True, "false": False}
    if isinstance(value, bool):
        return value
    return words.get(value.lower()) if isinstance(value, str) else None


def _choice(field: FormField, value: object) -> str | None:
    keys = {option.key for option in field.options}
    return value if isinstance(value, str) and value in keys else None


def _choices(field: FormField, value: object) -> list[str] | None:
    keys = {option.key for option in field.options}
    if not isinstance(value, list) or not all(isinstance(v, str) and v in keys for v in value):
        return None
    return sorted(set(value))


def _date(_field: FormField, value: object) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


_CHECKS = {
    "text": _text,
    "long_text": _text,
    "number": _number,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
}
