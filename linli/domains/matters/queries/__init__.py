"""Reads: every one that can show personal data takes `seen_by=`."""

from linli.domains.matters.queries.classes import (
    class_by_code,
    classes_like,
    current_classes,
    in_language,
    suggested_class,
    title_of,
)
from linli.domains.matters.queries.desk import (
    Queue,
    desk,
    in_areas,
    page_of,
    queue_counts,
    search,
)
from linli.domains.matters.queries.paging import Page
from linli.domains.matters.queries.records import (
    answered_questions,
    answers_of,
    facts_about,
    get_archive,
    get_matter,
    link_similar,
    matter_just_made,
    matter_locked,
    reporter_of,
    similar_to,
    waiting_for_the_clock,
)
from linli.domains.matters.queries.residents import (
    get_published,
    matter_by_rating,
    matter_of_reporter,
    page_of_published,
    published,
    rating_token,
)

__all__ = [
    "Page",
    "Queue",
    "answered_questions",
    "answers_of",
    "class_by_code",
    "classes_like",
    "current_classes",
    "desk",
    "facts_about",
    "get_archive",
    "get_matter",
    "get_published",
    "in_areas",
    "in_language",
    "link_similar",
    "matter_by_rating",
    "matter_just_made",
    "matter_locked",
    "matter_of_reporter",
    "page_of",
    "page_of_published",
    "published",
    "queue_counts",
    "rating_token",
    "reporter_of",
    "search",
    "similar_to",
    "suggested_class",
    "title_of",
    "waiting_for_the_clock",
]
