"""Reads of the trail, of its chain, and of the one stamp of all reference data."""

from linli.ground.audit.queries.chain import (
    SEALED,
    Verified,
    head,
    kept_heads,
    last_before,
    start_of_chain,
    unsealed,
    verify,
)
from linli.ground.audit.queries.remembering import ask_once, forget, remembered, revision
from linli.ground.audit.queries.trail import (
    Asked,
    Week,
    before,
    entries_about,
    last_weeks_odd_reads,
    odd_week,
    trail,
    verbs,
)

__all__ = [
    "SEALED",
    "Asked",
    "Verified",
    "Week",
    "ask_once",
    "before",
    "entries_about",
    "forget",
    "head",
    "kept_heads",
    "last_before",
    "last_weeks_odd_reads",
    "odd_week",
    "remembered",
    "revision",
    "start_of_chain",
    "trail",
    "unsealed",
    "verbs",
    "verify",
]
