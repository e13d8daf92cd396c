"""The ladder of an agent: where it stands, what the next step asks for, and the steps it took."""
