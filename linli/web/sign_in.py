"""Sign-in as the house wants it: accounts are made by administrators, never by visitors."""

from __future__ import annotations

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.cache import cache
from django.http import HttpRequest

from linli.kernel.errors import _
from linli.kernel.keys import key_of


class ClosedRegistration(DefaultAccountAdapter):  # type: ignore[misc] # it has no types
    """Nobody signs up; staff accounts follow from posts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("User name and password do not fit together."),
        "too_many_login_attempts": _(
            "Too many wrong tries. This sign-in is locked for five minutes; then try again, or"
            " ask the administrator of your street for a new password."
        ),
    }

    def _get_login_attempts_cache_key(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - allauth's own
        **credentials: str,
    ) -> str:
        """Wrong tries are counted by name, whatever the host they were sent to."""
        return str(credentials.get("username", "")).lower()

    def forget_wrong_tries(self, username: str) -> None:
        """Let a name try again at once; tries from one address stay counted."""
        key = self._get_login_attempts_cache_key(None, username=username)
        action = {"app": "allauth.account", "action": "login_failed"}
        for rate in ratelimit.get_rates(**action):
            if rate.per == "key":
                cache.delete(ratelimit.get_cache_key(None, **action, rate=rate, key=key))

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's own
        return False


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc] # it has no types
    """The secrets of second factors lie sealed in the database, like every other secret."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(key_of("sign_in").seal(text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return key_of("sign_in").open(base64.b64decode(encrypted_text))
