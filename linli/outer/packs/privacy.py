"""A pack speaks of roles and classes, never of a person; who changed it is a post and a random key."""

from linli.kernel.privacy import PLAIN, keep, together

KEEPS = together(
    keep(PLAIN, "packs.Release", "id name version digest files installed_at"),
    keep(
        PLAIN,
        "packs.Installed",
        "id number release overlay name version digest body reason basis actor_kind actor_key post "
        "installed_at",
    ),
)
