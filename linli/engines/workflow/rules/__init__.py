"""Decisions about work: working calendars and the clocks that run on them."""
