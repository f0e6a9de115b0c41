"""An account is how a serving person signs in; what they did stays with the post."""

from linli.ground.people.privacy import SERVICE
from linli.kernel.privacy import PLAIN, keep, together

KEEPS = together(
    keep(PLAIN, "accounts.Account", "id is_active created_at"),
    keep(SERVICE, "accounts.Account", "username email person password last_login"),
    keep(SERVICE, "accounts.Account", "invitation_digest invited_until"),
    keep(
        PLAIN, "accounts.Role", "id key name_zh name_en needs_second_factor is_unit is_separate"
    ),
    keep(PLAIN, "accounts.RoleGrant", "id role permission scope"),
    keep(PLAIN, "accounts.Post", "id role area organisation name closed_at"),
    keep(SERVICE, "accounts.Holding", "id post account kind from_at to_at separate_role"),
    keep(
        PLAIN,
        "accounts.Token",
        "id account name digest permissions created_at expires_at revoked_at last_used_at",
    ),
)
