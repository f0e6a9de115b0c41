"""Territory knows places, not people: an address alone says nothing of who lives there."""

from linli.kernel.privacy import PLAIN, keep, together

KEEPS = together(
    keep(PLAIN, "territory.Scheme", "id name grid_sizes home installed_at"),
    keep(
        PLAIN,
        "territory.Area",
        "id path level name kind parent pinyin initials words generated opened_on closed_on",
    ),
    keep(PLAIN, "territory.AreaCode", "id area scheme code name valid_from valid_to"),
    keep(PLAIN, "territory.MapVersion", "id number valid_from document published_at"),
    keep(PLAIN, "territory.Span", "id area outline valid_from valid_to version source"),
    keep(
        PLAIN,
        "territory.Place",
        "id community parent kind name address words lng lat generated",
    ),
    keep(PLAIN, "territory.Membership", "id place grid valid_from valid_to"),
)
