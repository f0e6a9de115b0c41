"""Answers may tell of a person; a pack's question about a person names its own basis."""

from linli.kernel.privacy import OF_ITS_SUBJECT, PLAIN, Basis, keep, together

ANSWERS = Basis(
    purpose="settling what was reported",
    legal_basis="performance of a statutory duty (Personal Information Protection Law, art. 13 (3))",
    term=OF_ITS_SUBJECT,
)

KEEPS = together(
    keep(PLAIN, "forms.FormVersion", "id name digest body installed_at current"),
    keep(PLAIN, "forms.Record", "id form subject_kind subject_id created_at"),
    keep(ANSWERS, "forms.Record", "answers"),
)
