"""Audit keeps ids and names of fields; nothing here is about a person."""

from linli.kernel.privacy import PLAIN, keep, together

KEEPS = together(
    keep(
        PLAIN,
        "audit.Entry",
        "id at heard_at actor_kind actor_key post_id verb ref_kind ref_id fields ground xact",
    ),
    keep(PLAIN, "audit.Seal", "seq entry_id digest chain"),
    keep(PLAIN, "audit.Month", "month seq chain dropped_at"),
    keep(PLAIN, "audit.Revision", "id stamp"),
    keep(PLAIN, "audit.Reply", "id digest ref_kind ref_id created_at"),
)
