"""Writes: what has run out is forgotten, what is masked is opened for a purpose."""
