"""Reads: every one that can show personal data takes `seen_by=`."""

from linli.domains.matters.queries.classes import (
    class_by_code,
    current_classes,
    suggested_class,
)
from linli.domains.matters.queries.desk import Queue, desk, queue_counts, search
from linli.domains.matters.queries.records import (
    facts_about,
    get_matter,
    link_similar,
    matter_just_made,
    matter_locked,
    similar_to,
    waiting_for_the_clock,
)
from linli.domains.matters.queries.residents import (
    get_published,
    matter_by_rating,
    matter_of_reporter,
    published,
    rating_token,
)

__all__ = [
    "Queue",
    "class_by_code",
    "current_classes",
    "desk",
    "facts_about",
    "get_matter",
    "get_published",
    "link_similar",
    "matter_by_rating",
    "matter_just_made",
    "matter_locked",
    "matter_of_reporter",
    "published",
    "queue_counts",
    "rating_token",
    "search",
    "similar_to",
    "suggested_class",
    "waiting_for_the_clock",
]
