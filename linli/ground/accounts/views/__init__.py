"""Pages of posts, holders, accounts and keys."""
