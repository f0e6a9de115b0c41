"""Sign-in as the house wants it: accounts are made by administrators, never by visitors."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedRegistration(DefaultAccountAdapter):  # type: ignore[misc] # it has no types
    """Nobody signs up; staff accounts follow from posts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's own
        return False
