"""Writing notices, reading them, and getting them out of the house."""
