"""A reader's own notices, and the channels of who looks after them."""
