"""A photo may show a person; a personal annex names the reporter."""

from linli.kernel.privacy import OF_ITS_SUBJECT, PLAIN, Basis, keep, together

EVIDENCE = Basis(
    purpose="showing what was reported and what was done",
    legal_basis="performance of a statutory duty (Personal Information Protection Law, art. 13 (3))",
    term=OF_ITS_SUBJECT,
    erased_by="row",
)

KEEPS = together(
    keep(
        PLAIN,
        "files.Upload",
        "id subject_kind subject_id kind media_type size width height created_at erased_at",
    ),
    keep(EVIDENCE, "files.Upload", "sha256"),
)
