"""The state in ten seconds."""
