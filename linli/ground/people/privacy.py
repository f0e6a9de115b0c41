"""Names are scoped, masked and their opening recorded; telephone numbers are encrypted."""

from linli.kernel.privacy import PLAIN, Basis, keep, together

SERVICE = Basis(
    purpose="knowing who answers for what, and reaching them",
    legal_basis="performance of a statutory duty (Personal Information Protection Law, art. 13 (3))",
    term="staff",
)
PARTY = Basis(
    purpose="the chain of Party organisations from street to building",
    legal_basis="membership rules of the organisation; shown to Party posts only",
    term="hubs",
    erased_by="row",
)

KEEPS = together(
    keep(PLAIN, "people.Organisation", "id key kind name parent area opened_on closed_on"),
    keep(PLAIN, "people.Person", "id generated"),
    keep(SERVICE, "people.Person", "name phone phone_digest"),
    keep(PLAIN, "people.Household", "id place generated"),
    keep(PARTY, "people.Hub", "id household branch person valid_from valid_to"),
)
