"""A matter tells what somebody asked for; the reporter stands in a row of their own."""

from linli.kernel.privacy import PLAIN, Basis, keep, together

REPORTING = Basis(
    purpose="settling what was reported",
    legal_basis="performance of a statutory duty (Personal Information Protection Law, art. 13 (3))",
    term="matter_content",
)
CONTACT = Basis(
    purpose="asking the reporter back and telling them the answer",
    legal_basis="performance of a statutory duty (Personal Information Protection Law, art. 13 (3))",
    term="matter_reporter",
    erased_by="row",
)

KEEPS = together(
    keep(
        PLAIN,
        "matters.MatterClass",
        "id code digest current major_zh major_en title_zh title_en national duty platform "
        "lead severity limit workflow form stop_notice_zh stop_notice_en on_the_spot for_residents inspect "
        "personal conditions basis",
    ),
    keep(PLAIN, "matters.Rules", "id sample_percent other_class"),
    keep(
        PLAIN,
        "matters.Matter",
        "id number work matter_class area channel taken_by place_quality reported_at "
        "filing_condition score public_text published_at",
    ),
    keep(
        REPORTING,
        "matters.Matter",
        "summary description words place place_text lng lat result answer score_reason",
    ),
    keep(CONTACT, "matters.Reporter", "matter kind name phone phone_digest account"),
    keep(PLAIN, "matters.Similar", "id matter other metres"),
    keep(
        PLAIN,
        "matters.Archive",
        "matter case_part case_sha256 annex annex_sha256 archived_at",
    ),
)
