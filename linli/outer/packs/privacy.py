"""A pack speaks of roles and classes, never of a person."""

from linli.kernel.privacy import PLAIN, keep, together

KEEPS = together(
    keep(PLAIN, "packs.Installed", "id name version digest body installed_at"),
)
