"""Writes about who may sign in, who sits where, and which programs may act for them."""

from linli.ground.accounts.services.invitations import accept_invitation, enrol, invite
from linli.ground.accounts.services.opening import (
    AccountAlready,
    OneselfRefused,
    PasswordIsOnesOwn,
    PasswordWeak,
    UsernameTaken,
    UsernameUnfit,
    open_account,
)
from linli.ground.accounts.services.posts import (
    PostHeld,
    PostStands,
    RoleUnknown,
    close_post,
    open_post,
)
from linli.ground.accounts.services.securing import (
    end_session,
    end_sessions,
    lock_account,
    reset_second_factor,
    unlock_account,
)
from linli.ground.accounts.services.sitting import (
    PostClosed,
    SeatTaken,
    TwoAdministrations,
    end_holding,
    hand_over,
    leave,
    seat_holder,
)
from linli.ground.accounts.services.tokens import (
    PermissionNotHeld,
    TermUnfit,
    issue_token,
    note_token_used,
    revoke_token,
)

__all__ = [
    "AccountAlready",
    "OneselfRefused",
    "PasswordIsOnesOwn",
    "PasswordWeak",
    "PermissionNotHeld",
    "PostClosed",
    "PostHeld",
    "PostStands",
    "RoleUnknown",
    "SeatTaken",
    "TermUnfit",
    "TwoAdministrations",
    "UsernameTaken",
    "UsernameUnfit",
    "accept_invitation",
    "close_post",
    "end_holding",
    "end_session",
    "end_sessions",
    "enrol",
    "hand_over",
    "invite",
    "issue_token",
    "leave",
    "lock_account",
    "note_token_used",
    "open_account",
    "open_post",
    "reset_second_factor",
    "revoke_token",
    "seat_holder",
    "unlock_account",
]
