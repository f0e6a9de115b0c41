"""Pages of the practice pack: what it says, editing it, its history, a new version."""
