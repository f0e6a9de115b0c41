"""The processes of the house: web, events, worker, and the one that watches them."""
