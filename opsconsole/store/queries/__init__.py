"""The read side: SQL in, frozen rows out. Every function takes a connection and may run anywhere."""
