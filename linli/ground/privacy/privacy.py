"""What this app keeps itself, and what the parts we use keep: sessions, sign-in, jobs, cache."""

from linli.kernel.privacy import PLAIN, Basis, keep, together

_LAW = "cyber security of the system (Cybersecurity Law, art. 21)"
SESSION = Basis(
    purpose="keeping somebody signed in, and showing them where they are",
    legal_basis=_LAW,
    term="sign_in",
    erased_by="row",
)
SIGN_IN = Basis(
    purpose="making sure who signs in",
    legal_basis=_LAW,
    term="staff",
    erased_by="row",
)
JOB = Basis(
    purpose="doing later what an act has caused; arguments are ids",
    legal_basis="performance of a statutory duty (Personal Information Protection Law, art. 13 (3))",
    term="finished_jobs",
    erased_by="row",
)
LOCK_OUT = Basis(
    purpose="locking out who guesses; addresses are digested, entries end within an hour",
    legal_basis=_LAW,
    term="sign_in",
    erased_by="row",
)

GLASS = Basis(
    purpose="judging whether a record was opened with reason",
    legal_basis="records of handling personal data (Network Data Security Regulations, art. 12)",
    term="broken_glass",
    erased_by="row",
)

OWN = together(
    keep(PLAIN, "privacy.Kept", "id term keep basis installed_at done_before"),
    keep(PLAIN, "privacy.Run", "id begun_at ended_at"),
    keep(PLAIN, "privacy.RunLine", "id run term before forgotten left"),
    keep(
        PLAIN,
        "privacy.Glass",
        "id ref_kind ref_id account_id post_id opened_at until reviewed_at reviewed_by justified",
    ),
    keep(GLASS, "privacy.Glass", "reason remark"),
    keep(PLAIN, "privacy.Tombstone", "id term ref_kind ref_id ground at"),
)
PARTS = together(
    keep(PLAIN, "auth.Permission", "id name content_type codename"),
    keep(PLAIN, "auth.Group", "id name"),
    keep(PLAIN, "contenttypes.ContentType", "id app_label model"),
    keep(SESSION, "sessions.Session", "session_key session_data expire_date"),
    keep(
        SESSION,
        "usersessions.UserSession",
        "id user created_at ip last_seen_at session_key user_agent data",
    ),
    keep(PLAIN, "account.EmailAddress", "id verified primary"),
    keep(SIGN_IN, "account.EmailAddress", "user email"),
    keep(PLAIN, "account.EmailConfirmation", "id created sent"),
    keep(SIGN_IN, "account.EmailConfirmation", "email_address key"),
    keep(PLAIN, "mfa.Authenticator", "id type created_at last_used_at"),
    keep(SIGN_IN, "mfa.Authenticator", "user data"),
    keep(PLAIN, "procrastinate.ProcrastinateWorker", "id last_heartbeat"),
    keep(
        PLAIN,
        "procrastinate.ProcrastinateJob",
        "id queue_name task_name priority lock status scheduled_at attempts queueing_lock "
        "abort_requested worker",
    ),
    keep(JOB, "procrastinate.ProcrastinateJob", "args"),
    keep(PLAIN, "procrastinate.ProcrastinateEvent", "id job type at"),
    keep(
        PLAIN,
        "procrastinate.ProcrastinatePeriodicDefer",
        "id task_name defer_timestamp job periodic_id",
    ),
)
# Tables without a model, by their own names: a table nobody names here fails the build.
TABLES = together(
    keep(PLAIN, "django_migrations", "id app name applied"),
    keep(PLAIN, "auth_group_permissions", "id group_id permission_id"),
    keep(LOCK_OUT, "web_cache", "cache_key value expires"),
)
KEEPS = together(OWN, PARTS)
