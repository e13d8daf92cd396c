"""The embedded desk, read side: records, look-ups, search, and the same as of an earlier time."""
