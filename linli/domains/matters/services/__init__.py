"""Writes: the only place that saves a matter."""
