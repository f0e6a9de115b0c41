"""The tests' house: its own PostgreSQL, strict templates, a clock that stands still when asked."""

from __future__ import annotations

from linli.config import testing_cluster

testing_cluster.start()
