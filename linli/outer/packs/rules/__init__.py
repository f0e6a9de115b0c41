"""What makes a pack sound, decided without a table, a file or the clock."""
