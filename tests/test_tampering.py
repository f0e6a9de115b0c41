"""Fifty falsifications of the trail, the short form of `make prove NAME=tampering`."""

from __future__ import annotations

import pytest

from linli.ground.audit.testing import as_owner, sealed_at_once
from proofs.tampering import prove


@pytest.mark.django_db
def test_every_falsification_is_found_at_its_row_and_no_whole_trail_is_accused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sealed_at_once(monkeypatch)
    with as_owner():
        figures = prove(count=50, entries=60)

    assert figures["missed"] == []
    assert figures["found"] == 50
    assert figures["false_alarms"] == 0
    # The control: without a head from outside, a trail rewritten without a flaw looks whole.
    assert figures["control_unseen"] == figures["control_flawless"]
