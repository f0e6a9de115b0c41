"""Pages of matters: for residents, and for desks."""
