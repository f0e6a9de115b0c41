"""A notice tells somebody what happened; the words are sealed, the address is looked up when it is sent."""

from linli.kernel.privacy import PLAIN, Basis, keep, together

TELLING = Basis(
    purpose="telling reporters and serving persons what they must know",
    legal_basis="performance of a statutory duty (Personal Information Protection Law, art. 13 (3))",
    term="notices",
    erased_by="row",
)
REACHING = Basis(
    purpose="reaching a serving person outside the product, as that person chose",
    legal_basis="consent, withdrawn by emptying the field (Personal Information Protection Law, art. 13 (1))",
    term="staff",
    erased_by="row",
)

KEEPS = together(
    keep(PLAIN, "notices.Wording", "id kind digest current title_zh title_en text_zh text_en"),
    keep(PLAIN, "notices.Customs", "id body"),
    keep(
        PLAIN,
        "notices.Notice",
        "id wording kind about_kind about_id occasion made_at push_at read_at",
    ),
    keep(TELLING, "notices.Notice", "post account contact_kind contact_id words read_by"),
    keep(REACHING, "notices.Address", "id account channel address"),
    keep(
        PLAIN,
        "notices.Dispatch",
        "id notice channel state tried next_at claimed_at provider_id answer changed_at",
    ),
    keep(TELLING, "notices.Dispatch", "account"),
    keep(PLAIN, "notices.Circuit", "channel failures open_until last_sent_at last_failed_at"),
)
