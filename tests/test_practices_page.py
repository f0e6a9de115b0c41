from __future__ import annotations

import pytest

from tests.practices import rows, state_of


@pytest.mark.parametrize(
    ("named", "state"),
    [
        ([], "open"),
        ([("a", None, True)], "works"),
        ([("a", "by hand", True)], "in part"),
        ([("a", "by hand", True), ("b", None, True)], "works"),
        ([("a", None, True), ("b", None, False)], "open"),
        ([("a", "by hand", True), ("b", "import", False)], "open"),
    ],
)
def test_a_practice_is_what_its_tests_prove(
    named: list[tuple[str, str | None, bool]], state: str
) -> None:
    assert state_of(named) == state


def test_every_practice_of_the_specification_has_a_line() -> None:
    lines = list(rows({}))

    assert len(lines) == 93
    assert all(line.endswith("| open | – |") for line in lines)


def test_a_test_that_names_an_unknown_practice_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="XX1"):
        list(rows({"XX1": [("a", None, True)]}))
